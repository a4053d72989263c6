import type { OperatorStatus } from "./grid-operator.ts";
import { isoUtc } from "./iso-time.ts";
import type { LimitName } from "./limits.ts";
import type { ReasonCode } from "./reasons.ts";
import type { BoostState, ChargingMode, Thresholds } from "./settings.ts";
import { areSameThresholds } from "./thresholds.ts";
import type { ChargeState, TickReport } from "./tick-report.ts";

/** What `event` carries: something that happened once. */
export type SiteEvent = { readonly ts: string } & (
  | {
      readonly event: "state_changed";
      readonly from: ChargeState;
      readonly to: ChargeState;
      readonly reason: ReasonCode;
      readonly reason_text: string;
    }
  | { readonly event: "mode_changed"; readonly from: ChargingMode; readonly to: ChargingMode }
  | { readonly event: "boost_changed"; readonly from: BoostState; readonly to: BoostState }
  | {
      readonly event: "thresholds_changed";
      readonly hems_min_export_to_start_w: number;
      readonly hems_max_import_before_stopping_w: number;
    }
  | {
      readonly event: "limit_changed";
      readonly from: LimitName | null;
      readonly to: LimitName | null;
      readonly setpoint_a: number;
    }
  | {
      readonly event: "grid_operator_changed";
      readonly state: OperatorStatus["state"] | null;
      readonly limit_w: number | null;
      /** What the house took from the grid at that moment; null is "not known". */
      readonly grid_w: number | null;
    }
  | { readonly event: "meter_lost" | "meter_recovered" | "wallbox_lost" | "wallbox_recovered" }
);

/** A device is `unseen` until it was there once: what never came is not lost. */
type Presence = "unseen" | "there" | "lost";

/** What the events told so far add up to. */
export interface ToldSite {
  readonly state: ChargeState;
  readonly mode: ChargingMode;
  readonly boost: BoostState;
  /** The pair that was asked for. */
  readonly thresholds: Thresholds;
  readonly limitedBy: LimitName | undefined;
  readonly limitToldAtMs: number;
  readonly operator: Pick<OperatorStatus, "state" | "limitW"> | undefined;
  readonly meter: Presence;
  readonly wallbox: Presence;
}

/** A current at the edge of a limit crosses it on every pass; one event in this time is enough. */
const LIMIT_PAUSE_MS = 5_000;

/** Where the story starts: the first pass raises no event. */
export function initialToldSite(report: TickReport): ToldSite {
  return {
    state: report.state,
    mode: report.mode,
    boost: report.boost,
    thresholds: report.thresholds.asked,
    limitedBy: report.limitedBy,
    limitToldAtMs: Number.NEGATIVE_INFINITY,
    operator: report.gridOperator,
    meter: report.meterTrust === "good" ? "there" : "unseen",
    wallbox: report.wallbox.isConnected ? "there" : "unseen",
  };
}

/** The events that lead from what was told to this pass, in a fixed order, and what is told after them. */
export function siteEvents(told: ToldSite, report: TickReport): { told: ToldSite; events: SiteEvent[] } {
  const meter = meterPresence(told.meter, report);
  const wallbox = presence(told.wallbox, report.wallbox.isConnected);
  const isLimitDue =
    told.limitedBy !== report.limitedBy && report.monotonicMs - told.limitToldAtMs >= LIMIT_PAUSE_MS;
  const next: ToldSite = {
    state: report.state,
    mode: report.mode,
    boost: report.boost,
    thresholds: report.thresholds.asked,
    limitedBy: isLimitDue ? report.limitedBy : told.limitedBy,
    limitToldAtMs: isLimitDue ? report.monotonicMs : told.limitToldAtMs,
    operator: report.gridOperator,
    meter,
    wallbox,
  };
  return { told: next, events: eventsBetween(told, next, report) };
}

function eventsBetween(from: ToldSite, to: ToldSite, report: TickReport): SiteEvent[] {
  const ts = isoUtc(report.wallMs);
  const told = [
    ...presenceEvents(from, to),
    ...settingsEvents(from, to),
    ...stateEvents(from, to, report),
    ...limitEvents(from, to, report),
  ];
  return told.map((event) => ({ ts, ...event }));
}

type Happening = SiteEvent extends infer Event
  ? Event extends SiteEvent
    ? Omit<Event, "ts">
    : never
  : never;

function presenceEvents(from: ToldSite, to: ToldSite): Happening[] {
  const events: Happening[] = [];
  if (isLoss(from.meter, to.meter)) events.push({ event: "meter_lost" });
  if (isRecovery(from.meter, to.meter)) events.push({ event: "meter_recovered" });
  if (isLoss(from.wallbox, to.wallbox)) events.push({ event: "wallbox_lost" });
  if (isRecovery(from.wallbox, to.wallbox)) events.push({ event: "wallbox_recovered" });
  return events;
}

function settingsEvents(from: ToldSite, to: ToldSite): Happening[] {
  const events: Happening[] = [];
  if (from.mode !== to.mode) events.push({ event: "mode_changed", from: from.mode, to: to.mode });
  if (from.boost !== to.boost) events.push({ event: "boost_changed", from: from.boost, to: to.boost });
  if (!areSameThresholds(from.thresholds, to.thresholds)) {
    events.push({
      event: "thresholds_changed",
      hems_min_export_to_start_w: to.thresholds.minExportToStartW,
      hems_max_import_before_stopping_w: to.thresholds.maxImportBeforeStoppingW,
    });
  }
  return events;
}

function stateEvents(from: ToldSite, to: ToldSite, { reason }: TickReport): Happening[] {
  if (from.state === to.state) return [];
  const { code, text } = reason;
  return [{ event: "state_changed", from: from.state, to: to.state, reason: code, reason_text: text }];
}

function limitEvents(from: ToldSite, to: ToldSite, { powers, setpointA }: TickReport): Happening[] {
  const events: Happening[] = [];
  if (from.operator?.state !== to.operator?.state || from.operator?.limitW !== to.operator?.limitW) {
    events.push({
      event: "grid_operator_changed",
      state: to.operator?.state ?? null,
      limit_w: to.operator?.limitW ?? null,
      grid_w: powers.gridPowerW === undefined ? null : Math.round(powers.gridPowerW),
    });
  }
  if (from.limitedBy !== to.limitedBy) {
    const [was, is] = [from.limitedBy ?? null, to.limitedBy ?? null];
    events.push({ event: "limit_changed", from: was, to: is, setpoint_a: setpointA });
  }
  return events;
}

/** A suspect meter is neither lost nor back. */
function meterPresence(was: Presence, report: TickReport): Presence {
  return report.meterTrust === "suspect" ? was : presence(was, report.meterTrust === "good");
}

function presence(was: Presence, isThere: boolean): Presence {
  if (isThere) return "there";
  return was === "unseen" ? "unseen" : "lost";
}

function isLoss(from: Presence, to: Presence): boolean {
  return from !== "lost" && to === "lost";
}

function isRecovery(from: Presence, to: Presence): boolean {
  return from === "lost" && to === "there";
}
