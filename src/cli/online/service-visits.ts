import { openPorts } from "../../../drivers/index.ts";
import type { PartnerConfig } from "../../config/partner-schema.ts";
import type { PricesConfig } from "../../config/price-schema.ts";
import type { Config } from "../../config/schema.ts";
import { nodeFetch } from "../../ports/node-fetch.ts";
import { readPriceList } from "../../prices/price-formats.ts";
import type { PriceReading } from "../../prices/price-reading.ts";
import { fetchPrices } from "../../prices/price-sources.ts";
import type { Diagnosis } from "../doctor-checks.ts";
import { visitPartner } from "../partner/partner-visit.ts";
import { type BrokerLogin, nextMessage } from "./broker-visits.ts";
import type { VisitDeps } from "./visit.ts";

const REACH_TIMEOUT_MS = 5_000;
const USUAL_PORTS: Readonly<Record<string, number>> = { "http:": 80, "ws:": 80, "https:": 443, "wss:": 443 };

/** Logs in and gets the charging-config. */
export async function partnerDiagnosis(
  partner: PartnerConfig,
  environment: NodeJS.ProcessEnv,
): Promise<Diagnosis> {
  const name = "partner api";
  const visit = await visitPartner(partner, environment);
  if (visit.ok) {
    const detail = `${partner.base_url} takes our login; its mode is ${visit.config.smart_charging_mode}`;
    return { name, verdict: "ok", detail };
  }
  if (visit.kind === "unreadable") return { name, verdict: "unknown", detail: visit.detail };
  const remedy =
    "are base_url, org_id, user_id and auth under partner right? hems-edge probe partner tries again";
  return { name, verdict: "fail", detail: `${partner.base_url}: ${visit.detail}: ${remedy}` };
}

/** Asks the price feed once. */
export async function priceDiagnosis(
  config: Config & { readonly prices: PricesConfig },
  login: BrokerLogin,
  deps: VisitDeps,
): Promise<Diagnosis> {
  const name = "prices";
  const { source } = config.prices;
  if (source.type === "mqtt" && !login.ok) return { name, verdict: "unknown", detail: login.detail };
  const reading = await priceReading(config, login, deps);
  const place =
    source.type === "csv"
      ? source.path
      : source.type === "mqtt"
        ? `topic ${source.topic}`
        : hostOf(source.url);
  return reading.ok
    ? { name, verdict: "ok", detail: `${place}: ${reading.periods.length} prices around now` }
    : {
        name,
        verdict: "fail",
        detail: `${place}: ${reading.fault.detail}: is prices.source right, and kept up to date?`,
      };
}

async function priceReading(
  { prices, mqtt }: Config & { readonly prices: PricesConfig },
  login: BrokerLogin,
  deps: VisitDeps,
): Promise<PriceReading> {
  const { source, timeout_s: timeoutS } = prices;
  const nowWallMs = deps.clock.wallMs();
  if (source.type !== "mqtt") {
    const fetchDeps = { clock: deps.clock, fetch: nodeFetch, timeoutMs: timeoutS * 1_000 };
    return fetchPrices(source, nowWallMs, new AbortController().signal, fetchDeps);
  }
  const late = { ok: false, fault: { kind: "timeout", detail: "no message came" } } as const;
  if (mqtt === undefined || !login.ok) return late;
  const text = await nextMessage({ ...login.secret, topic: source.topic, purpose: "prices", mqtt }, deps);
  return text === undefined ? late : readPriceList(text, nowWallMs);
}

/** Services whose login only real data would try: whether something takes connections there. */
export async function reachDiagnoses(
  { influx, wallboxes }: Config,
  deps: Pick<VisitDeps, "clock">,
): Promise<readonly Diagnosis[]> {
  const influxes = influx?.type === "http" ? [{ name: "influx", url: influx.url }] : [];
  const upstreams = wallboxes.flatMap(({ name, upstream }) =>
    upstream === undefined ? [] : [{ name: `upstream of ${name}`, url: upstream.url }],
  );
  return Promise.all([...influxes, ...upstreams].map((place) => reachDiagnosis(place, deps)));
}

async function reachDiagnosis(
  { name, url }: { readonly name: string; readonly url: string },
  { clock }: Pick<VisitDeps, "clock">,
): Promise<Diagnosis> {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const ports = [port === "" ? (USUAL_PORTS[protocol] ?? 443) : Number(port)];
  const signal = new AbortController().signal;
  const options = { hosts: [host], ports, timeoutMs: REACH_TIMEOUT_MS, width: 1, signal, progress() {} };
  const open = await openPorts(options, { clock });
  return open.length > 0
    ? { name, verdict: "ok", detail: `${hostOf(url)} takes connections; no login was tried` }
    : {
        name,
        verdict: "fail",
        detail: `${hostOf(url)} takes no connection: is its url right, and does it run?`,
      };
}

/** Without path and query, where keys may stand. */
function hostOf(url: string): string {
  return new URL(url).host;
}
