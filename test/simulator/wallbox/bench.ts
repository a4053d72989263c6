import {
  type ChargePoint,
  type ChargePointOptions,
  createChargePoint,
} from "../../../simulator/wallbox/charge-point.ts";
import { eventually } from "../../support/eventually.ts";
import { createLoopbackWatch } from "../../support/loopback-watch.ts";
import { createManualClock, type ManualClock } from "../../support/manual-clock.ts";
import { type CentralSystem, createCentralSystem } from "./central-system.ts";
import { createFakeHardware, type FakeHardware } from "./fake-hardware.ts";
import { type ProfileSketch, profileRequest } from "./profile-requests.ts";

/** A central system and the makings of a wallbox, on a clock that only moves when a test says so. */
export interface Bench {
  readonly clock: ManualClock;
  readonly central: CentralSystem;
  readonly hardware: FakeHardware;
  /** Powers up a wallbox; the bench closes it at the end. */
  start(options?: Partial<ChargePointOptions>): ChargePoint;
  /** The same with a car plugged in, once it charges. */
  startCharging(options?: Partial<ChargePointOptions>): Promise<ChargePoint>;
  /** Lets virtual seconds pass until `condition` holds. */
  passUntil(condition: () => boolean): Promise<void>;
  pass(seconds: number): Promise<void>;
  /** SetChargingProfile; an absolute set point on level 1, begun a minute ago. */
  setpoint(limitA: number, sketch?: ProfileSketch): ReturnType<typeof profileRequest>;
  close(): Promise<void>;
}

export async function createBench(): Promise<Bench> {
  const loopback = createLoopbackWatch();
  const clock = createManualClock(undefined, loopback.quiet);
  const central = await createCentralSystem(clock.wallMs);
  const hardware = createFakeHardware();
  const boxes: ChargePoint[] = [];

  function start(options: Partial<ChargePointOptions> = {}): ChargePoint {
    const box = createChargePoint({
      url: central.url,
      identity: "WB 1",
      vendor: "hems-edge",
      model: "simulated",
      hardware,
      clock,
      ...options,
    });
    boxes.push(box);
    return box;
  }

  async function passUntil(condition: () => boolean): Promise<void> {
    await eventually(async () => {
      if (condition()) return true;
      await clock.advance(1_000);
      return condition();
    });
  }

  return {
    clock,
    central,
    hardware,
    start,
    passUntil,
    async startCharging(options) {
      const box = start(options);
      box.plugInCar();
      await passUntil(
        () => box.state().transactionId !== undefined && central.statuses().at(-1) === "Charging",
      );
      return box;
    },
    pass: (seconds) => clock.advance(seconds * 1_000),
    setpoint: (limitA, sketch = {}) =>
      profileRequest({
        id: 101,
        level: 1,
        periods: [[0, limitA]],
        startMs: clock.wallMs() - 60_000,
        ...sketch,
      }),
    async close() {
      for (const box of boxes) box.close();
      await central.close();
      loopback.close();
      if (clock.pendingTimers !== 0) throw new Error("a wallbox left a timer behind");
    },
  };
}
