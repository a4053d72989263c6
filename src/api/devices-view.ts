import type { DeviceStatus } from "../ports/device-status.ts";
import type { ApiContext, DevicesView } from "./api-context.ts";

/** `GET /api/devices`: how each device is, since when, and whether the powers of the house add up. */
export function devicesWire({ clock, devices }: Pick<ApiContext, "clock" | "devices">) {
  const view: DevicesView = devices?.() ?? { devices: [], balance: { kind: "checking" }, advice: [] };
  const nowMs = clock.monotonicMs();
  return {
    devices: view.devices.map((device) => deviceWire(device, nowMs)),
    balance: { verdict: view.balance.kind, advice: view.advice },
  };
}

function deviceWire({ name, driver, maturity, roles, health }: DeviceStatus, nowMs: number) {
  return {
    name,
    driver,
    maturity: maturity ?? null,
    roles,
    state: health.state,
    state_age_ms: Math.round(nowMs - health.sinceMs),
    last_good_age_ms: health.lastGoodMs === undefined ? null : Math.round(nowMs - health.lastGoodMs),
    failures: health.failures,
    problem: health.problem ?? null,
  };
}
