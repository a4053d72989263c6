import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import type { DayTrace } from "../../simulator/house/day-trace.ts";
import { createSimulatedInverter } from "../../simulator/house/modbus-devices.ts";
import { createSite, type Site } from "../../simulator/site.ts";
import { houseConfig } from "../../src/cli/simulate/house-config.ts";
import { createSystemClock } from "../../src/service/clock.ts";
import { createTap } from "./tap.ts";

/** Every peer of the daemon, in a process of its own. Writes the config, says `ready`, and prints one latency a line, ms. */
const { values } = parseArgs({
  options: {
    config: { type: "string", default: "" },
    "state-dir": { type: "string", default: "" },
    "ocpp-port": { type: "string", default: "" },
    "page-port": { type: "string", default: "" },
    devices: { type: "string", default: "2" },
    wallboxes: { type: "string", default: "1" },
  },
});
const wallboxes = Number(values.wallboxes);
const METER_REFRESH_MS = 500;
const STEP_MS = 2_000;
/** Then it falls back to the start and stays there, so that the boxes may be raised again. */
const STEPS_UP = 10;
const STEPS_LOW = 12;

/**
 * A load that climbs from step to step until all boxes are down near 6 A: with the main fuse each step is a reduction,
 * which waits for nothing, in the very pass that sees it.
 */
function climbingLoad(): DayTrace {
  const [lowW, stepW] = wallboxes === 1 ? [10_000, 500] : [5_000, 3_000];
  const cycle = Array.from({ length: STEPS_UP + STEPS_LOW }, (_, step) =>
    step < STEPS_UP ? lowW + step * stepW : lowW,
  );
  const loadW = Array.from({ length: 2_000 }, () => cycle).flat();
  return {
    name: "climbing-load",
    stepMs: STEP_MS,
    startWallMs: Date.UTC(2026, 5, 21, 10),
    pvW: new Float64Array(loadW.length).fill(3_000),
    loadW: Float64Array.from(loadW),
  };
}

const site: Site = await createSite({
  trace: climbingLoad(),
  clock: createSystemClock(),
  wallboxes,
  meterRefreshMs: METER_REFRESH_MS,
  meterLagMs: 0,
  partner: { mode: "none" },
});

let meterAnsweredMs = Number.NaN;
const meterTap = await createTap(site.meter.address().port, () => {
  meterAnsweredMs = performance.now();
});
const boxTap = await createTap(Number(values["ocpp-port"]), (chunk) => {
  // What a server sends is not masked.
  if (chunk.includes("SetChargingProfile")) process.stdout.write(`${performance.now() - meterAnsweredMs}\n`);
});

const modbus = { house: site.house, clock: createSystemClock() };
const others = await Promise.all(
  Array.from({ length: Number(values.devices) - 2 }, () => createSimulatedInverter(modbus)),
);

const config = houseConfig(site, {
  siteName: "footprint",
  timeZone: "Europe/Berlin",
  stateDir: values["state-dir"],
  ocppPort: Number(values["ocpp-port"]),
  pagePort: Number(values["page-port"]),
  thresholds: { hems_min_export_to_start_w: 900, hems_max_import_before_stopping_w: 700 },
});
const [inverter, meter] = config.devices;
const devices = [
  inverter,
  { ...meter, connection: { type: "tcp", host: "127.0.0.1", port: meterTap.port } },
  ...others.map((other, index) => ({
    ...inverter,
    name: `inverter-${index + 2}`,
    connection: { type: "tcp", ...other.address() },
  })),
];
writeFileSync(
  values.config,
  stringify({
    ...config,
    devices,
    site: { ...config.site, main_fuse_a: wallboxes === 1 ? 35 : 200, pv_peak_w: 200_000 },
    control: { ...config.control, mode: "none", interval_ms: 1_000 },
    ocpp: { ...config.ocpp, max_writes_per_day: 5_000 },
    mqtt: { url: site.broker.url },
  }),
  { mode: 0o600 },
);
site.connectWallboxes(`ws://127.0.0.1:${boxTap.port}`);
process.stdout.write("ready\n");
