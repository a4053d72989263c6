import { parseArgs } from "node:util";
import { type BoxPass, type BoxState, NEW_STANDING } from "../../src/core/boxes/box-pass.ts";
import { type ControlOptions, initialControlState } from "../../src/core/decide.ts";
import { LAW_CONSTANTS } from "../../src/core/law-constants.ts";
import type { Settings } from "../../src/core/settings.ts";
import { decideSite } from "../../src/core/site-decision.ts";
import { powerW } from "../../src/core/units.ts";

/** How long one pass decides on that many boxes, ms: cars that obey at once, in a house whose load moves all the time. */
const PASSES = 20_000;
const WARM_UP = 2_000;
const COUNTS = [1, 2, 5, 10, 20];

const CONTROL: ControlOptions = {
  limits: {
    mainFuseA: 63,
    unattendedMaxA: 31.5,
    importLimitW: 30_000,
    unbalanceLimitA: 20,
    phaseRotation: undefined,
    cableCurrentA: undefined,
    configuredMaxA: 16,
    failsafeCurrentA: 6,
  },
  startProofMs: 60_000,
  stopProofMs: 180_000,
  loopDelayMs: 12_000,
  blindCurrentA: 0,
  maxWritesPerDay: 700,
  constants: LAW_CONSTANTS,
};

const CAPABILITY = {
  minCurrentA: 6,
  maxCurrentA: 16,
  stepA: 1,
  phases: 3,
  canSwitchPhases: false,
  isModulating: true,
  fallsBackTo: "failsafe",
} as const;

interface BenchBox {
  readonly name: string;
  readonly priority: number;
  state: BoxState;
  setpointA: number;
  lastWriteMs: number | undefined;
}

function settingsOf(mode: Settings["mode"]): Settings {
  return {
    mode,
    thresholds: { minExportToStartW: 900, maxImportBeforeStoppingW: 700 },
    maxCurrentA: undefined,
  };
}

function passesOf(count: number, mode: Settings["mode"]): readonly number[] {
  const settings = settingsOf(mode);
  const boxes: BenchBox[] = Array.from({ length: count }, (_, index) => ({
    name: `box-${index}`,
    priority: 1 + (index % 4),
    state: { control: initialControlState("2026-01-01"), standing: NEW_STANDING },
    setpointA: 0,
    lastWriteMs: undefined,
  }));
  const durationsMs: number[] = [];
  for (let pass = 1; pass <= PASSES + WARM_UP; pass++) {
    const durationMs = onePass(boxes, pass, settings);
    if (pass > WARM_UP) durationsMs.push(durationMs);
  }
  return durationsMs.sort((a, b) => a - b);
}

function onePass(boxes: readonly BenchBox[], pass: number, settings: Settings): number {
  const nowMs = pass * 1_000;
  const houseW = -20_000 + 18_000 * Math.sin(pass / 300) + 300 * Math.sin(pass);
  const carsW = boxes.reduce((sum, { setpointA }) => sum + powerW(setpointA, 3), 0);
  const house = {
    nowMs,
    gridPowerW: { value: houseW + carsW, atMs: nowMs },
    gridPhaseCurrentsA: undefined,
    pvPowerW: undefined,
    batteryPowerW: undefined,
    batterySocPct: undefined,
    meterTrust: "good",
  } as const;
  const seen = boxes.map((box) => boxPass(box, nowMs));
  const startMs = performance.now();
  const { decisions } = decideSite(
    { house, settings, gridOperator: undefined, wallMs: nowMs, day: "2026-01-01", meterLostForMs: undefined },
    seen,
  );
  const durationMs = performance.now() - startMs;
  for (const [index, box] of boxes.entries()) {
    const decision = decisions[index];
    if (decision === undefined) continue;
    box.state = decision.state;
    if (decision.setpointA !== undefined && decision.setpointA !== box.setpointA) {
      box.setpointA = decision.setpointA;
      box.lastWriteMs = nowMs;
    }
  }
  return durationMs;
}

function boxPass(box: BenchBox, nowMs: number): BoxPass {
  return {
    options: { name: box.name, priority: box.priority, control: CONTROL, expiryMs: 600_000 },
    state: box.state,
    wallbox: {
      isConnected: true,
      vehicle: "charging",
      chargePowerW: { value: powerW(box.setpointA, 3), atMs: nowMs },
      phaseCurrentsA: undefined,
      offeredCurrentA: undefined,
      isFollowing: true,
      capability: CAPABILITY,
    },
    plan: undefined,
    lastWriteMs: box.lastWriteMs,
    writesToday: 0,
  };
}

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const rows = (["hems", "none"] as const).flatMap((mode) =>
  COUNTS.map((count) => {
    const sorted = passesOf(count, mode);
    const quantile = (part: number) =>
      Math.round((sorted[Math.floor(part * (sorted.length - 1))] ?? 0) * 1_000) / 1_000;
    return { mode, boxes: count, p50_ms: quantile(0.5), p99_ms: quantile(0.99), max_ms: quantile(1) };
  }),
);
process.stdout.write(
  values.json
    ? `${JSON.stringify({ passes: PASSES, rows })}\n`
    : rows
        .map(
          ({ mode, boxes, p50_ms: p50, p99_ms: p99, max_ms: max }) =>
            `${mode} ${boxes} boxes: p50 ${p50} ms, p99 ${p99} ms, max ${max} ms\n`,
        )
        .join(""),
);
