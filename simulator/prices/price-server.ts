import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseIsoMs } from "../../src/core/iso-time.ts";
import type { MarketHour } from "./market-year.ts";

export type PriceFormatName = "awattar" | "energy_charts";

/** How the feed can fail. */
export type PriceServerFault =
  | "server_error"
  /** 200 with a page instead of data. */
  | "html"
  /** 200 with JSON that ends in the middle. */
  | "truncated"
  /** Sends far more than any prices have. */
  | "oversized"
  /** Takes the request and never answers. */
  | "silent"
  /** Every hour twice, the second time 1 EUR/MWh dearer, as feeds do that build on local time in autumn. */
  | "doubled"
  /** Leaves out the third hour that is asked for, as they do in spring. */
  | "missing_hour";

export interface PriceServer {
  /** Address of the endpoint. */
  readonly url: string;
  readonly requests: number;
  /** Prices from this time on are not published yet. */
  publishUntil(wallMs: number): void;
  inject(fault: PriceServerFault): void;
  heal(): void;
  close(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const PADDING_BYTES = 3_000_000;

/** A day-ahead endpoint over real HTTP, on a free port of 127.0.0.1. */
export async function createPriceServer(options: {
  readonly format: PriceFormatName;
  readonly hours: readonly MarketHour[];
}): Promise<PriceServer> {
  let untilMs = Number.POSITIVE_INFINITY;
  let fault: PriceServerFault | undefined;
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    const url = new URL(request.url ?? "/", "http://localhost");
    const hours = asked(options, url).filter(({ startMs }) => startMs < untilMs);
    answer(response, bodyOf(options.format, shaped(hours, fault)), fault);
  });
  await listening(server);
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/prices`,
    get requests() {
      return requests;
    },
    publishUntil(wallMs) {
      untilMs = wallMs;
    },
    inject(next) {
      fault = next;
    },
    heal() {
      fault = undefined;
    },
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve());
  });
}

/** The hours of the query: `start` and `end` in Unix ms, or, for energy-charts, as dates, the last one included. */
function asked(
  { format, hours }: { readonly format: PriceFormatName; readonly hours: readonly MarketHour[] },
  { searchParams }: URL,
): readonly MarketHour[] {
  const edge = (name: string, otherwise: number) => {
    const text = searchParams.get(name);
    if (text === null) return otherwise;
    return format === "awattar" ? Number(text) : (parseIsoMs(`${text}T00:00Z`) ?? otherwise);
  };
  const fromMs = edge("start", Number.NEGATIVE_INFINITY);
  const lastMs = edge("end", Number.POSITIVE_INFINITY);
  const endMs = format === "awattar" ? lastMs : lastMs + DAY_MS;
  return hours.filter(({ startMs }) => startMs >= fromMs && startMs < endMs);
}

function shaped(hours: readonly MarketHour[], fault: PriceServerFault | undefined): readonly MarketHour[] {
  if (fault === "missing_hour") return hours.filter((_, index) => index !== 2);
  if (fault !== "doubled") return hours;
  return hours.flatMap((hour) => [hour, { ...hour, priceEurMwh: hour.priceEurMwh + 1 }]);
}

function bodyOf(format: PriceFormatName, hours: readonly MarketHour[]): string {
  if (format === "energy_charts") {
    return JSON.stringify({
      license_info: "simulated",
      unix_seconds: hours.map(({ startMs }) => startMs / 1_000),
      price: hours.map(({ priceEurMwh }) => priceEurMwh),
      unit: "EUR / MWh",
      deprecated: false,
    });
  }
  return JSON.stringify({
    object: "list",
    data: hours.map(({ startMs, priceEurMwh }) => ({
      start_timestamp: startMs,
      end_timestamp: startMs + HOUR_MS,
      marketprice: priceEurMwh,
      unit: "Eur/MWh",
    })),
    url: "/prices",
  });
}

function answer(response: ServerResponse, body: string, fault: PriceServerFault | undefined): void {
  switch (fault) {
    case "server_error":
      response.writeHead(500, { "content-type": "text/html" }).end("<h1>Server Error (500)</h1>");
      return;
    case "html":
      response
        .writeHead(200, { "content-type": "text/html" })
        .end("<!doctype html><p>Down for maintenance.</p>");
      return;
    case "truncated":
      response.writeHead(200).end(body.slice(0, body.length / 2));
      return;
    case "oversized":
      response.writeHead(200).end(body + " ".repeat(PADDING_BYTES));
      return;
    case "silent":
      return;
    case "doubled":
    case "missing_hour":
    case undefined:
      response.writeHead(200, { "content-type": "application/json" }).end(body);
  }
}
