import { open } from "node:fs/promises";
import type { PriceSourceConfig } from "../config/price-schema.ts";
import { isoUtc } from "../core/iso-time.ts";
import { type Clock, withTimeout } from "../ports/clock.ts";
import type { Fetch } from "../ports/fetch-answer.ts";
import { readAwattar, readEnergyCharts, readPriceCsv } from "./price-formats.ts";
import type { PriceReading } from "./price-reading.ts";
import { priceRequest } from "./price-request.ts";

const DAY_MS = 86_400_000;
/** A hundred years of hours would be larger; a file that something appends to stays readable for decades. */
const LARGEST_FILE_BYTES = 16 * 1_024 * 1_024;

export type PolledSource = Exclude<PriceSourceConfig, { readonly type: "mqtt" }>;

export interface FetchDeps {
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly timeoutMs: number;
}

/** Prices around `wallMs` from an endpoint or a file. Never rejects. */
export function fetchPrices(
  source: PolledSource,
  wallMs: number,
  signal: AbortSignal,
  deps: FetchDeps,
): Promise<PriceReading> {
  switch (source.type) {
    case "awattar":
      return requested(awattarUrl(source.url, wallMs), readAwattar, { wallMs, signal, deps });
    case "energy_charts":
      return requested(energyChartsUrl(source, wallMs), readEnergyCharts, { wallMs, signal, deps });
    case "csv":
      return fromFile(source.path, wallMs, deps);
  }
}

interface FetchContext {
  readonly wallMs: number;
  readonly signal: AbortSignal;
  readonly deps: FetchDeps;
}

async function requested(
  url: string,
  read: (text: string, wallMs: number) => PriceReading,
  { wallMs, signal, deps }: FetchContext,
): Promise<PriceReading> {
  const answer = await priceRequest(url, { timeoutMs: deps.timeoutMs, signal }, deps);
  return answer.ok ? read(answer.text, wallMs) : answer;
}

/** `start` and `end` in Unix ms. */
function awattarUrl(base: string, wallMs: number): string {
  const url = new URL(base);
  const hourMs = Math.floor(wallMs / 3_600_000) * 3_600_000;
  url.searchParams.set("start", String(hourMs - 3_600_000));
  url.searchParams.set("end", String(hourMs + 3 * DAY_MS));
  return url.href;
}

/** `bzn`, and `start` and `end` as dates, both inclusive. */
function energyChartsUrl(
  source: { readonly url: string; readonly bidding_zone: string },
  wallMs: number,
): string {
  const url = new URL(source.url);
  url.searchParams.set("bzn", source.bidding_zone);
  url.searchParams.set("start", isoUtc(wallMs - DAY_MS).slice(0, 10));
  url.searchParams.set("end", isoUtc(wallMs + 2 * DAY_MS).slice(0, 10));
  return url.href;
}

async function fromFile(
  path: string,
  wallMs: number,
  { clock, timeoutMs }: FetchDeps,
): Promise<PriceReading> {
  const late: PriceReading = {
    ok: false,
    fault: { kind: "timeout", detail: `not read within ${timeoutMs} ms` },
  };
  return withTimeout(clock, timeoutMs, readBounded(path, wallMs), late);
}

async function readBounded(path: string, wallMs: number): Promise<PriceReading> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    if (size > LARGEST_FILE_BYTES) {
      return { ok: false, fault: { kind: "malformed", detail: `more than ${LARGEST_FILE_BYTES} bytes` } };
    }
    return readPriceCsv(await file.readFile("utf8"), wallMs);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    return { ok: false, fault: { kind: "unreachable", detail: `the file cannot be read (${code})` } };
  }
}
