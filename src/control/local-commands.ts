import { isPluggedIn } from "../core/boost.ts";
import type { BoostState } from "../core/settings.ts";
import type { NamedBoxReport, TickReport } from "../core/tick-report.ts";
import { LOWEST_CHARGE_CURRENT_A } from "../core/units.ts";
import type { ChargePlanDesk } from "../ports/charge-plan.ts";
import type { CommandOutcome, Commands } from "../ports/commands.ts";
import type { ChangeQueue } from "../ports/settings.ts";
import { isThresholdW, MAX_THRESHOLD_W, type SettingsKeeper } from "./settings-keeper.ts";

const DONE: CommandOutcome = { ok: true };

export interface CommandsDeps {
  readonly settings: SettingsKeeper;
  /** The newest pass; undefined before the first. */
  readonly latest: () => TickReport | undefined;
  /** Asks the next pass for a boost state of the box of this name. */
  readonly requestBoost: (boost: BoostState, wallboxName: string) => void;
  readonly wallboxNames: readonly string[];
  /** The largest configured maximum, A per phase: no command goes beyond it. */
  readonly configuredMaxA: number;
  /** Where local changes go to be written back to the Partner API; undefined without one. */
  readonly changes: ChangeQueue | undefined;
  /** By name of the wallbox. */
  readonly chargePlans: ReadonlyMap<string, Pick<ChargePlanDesk, "choose" | "clear">>;
}

/** What people and programs in the house may ask for. Everything takes effect in the next pass. */
export function createLocalCommands(deps: CommandsDeps): Commands {
  const { settings, latest, requestBoost, wallboxNames, configuredMaxA, changes, chargePlans } = deps;
  return {
    settings: settings.current,
    setMode(mode) {
      settings.change({ mode });
      changes?.queue({ mode });
      return DONE;
    },
    setThresholds(change) {
      if (!Object.values(change).every(isThresholdW)) {
        return refused("out_of_range", `thresholds are whole watts from 0 to ${MAX_THRESHOLD_W}`);
      }
      settings.change({ thresholds: { ...settings.current().thresholds, ...change } });
      changes?.queue(change);
      return DONE;
    },
    startBoost(wallboxName) {
      const report = latest();
      if (report === undefined)
        return refused("no_active_session", "the daemon is starting: try again in a moment");
      const box = boxToBoost(report.wallboxes, wallboxName);
      if (box === undefined) return unclear(wallboxNames, wallboxName);
      if (box.boost === "ongoing") return refused("already_charging", "the car is being boosted already");
      if (box.wallbox.vehicle === "suspended_by_vehicle" && box.setpointA > 0) {
        return refused("fully_charged", "the car takes nothing although current is offered: it is full");
      }
      requestBoost(isPluggedIn(box.wallbox.vehicle) ? "ongoing" : "armed", box.name);
      return DONE;
    },
    cancelBoost(wallboxName) {
      const meant = boxesMeant(wallboxNames, wallboxName);
      if (meant.length === 0) return unclear(wallboxNames, wallboxName);
      for (const name of meant) requestBoost("off", name);
      return DONE;
    },
    setMaxCurrent(currentA) {
      const isLegal =
        currentA === undefined || (currentA >= LOWEST_CHARGE_CURRENT_A && currentA <= configuredMaxA);
      if (!isLegal) {
        return refused(
          "out_of_range",
          `use ${LOWEST_CHARGE_CURRENT_A} to ${configuredMaxA} A: the config's limit cannot be raised`,
        );
      }
      settings.change({ maxCurrentA: currentA });
      return DONE;
    },
    setChargePlan(choice, wallboxName) {
      const meant = boxesMeant(wallboxNames, wallboxName).flatMap((name) => chargePlans.get(name) ?? []);
      if (meant.length === 0) return unclear(wallboxNames, wallboxName);
      for (const desk of meant) {
        const outcome = choice === undefined ? desk.clear() : desk.choose(choice);
        if (!outcome.ok) return outcome;
      }
      return DONE;
    },
  };
}

function boxesMeant(names: readonly string[], wallboxName: string | undefined): readonly string[] {
  return wallboxName === undefined ? names : names.filter((name) => name === wallboxName);
}

/** The box of this name; without one the only box, or the only one with a car. */
function boxToBoost(
  boxes: readonly NamedBoxReport[],
  wallboxName: string | undefined,
): NamedBoxReport | undefined {
  if (wallboxName !== undefined) return boxes.find(({ name }) => name === wallboxName);
  const candidates = boxes.length === 1 ? boxes : boxes.filter(({ wallbox }) => isPluggedIn(wallbox.vehicle));
  return candidates.length === 1 ? candidates[0] : undefined;
}

function unclear(names: readonly string[], wallboxName: string | undefined): CommandOutcome {
  return wallboxName === undefined
    ? refused("wallbox_needed", `say which wallbox: ${names.join(", ")}`)
    : refused("unknown_wallbox", `there is no wallbox of that name: use ${names.join(", ")}`);
}

function refused(reason: string, detail: string): CommandOutcome {
  return { ok: false, reason, detail };
}
