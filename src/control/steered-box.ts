import type { Logger } from "pino";
import { NO_BOOST } from "../core/boost.ts";
import { type BoxOptions, type BoxPass, type BoxState, NEW_STANDING } from "../core/boxes/box-pass.ts";
import type { ControlOptions } from "../core/decide.ts";
import type { BoostState, Settings } from "../core/settings.ts";
import type { BoxDecision } from "../core/site-decision.ts";
import type { HouseSample } from "../core/site-sample.ts";
import type { BoxReport } from "../core/tick-report.ts";
import type { Clock } from "../ports/clock.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { Wallbox } from "../ports/wallbox.ts";
import type { ChargePlanner } from "./charge-planner.ts";
import { createControlMemory } from "./control-memory.ts";
import { createSetpointWriter } from "./setpoint-writer.ts";

/** A wallbox with what the config says on it. */
export interface SteeredWallbox {
  readonly wallbox: Wallbox;
  /** The larger is served first. */
  readonly priority: number;
  readonly control: ControlOptions;
  /** After this long without the gateway the box falls back to its failsafe current by itself, ms. */
  readonly expiryMs: number;
  /** The box's own part of what survives a restart. */
  readonly store: StateStore;
  /** Undefined: no prices, no plan. */
  readonly planner?: ChargePlanner | undefined;
}

export interface SteeredBoxOptions extends SteeredWallbox {
  /** Local date at the start. */
  readonly day: string;
}

/** One box between the passes: what is remembered of it, asked of it and written to it. */
export interface SteeredBox {
  readonly name: string;
  /** What a pass knows of the box; takes the boost that was asked for. */
  pass(now: { readonly house: HouseSample; readonly settings: Settings; readonly wallMs: number }): BoxPass;
  carryOut(decision: BoxDecision): void;
  requestBoost(boost: BoostState): void;
  /** Saves now, at shutdown. */
  save(): void;
}

export function createSteeredBox(
  given: SteeredBoxOptions,
  deps: { readonly clock: Clock; readonly log: Logger },
): SteeredBox {
  const { wallbox, priority, control, expiryMs, planner } = given;
  const { log } = deps;
  const { name } = wallbox;
  const options: BoxOptions = { name, priority, control, expiryMs };
  const memory = createControlMemory({ ...deps, store: given.store });
  const writer = createSetpointWriter({ ...deps, wallbox });
  let state: BoxState = { control: memory.restore(given.day), standing: NEW_STANDING };
  let latest: BoxReport | undefined;
  let requestedBoost: BoostState | undefined;

  function boostedState(): BoxState {
    if (requestedBoost === undefined) return state;
    const boost = { ...NO_BOOST, state: requestedBoost };
    requestedBoost = undefined;
    return { ...state, control: { ...state.control, boost } };
  }

  function logChanges(after: BoxReport): void {
    const { setpointA, limitedBy, reason, powers } = after;
    if (latest?.state !== after.state)
      log.info({ wallbox: name, state: after.state, reason: reason.code }, "state changed");
    if (latest?.setpointA !== setpointA) {
      log.info(
        { wallbox: name, setpointA, limitedBy, reason: reason.code, gridPowerW: powers.gridPowerW },
        "set point changed",
      );
    }
  }

  return {
    name,
    pass({ house, settings, wallMs }) {
      const seen = wallbox.sample();
      return {
        options,
        state: boostedState(),
        wallbox: seen,
        plan: planner?.advise({ sample: { ...house, wallbox: seen }, settings, wallMs }),
        lastWriteMs: writer.lastWriteMs(),
        writesToday: wallbox.writesToday(),
      };
    },
    carryOut({ setpointA, phases, isUrgent, report, state: next }) {
      if (setpointA === undefined) writer.forget();
      else writer.write({ currentA: setpointA, phases, isUrgent });
      logChanges(report);
      latest = report;
      state = next;
      memory.remember(state.control);
    },
    requestBoost(boost) {
      requestedBoost = boost;
    },
    save: () => memory.save(state.control),
  };
}
