import { X509Certificate } from "node:crypto";
import type { Config } from "../config/schema.ts";
import { readTlsFiles } from "../daemon/tls-files.ts";
import type { CommandInput } from "./command.ts";
import type { Diagnosis } from "./doctor-checks.ts";
import { askWallboxes, type Card } from "./wallbox/wallbox-answers.ts";

const DAY_MS = 86_400_000;
/** A new certificate takes days to get, and boxes must be told of a new authority. */
const SOON_DAYS = 30;

const AFTER_THE_END = {
  ocpp: "wallboxes will not connect",
  api: "browsers and apps warn or refuse",
} as const;

/** How long the certificate of a port is still good; nothing without one. */
export function certificateDiagnoses(
  port: "ocpp" | "api",
  tls: Config["ocpp" | "api"]["tls"],
  nowWallMs: number,
): readonly Diagnosis[] {
  if (tls === undefined) return [];
  const name = `${port} certificate`;
  const outcome = readTlsFiles(`${port}.tls`, tls);
  if (!outcome.ok) return outcome.problems.map((detail) => ({ name, verdict: "fail", detail }));
  const days = Math.floor(
    (new X509Certificate(outcome.files.cert).validToDate.getTime() - nowWallMs) / DAY_MS,
  );
  if (days < 0) return [{ name, verdict: "fail", detail: `has ended: ${AFTER_THE_END[port]}, renew it` }];
  const detail = `ends in ${days} days`;
  return [
    days < SOON_DAYS
      ? { name, verdict: "warn", detail: `${detail}: renew it` }
      : { name, verdict: "ok", detail },
  ];
}

/** Whether each wallbox was proven to fall back without us; only the running daemon knows. */
export async function failsafeDiagnoses(input: CommandInput): Promise<readonly Diagnosis[]> {
  const asked = await askWallboxes(input);
  if (!asked.ok) return [{ name: "failsafe", verdict: "unknown", detail: "the daemon does not tell" }];
  return asked.value.wallboxes.map(failsafeDiagnosis);
}

function failsafeDiagnosis({ name: wallbox, dead_man: deadMan }: Card): Diagnosis {
  const name = `failsafe of ${wallbox}`;
  const test = deadMan.self_test;
  if (deadMan.variant === "C") return { name, verdict: "warn", detail: deadMan.sentence };
  if (test === null) {
    return { name, verdict: "warn", detail: "never tested: hems-edge wallbox selftest while a car charges" };
  }
  const detail = `${test.outcome} on ${test.at.slice(0, 10)}: ${test.detail}`;
  return {
    name,
    verdict: test.outcome === "failed" ? "fail" : test.outcome === "passed" ? "ok" : "warn",
    detail,
  };
}
