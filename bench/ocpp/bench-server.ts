import { pino } from "pino";
import { createCentralSystem } from "../../drivers/ocpp/central-system.ts";
import { createOcppWallbox } from "../../drivers/ocpp/ocpp-wallbox.ts";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import { createSystemClock } from "../../src/service/clock.ts";
import { machineMs, type ServerMessage } from "./bench-messages.ts";

/** Central system and drivers alone in a process, so that its memory is theirs; steered by its parent. */
const boxes = Number(process.argv[2]);
const clock = createSystemClock();
const deps = { clock, log: pino({ level: "silent" }), store: createMemoryStateStore() };
const accounts = Array.from({ length: boxes }, (_, index) => ({ identity: `BOX-${index}` }));
const centralSystem = createCentralSystem(
  {
    host: "127.0.0.1",
    port: 0,
    callTimeoutMs: 30_000,
    pingIntervalMs: 30_000,
    accounts,
    handshakeBurst: 1_000,
  },
  deps,
);
const wallboxes = accounts.map(({ identity }) =>
  createOcppWallbox(
    {
      name: identity.toLowerCase(),
      identity,
      connector: 1,
      phases: 3,
      minCurrentA: 6,
      maxCurrentA: 32,
      stepA: 0.1,
      floorCurrentA: 6,
      horizonMs: 600_000,
      maxWritesPerDay: 5_000,
    },
    { ...deps, centralSystem },
  ),
);

const started = await centralSystem.start();
if (!started.ok) throw new Error(started.fault.detail);
tell({ kind: "listening", port: started.port });

/** A new set point for every box, as one pass of control makes them. */
process.on("message", (limitA: number) => {
  const decidedMs = wallboxes.map((wallbox) => {
    const atMs = machineMs();
    void wallbox.apply({ currentA: limitA, phases: 3, isUrgent: false });
    return atMs;
  });
  tell({ kind: "decided", limitA, decidedMs });
});
process.on("disconnect", () => process.exit(0));

function tell(message: ServerMessage): void {
  process.send?.(message);
}
