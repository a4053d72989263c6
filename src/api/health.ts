import type { TickReport } from "../core/tick-report.ts";

export type Health = { readonly ok: true } | { readonly ok: false; readonly detail: string };

const LEAST_PATIENCE_MS = 5_000;

/** Alive means that passes go on: the last one is younger than three intervals and at least 5 s. */
export function liveness(
  report: TickReport | undefined,
  now: { readonly monotonicMs: number; readonly intervalMs: number },
): Health {
  if (report === undefined) return { ok: false, detail: "no pass yet" };
  const ageMs = now.monotonicMs - report.monotonicMs;
  const isFresh = ageMs <= Math.max(LEAST_PATIENCE_MS, 3 * now.intervalMs);
  return isFresh ? { ok: true } : { ok: false, detail: `last pass was ${Math.round(ageMs / 1_000)} s ago` };
}

/** Ready means that it can steer by what it sees: meter good and every wallbox there. */
export function readiness(live: Health, report: TickReport | undefined): Health {
  if (!live.ok || report === undefined) return live;
  const missing = [
    ...(report.meterTrust === "good" ? [] : [`meter is ${report.meterTrust}`]),
    ...report.wallboxes
      .filter(({ wallbox }) => !wallbox.isConnected)
      .map(({ name }) => `${report.wallboxes.length === 1 ? "wallbox" : name} is not connected`),
  ];
  return missing.length === 0 ? { ok: true } : { ok: false, detail: missing.join(", ") };
}
