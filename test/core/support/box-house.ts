import type { OperatorStatus } from "../../../src/core/grid-operator.ts";
import type { SiteLimits } from "../../../src/core/limits.ts";
import type { Settings } from "../../../src/core/settings.ts";
import { decideSite } from "../../../src/core/site-decision.ts";
import type { HouseSample, MeterTrust } from "../../../src/core/site-sample.ts";
import type { NamedBoxReport, TickReport } from "../../../src/core/tick-report.ts";
import { createSimulatedBox, type SimulatedBox, type SimulatedBoxOptions } from "./simulated-box.ts";
import { DAY, NOON_WALL_MS, SETTINGS, WIDE_LIMITS } from "./site.ts";

const START_MS = 1_000_000;
const TICK_MS = 1_000;

export interface BoxHouseOptions {
  readonly boxes: readonly SimulatedBoxOptions[];
  readonly limits?: Partial<SiteLimits>;
  readonly settings?: Partial<Settings>;
  /** The meter measures each phase. */
  readonly isPhaseMeter?: boolean;
  /** The meter measures this often, ms; at each pass if not given. */
  readonly meterEveryMs?: number;
}

/** A house with several boxes, all decided on once a second by the core's one pass. */
export interface BoxHouse {
  readonly boxes: readonly SimulatedBox[];
  /** The house without the cars, W: import > 0; evenly on the phases. */
  houseW: number;
  meterTrust: MeterTrust;
  operator: OperatorStatus | undefined;
  settings: Settings;
  readonly nowMs: number;
  readonly gridW: number;
  /** Import on the phase that carries most, A; one-phase boxes all hang on the first. */
  readonly fullestPhaseA: number;
  readonly report: TickReport;
  box(name: string): SimulatedBox;
  reportOf(name: string): NamedBoxReport;
  /** Lets seconds pass; `see` looks at each. */
  run(seconds: number, see?: () => void): void;
}

export function createBoxHouse(options: BoxHouseOptions): BoxHouse {
  let nowMs = START_MS;
  let report: TickReport | undefined;
  const limits: SiteLimits = { ...WIDE_LIMITS, ...options.limits };
  const boxes = options.boxes.map((box) =>
    createSimulatedBox({ ...box, control: { ...box.control, limits } }, START_MS),
  );
  const world = {
    boxes,
    houseW: 0,
    meterTrust: "good" as MeterTrust,
    operator: undefined as OperatorStatus | undefined,
    settings: { ...SETTINGS, ...options.settings } as Settings,
  };
  const carsW = () => boxes.reduce((sum, { drawnW }) => sum + drawnW, 0);
  const gridW = () => world.houseW + carsW();
  const carsA = () => boxes.reduce((sum, { drawnA }) => sum + drawnA, 0);

  let measured: HouseSample | undefined;

  function house(): HouseSample {
    const { meterEveryMs = 0 } = options;
    const ageMs = nowMs - (measured?.nowMs ?? Number.NEGATIVE_INFINITY);
    if (measured === undefined || ageMs >= meterEveryMs) measured = measurement();
    return { ...measured, nowMs, meterTrust: world.meterTrust };
  }

  function measurement(): HouseSample {
    const phaseA = world.houseW / 690;
    const threeA = boxes.reduce((sum, box, index) => sum + (isOnePhase(index) ? 0 : box.drawnA), phaseA);
    return {
      nowMs,
      gridPowerW: { value: gridW(), atMs: nowMs },
      gridPhaseCurrentsA:
        options.isPhaseMeter === true
          ? { value: [phaseA + carsA(), threeA, threeA], atMs: nowMs }
          : undefined,
      pvPowerW: undefined,
      batteryPowerW: undefined,
      batterySocPct: undefined,
      meterTrust: world.meterTrust,
    };
  }

  function isOnePhase(index: number): boolean {
    return options.boxes[index]?.capability.phases === 1;
  }

  function tick(): void {
    nowMs += TICK_MS;
    for (const box of boxes) box.advance(nowMs, TICK_MS);
    const decision = decideSite(
      {
        house: house(),
        settings: world.settings,
        gridOperator: world.operator,
        wallMs: NOON_WALL_MS + nowMs,
        day: DAY,
        meterLostForMs: world.meterTrust === "lost" ? 1 : undefined,
      },
      boxes.map((box) => box.pass()),
    );
    for (const [index, decided] of decision.decisions.entries()) boxes[index]?.carryOut(decided, nowMs);
    report = decision.report;
  }

  function latest(): TickReport {
    if (report === undefined) throw new Error("no pass yet");
    return report;
  }

  function named<T extends { readonly name: string }>(list: readonly T[], name: string): T {
    const found = list.find((entry) => entry.name === name);
    if (found === undefined) throw new Error(`no box ${name}`);
    return found;
  }

  return Object.defineProperties(
    Object.assign(world, {
      box: (name: string) => named(boxes, name),
      reportOf: (name: string) => named(latest().wallboxes, name),
      run(seconds: number, see: () => void = () => {}) {
        for (let second = 0; second < seconds; second++) {
          tick();
          see();
        }
      },
    }),
    {
      nowMs: { get: () => nowMs },
      gridW: { get: gridW },
      fullestPhaseA: { get: () => world.houseW / 690 + carsA() },
      report: { get: latest },
    },
  ) as typeof world & BoxHouse;
}
