import { isPluggedIn } from "../core/boost.ts";
import type { BoostState } from "../core/settings.ts";
import type { TickReport } from "../core/tick-report.ts";
import { LOWEST_CHARGE_CURRENT_A } from "../core/units.ts";
import type { CommandOutcome, Commands } from "../ports/commands.ts";
import type { ChangeQueue } from "../ports/settings.ts";
import { isThresholdW, MAX_THRESHOLD_W, type SettingsKeeper } from "./settings-keeper.ts";

const DONE: CommandOutcome = { ok: true };

export interface CommandsDeps {
  readonly settings: SettingsKeeper;
  /** The newest pass; undefined before the first. */
  readonly latest: () => TickReport | undefined;
  /** Asks the next pass for a boost state. */
  readonly requestBoost: (boost: BoostState) => void;
  /** The configured maximum, A per phase: no command goes beyond it. */
  readonly configuredMaxA: number;
  /** Where local changes go to be written back to the Partner API; undefined without one. */
  readonly changes: ChangeQueue | undefined;
}

/** What people and programs in the house may ask for. Everything takes effect in the next pass. */
export function createLocalCommands(deps: CommandsDeps): Commands {
  const { settings, latest, requestBoost, configuredMaxA, changes } = deps;
  return {
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
    startBoost() {
      const report = latest();
      if (report === undefined)
        return refused("no_active_session", "the daemon is starting: try again in a moment");
      if (report.boost === "ongoing") return refused("already_charging", "the car is being boosted already");
      if (report.wallbox.vehicle === "suspended_by_vehicle" && report.setpointA > 0) {
        return refused("fully_charged", "the car takes nothing although current is offered: it is full");
      }
      requestBoost(isPluggedIn(report.wallbox.vehicle) ? "ongoing" : "armed");
      return DONE;
    },
    cancelBoost() {
      requestBoost("off");
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
  };
}

function refused(reason: string, detail: string): CommandOutcome {
  return { ok: false, reason, detail };
}
