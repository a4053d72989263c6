import { pino } from "pino";
import { createCentralSystem } from "../../../../drivers/ocpp/central-system.ts";
import { createOcppWallbox } from "../../../../drivers/ocpp/ocpp-wallbox.ts";
import { createMemoryStateStore } from "../../../../src/history/memory-state-store.ts";
import { createSystemClock } from "../../../../src/service/clock.ts";

/** The central system with a driver for each account, as a process of its own; says its port on stdout. */
const deps = {
  clock: createSystemClock(),
  log: pino({ level: "fatal" }, pino.destination(2)),
  store: createMemoryStateStore(),
};
const accounts = [
  { identity: "GOOD", password: "right" },
  { identity: "EVIL" },
  { identity: "LOCKED", password: "hunter2" },
];
const centralSystem = createCentralSystem(
  {
    host: "127.0.0.1",
    port: 0,
    callTimeoutMs: 5_000,
    pingIntervalMs: 1_000,
    accounts,
    handshakeBurst: 100_000,
  },
  deps,
);
for (const { identity } of accounts) {
  const wallbox = createOcppWallbox(
    {
      name: identity.toLowerCase(),
      identity,
      connector: 1,
      phases: 3,
      minCurrentA: 6,
      maxCurrentA: 16,
      stepA: 1,
      floorCurrentA: 6,
      horizonMs: 600_000,
      maxWritesPerDay: 1_000,
    },
    { ...deps, centralSystem },
  );
  setInterval(() => void wallbox.apply({ currentA: 10, phases: 3, isUrgent: false }), 50);
}
const started = await centralSystem.start();
if (!started.ok) throw new Error(started.fault.detail);
process.stdout.write(`${started.port}\n`);
