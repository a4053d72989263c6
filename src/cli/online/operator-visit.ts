import type { Config } from "../../config/schema.ts";
import { createDeviceBuses } from "../../daemon/device-buses.ts";
import { type ContactConfig, operatorContact } from "../../daemon/grid-operator.ts";
import type { Diagnosis } from "../doctor-checks.ts";
import { type BrokerLogin, nextMessage } from "./broker-visits.ts";
import type { VisitDeps } from "./visit.ts";

/** What can be seen of the grid operator's way into the house. */
export async function operatorDiagnoses(
  { grid_operator: operator, mqtt }: Config,
  login: BrokerLogin,
  deps: VisitDeps,
): Promise<readonly Diagnosis[]> {
  const name = "grid operator";
  switch (operator?.source.type) {
    case undefined:
    case "static":
      return [];
    case "http":
      return [{ name, verdict: "unknown", detail: "its sender calls us; hems-edge limits shows what came" }];
    case "contact":
      return [await contactDiagnosis(operator.source, deps)];
    case "mqtt": {
      const { topic } = operator.source;
      if (mqtt === undefined || !login.ok) {
        return [{ name, verdict: "unknown", detail: login.ok ? "no broker" : login.detail }];
      }
      const visit = { ...login.secret, topic, purpose: "grid-operator", mqtt };
      const isHeard = (await nextMessage(visit, deps)) !== undefined;
      return [
        isHeard
          ? { name, verdict: "ok", detail: `topic ${topic}: a message came` }
          : { name, verdict: "warn", detail: `topic ${topic}: no message came; is its sender running?` },
      ];
    }
  }
}

async function contactDiagnosis(source: ContactConfig, deps: VisitDeps): Promise<Diagnosis> {
  const name = "grid operator";
  if (source.connection.type === "rtu" && deps.isDaemonRunning) {
    const detail = `the running daemon holds ${source.connection.path}: hems-edge limits shows what it reads`;
    return { name, verdict: "unknown", detail };
  }
  const buses = createDeviceBuses([], { ...deps, random: Math.random });
  const reading = await operatorContact(source, buses.busOf).read();
  await buses.close();
  return reading.ok
    ? {
        name,
        verdict: "ok",
        detail: `the contact is ${reading.isClosed ? "closed: limited" : "open: no limit"}`,
      }
    : {
        name,
        verdict: "fail",
        detail: `${reading.fault.kind}: ${reading.fault.detail}: are connection, unit, table and address right?`,
      };
}
