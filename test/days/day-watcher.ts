import type { Plant } from "../../src/cli/replay/plant.ts";
import { replayConfigFile } from "../../src/cli/replay/replay-config.ts";
import { deviceOf } from "../../src/cli/replay/replay-device.ts";
import { houseTrace } from "../../src/cli/replay/scenario/house-trace.ts";
import type { ScenarioWatcher } from "../../src/cli/replay/scenario/run-scenario.ts";
import type { Scenario, ScenarioEvent } from "../../src/cli/replay/scenario/scenario-schema.ts";
import { type Config, configSchema, type WallboxConfig } from "../../src/config/schema.ts";
import { isPlanCharging } from "../../src/core/planner/plan-advice.ts";
import type { TickReport } from "../../src/core/tick-report.ts";
import { powerW } from "../../src/core/units.ts";
import { collectorOptions } from "../../src/daemon/options.ts";

/** Watches a scenario and notes the first break of each law, as a sentence with the second in which it happened. */
export interface DayWatcher extends ScenarioWatcher {
  broken(): readonly string[];
}

/** How long after a fault has ended its effects may still show, s: trust returns after 60 s, adoption takes 30 s. */
const AFTERMATH_S = 150;
/** A limit is kept in steps of the box and with readings in whole watts. */
const LIMIT_TOLERANCE_W = 60;
/** So much more than before is another breach, W. */
const WORSE_W = 300;
/** A car ramps down with 5 A/s. */
const RAMP_S = 8;
const UNREAD = new Set(["wallbox_disconnected", "starting_up"]);
/** Blind faults: from then on control knows less than the watcher. */
const BLINDING = ["meter_silent", "meter_frozen", "meter_implausible"] as const;
const UNRULY = ["wallbox_away", "wallbox_stubborn", "wallbox_silent", "gateway_down"] as const;

function onlyWallbox({ wallboxes: [only] }: Config): WallboxConfig {
  if (only === undefined) throw new Error("a day has a wallbox");
  return only;
}

export function createDayWatcher(scenario: Scenario): DayWatcher {
  const loaded = houseTrace(scenario.house, scenario.title);
  if (!loaded.ok) throw new Error(loaded.problem);
  const { trace } = loaded;
  const stepS = trace.stepMs / 1_000;
  const device = deviceOf(scenario.device);
  const { phases } = scenario;
  const config = configSchema.parse(replayConfigFile({ device, phases, config: scenario.config }));
  const { control, site } = config;
  const wallbox = onlyWallbox(config);
  const { maxGridPowerW } = collectorOptions(config);
  const intervalS = control.interval_ms / 1_000;
  const seenAfterS = device.meterS + 1 + intervalS;
  const laws = createLawBook();
  /** A battery, or modules that are held back, give and take what the trace does not tell. */
  const isPlain = !["battery", "inverter_ac_w", "feed_in_limit_w"].some((part) => part in scenario.house);
  let plant: Plant | undefined;
  let latest: TickReport | undefined;

  /** Consecutive seconds over a limit, and in the dark. */
  let overS = 0;
  let overHouseW = 0;
  let darkS = 0;
  /** Of the set point, whether told or found; and of what the box was told. */
  let changedMs = Number.NEGATIVE_INFINITY;
  let toldMs = Number.NEGATIVE_INFINITY;
  /** When the gateway was started last: what was before it has not seen. */
  let bootS = 0;
  /** The house drew what no meter could tell from nonsense. */
  let absurdS = Number.NEGATIVE_INFINITY;
  let committedMs: number | undefined;

  function isDisturbed(
    atS: number,
    kinds: readonly ScenarioEvent["kind"][],
    aftermathS = AFTERMATH_S,
  ): boolean {
    return scenario.events.some(
      ({ kind, from_min, minutes }) =>
        kinds.includes(kind) && atS >= from_min * 60 - 1 && atS <= (from_min + minutes) * 60 + aftermathS,
    );
  }

  function houseW(second: number): number {
    const index = Math.min(trace.pvW.length - 1, Math.floor(second / stepS));
    return (trace.loadW[index] ?? 0) - (trace.pvW[index] ?? 0);
  }

  /** What the car and the house draw beyond a limit in this second, W. */
  function excessW(given: Plant, second: number): number {
    const { evse } = given.house;
    const carA = Math.max(...evse.phaseCurrentsA);
    const houseA = houseW(second) / powerW(1, 3);
    const fuseW = (houseA + carA - site.main_fuse_a) * powerW(1, 1);
    const importW = houseW(second) + evse.powerW - (site.import_limit_w ?? Number.POSITIVE_INFINITY);
    return Math.max(fuseW, importW);
  }

  function checkLimits(given: Plant, second: number): void {
    if (Math.abs(houseW(second)) + given.house.evse.powerW > maxGridPowerW) absurdS = second;
    const isBlind = isDisturbed(second, [...BLINDING, ...UNRULY]) || second - absurdS <= AFTERMATH_S;
    const isOver = !isBlind && given.house.evse.powerW > 0 && excessW(given, second) > LIMIT_TOLERANCE_W;
    // A house that draws more than when the breach began has begun another one.
    const isWorse = isOver && houseW(second) > overHouseW + WORSE_W;
    if (overS === 0 || isWorse) overHouseW = houseW(second);
    overS = isOver && !isWorse ? overS + 1 : 0;
    const reactionS = seenAfterS + intervalS + device.deadS + RAMP_S;
    laws.check(overS <= reactionS, second, `import above a limit for more than ${reactionS} s`);
  }

  /** In the machine's hands the stop proof bounds how long the car may draw more than the pair allows. */
  function checkDark(given: Plant, second: number): void {
    const minW = powerW(device.minA, phases === "auto" ? 1 : phases);
    const toleranceW = 50 + ("load_noise_w" in scenario.house ? scenario.house.load_noise_w : 0);
    const isDark = -houseW(second) < minW - control.thresholds.hems_max_import_before_stopping_w - toleranceW;
    const isSurplusDriven =
      latest?.state === "active" && latest.boost === "off" && !isPlanCharging(latest.plan);
    const isJudged = isSurplusDriven && !isDisturbed(second, [...BLINDING, ...UNRULY]);
    darkS = isDark && isJudged && given.house.evse.powerW > 0 ? darkS + 1 : 0;
    const loopS = (latest?.loopDelayMs ?? 0) / 1_000;
    const proofS = (control.stop_proof_s * 5) / 3 + 4 * (loopS + device.powerS + seenAfterS);
    laws.check(darkS <= proofS, second, `importing above the pair for more than ${Math.round(proofS)} s`);
  }

  function checkRange({ setpointA }: TickReport, second: number): void {
    const { minA, maxA, stepA } = device;
    const steps = setpointA / stepA;
    const isLegal =
      setpointA === 0 ||
      (setpointA >= minA - 1e-9 && setpointA <= maxA + 1e-9 && Math.abs(steps - Math.round(steps)) < 1e-6);
    laws.check(isLegal, second, `a set point of ${setpointA} A`);
    laws.check(setpointA <= wallbox.max_current_a + 1e-9, second, "a set point above the configured maximum");
  }

  function checkRaise(before: TickReport, now: TickReport, second: number): void {
    const isRaise = now.setpointA > before.setpointA;
    if (!isRaise || UNREAD.has(before.reason.code)) return;
    const { meterTrust } = now;
    laws.check(meterTrust !== "suspect", second, "a raise while the meter is suspect");
    if (meterTrust === "lost") {
      const isPlanned = isPlanCharging(now.plan) && now.mode !== "hems";
      const isMeterless = now.mode === "none" || now.boost === "ongoing" || isPlanned;
      laws.check(isMeterless, second, "a surplus mode raised without its meter");
      laws.check(
        now.setpointA <= control.failsafe_current_a,
        second,
        "a raise above the failsafe current while blind",
      );
    }
    laws.check(now.wallbox.isFollowing, second, "a raise of a box that does not follow");
    const waitS = before.setpointA === 0 ? 60 : 10;
    const sinceS = now.monotonicMs / 1_000 - changedMs / 1_000;
    laws.check(sinceS >= waitS - 0.01, second, `a raise ${sinceS} s after the last change`);
    const toldS = (now.monotonicMs - toldMs) / 1_000;
    laws.check(
      meterTrust !== "good" || toldS * 1_000 >= now.loopDelayMs,
      second,
      `a raise ${toldS} s after a change that takes ${now.loopDelayMs / 1_000} s to show`,
    );
  }

  function checkStart(before: TickReport, now: TickReport, second: number): void {
    if (now.state === "commitment" && before.state !== "commitment") committedMs = now.monotonicMs;
    const hasStarted = now.state === "active" && before.state === "commitment";
    if (!hasStarted || before.setpointA > 0 || UNREAD.has(before.reason.code)) return;
    const provenS = (now.monotonicMs - (committedMs ?? now.monotonicMs)) / 1_000;
    const leastS = control.start_proof_s / 2 - intervalS;
    laws.check(provenS >= leastS, second, `a start proved in ${provenS} s instead of ${leastS} s`);
  }

  function checkCause(before: TickReport, now: TickReport, second: number): void {
    const isSurplusMode = now.mode === "hems" || now.mode === "hems_and_spot";
    const isExplained = now.state === "active" || now.boost === "ongoing" || isPlanCharging(now.plan);
    if (!isSurplusMode || isExplained || now.setpointA === 0 || now.reason.code === "starting_up") return;
    const allowedA =
      now.meterTrust === "lost" || now.powers.chargePowerW === undefined ? blindCurrentA() : before.setpointA;
    const isAdopted = UNREAD.has(before.reason.code) || now.setpointA <= allowedA;
    laws.check(isAdopted, second, `${now.setpointA} A that nothing explains`);
  }

  function blindCurrentA(): number {
    return control.pause_when_meter_lost ? 0 : control.failsafe_current_a;
  }

  function checkLoss(now: TickReport, second: number): void {
    const isSurplusMode = now.mode === "hems" || (now.mode === "hems_and_spot" && !isPlanCharging(now.plan));
    if (!isSurplusMode || now.boost !== "off" || now.reason.code === "starting_up") return;
    const isLate = scenario.events.some(({ kind, from_min, minutes }) => {
      const lostS = Math.max(from_min * 60, bootS) + lostAfterS(kind) + 3 * intervalS + device.meterS;
      return second > lostS && second < (from_min + minutes) * 60;
    });
    laws.check(
      !isLate || now.setpointA <= blindCurrentA(),
      second,
      `${now.setpointA} A long after the meter was lost`,
    );
  }

  function checkReport(before: TickReport | undefined, now: TickReport, second: number): void {
    const { powers, reason } = now;
    laws.check(reason.text.length > 10 && reason.code.length > 0, second, "an empty reason");
    laws.check(!/undefined|NaN|Infinity/.test(reason.text), second, `a reason with a hole: ${reason.text}`);
    laws.check(now.wallMs - now.monotonicMs === trace.startWallMs, second, "two clocks that do not fit");
    const isSolar = now.mode === "hems" || now.mode === "hems_and_spot";
    laws.check(isSolar === (now.uxPhase !== "off"), second, `phase ${now.uxPhase} in mode ${now.mode}`);
    laws.check(isSolar || now.state === "idle", second, `state ${now.state} in mode ${now.mode}`);
    laws.check(
      now.meterTrust !== "lost" || now.state === "idle",
      second,
      "an active machine without a meter",
    );
    laws.check(
      powers.gridPowerW === undefined || now.meterTrust !== "lost",
      second,
      "a lost meter that is shown",
    );
    if (before === undefined || now.pass !== before.pass + 1) return;
    laws.check(now.monotonicMs > before.monotonicMs, second, "a pass before the one before it");
  }

  /** What the box was told is what the report says. */
  function checkCommand(now: TickReport, second: number): void {
    if (plant === undefined || UNREAD.has(now.reason.code)) return;
    if (isDisturbed(second, ["wallbox_away", "wallbox_stubborn", "gateway_down"])) return;
    const { currentA } = plant.view.command;
    laws.check(
      currentA === now.setpointA,
      second,
      `the box was told ${currentA} A, the report says ${now.setpointA} A`,
    );
  }

  return {
    onSecond(given) {
      plant = given;
      const second = Math.round(given.view.nowMs / 1_000) - 1;
      if (!isPlain) return;
      checkLimits(given, second);
      checkDark(given, second);
    },
    onReport(now) {
      const second = Math.round(now.monotonicMs / 1_000);
      // After a start of the gateway nothing before it counts.
      const before = latest !== undefined && now.pass === latest.pass + 1 ? latest : undefined;
      if (before === undefined) bootS = second;
      checkReport(before, now, second);
      checkRange(now, second);
      checkLoss(now, second);
      checkCommand(now, second);
      if (before !== undefined) {
        checkRaise(before, now, second);
        checkStart(before, now, second);
        checkCause(before, now, second);
      }
      if (before === undefined || now.setpointA !== before.setpointA || now.phases !== before.phases) {
        changedMs = now.monotonicMs;
        toldMs =
          before === undefined || UNREAD.has(before.reason.code) ? Number.NEGATIVE_INFINITY : now.monotonicMs;
      }
      latest = now;
    },
    broken: laws.broken,
  };
}

/** F1 and F2: 30 s without a good read, after 120 s in which the meter repeats itself. */
function lostAfterS(kind: ScenarioEvent["kind"]): number {
  if (kind === "meter_frozen") return 150;
  return kind === "meter_silent" || kind === "meter_implausible" ? 30 : Number.POSITIVE_INFINITY;
}

function createLawBook() {
  const broken = new Map<string, string>();
  return {
    check(holds: boolean, second: number, sentence: string): void {
      if (holds || broken.size > 20) return;
      const law = sentence.replaceAll(/[\d.]+/g, "N");
      if (!broken.has(law)) broken.set(law, `${sentence}, at second ${second}`);
    },
    broken: () => [...broken.values()],
  };
}
