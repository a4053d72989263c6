import type { OperatorStatus } from "./grid-operator.ts";
import { isoUtc } from "./iso-time.ts";
import type { LimitName } from "./limits.ts";
import type { ReasonCode } from "./reasons.ts";
import type { BoostState, ChargingMode, Thresholds } from "./settings.ts";
import { areSameThresholds } from "./thresholds.ts";
import type { ChargeState, NamedBoxReport, TickReport } from "./tick-report.ts";

/** What `event` carries: something that happened once. */
export type SiteEvent = {
  readonly ts: string;
  /** Where there are several boxes: the one it is about. */
  readonly wallbox?: string;
} & (
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
  | {
      readonly event:
        | "meter_lost"
        | "meter_recovered"
        | "wallbox_lost"
        | "wallbox_recovered"
        | "wallbox_not_following"
        | "wallbox_following";
    }
);

/** A device is `unseen` until it was there once: what never came is not lost. */
type Presence = "unseen" | "there" | "lost";

/** What the events told so far of one wallbox. */
interface ToldBox {
  readonly state: ChargeState;
  readonly boost: BoostState;
  readonly limitedBy: LimitName | undefined;
  readonly limitToldAtMs: number;
  readonly link: Presence;
  readonly isFollowing: boolean;
}

/** What the events told so far add up to. */
export interface ToldSite {
  readonly mode: ChargingMode;
  /** The pair that was asked for. */
  readonly thresholds: Thresholds;
  readonly operator: Pick<OperatorStatus, "state" | "limitW"> | undefined;
  readonly meter: Presence;
  /** In the order of the report. */
  readonly boxes: readonly ToldBox[];
}

/** A current at the edge of a limit crosses it on every pass; one event in this time is enough. */
const LIMIT_PAUSE_MS = 5_000;

/** Where the story starts: the first pass raises no event. */
export function initialToldSite(report: TickReport): ToldSite {
  return {
    mode: report.mode,
    thresholds: report.thresholds.asked,
    operator: report.gridOperator,
    meter: report.meterTrust === "good" ? "there" : "unseen",
    boxes: report.wallboxes.map(initialToldBox),
  };
}

function initialToldBox({ state, boost, limitedBy, wallbox }: NamedBoxReport): ToldBox {
  const link = wallbox.isConnected ? "there" : "unseen";
  const { isFollowing } = wallbox;
  return { state, boost, limitedBy, limitToldAtMs: Number.NEGATIVE_INFINITY, link, isFollowing };
}

/** The events that lead from what was told to this pass, in a fixed order, and what is told after them. */
export function siteEvents(told: ToldSite, report: TickReport): { told: ToldSite; events: SiteEvent[] } {
  const boxes = report.wallboxes.map((box, index) => {
    const before = told.boxes[index] ?? initialToldBox(box);
    return { box, before, after: nextToldBox(before, box) };
  });
  const next: ToldSite = {
    mode: report.mode,
    thresholds: report.thresholds.asked,
    operator: report.gridOperator,
    meter: meterPresence(told.meter, report),
    boxes: boxes.map(({ after }) => after),
  };
  const ts = isoUtc(report.wallMs);
  const happened = [
    ...meterEvents(told, next),
    ...boxes.flatMap(({ box, before, after }) => named(linkEvents(before, after), box, report)),
    ...boxes.flatMap(({ box, before, after }) => named(followEvents(before, after), box, report)),
    ...settingsEvents(told, next),
    ...boxes.flatMap(({ box, before, after }) => named(boxEvents(before, after, box), box, report)),
    ...operatorEvents(told, next, report),
    ...boxes.flatMap(({ box, before, after }) => named(limitEvents(before, after, box), box, report)),
  ];
  return { told: next, events: happened.map((event) => ({ ts, ...event })) };
}

function nextToldBox(told: ToldBox, box: NamedBoxReport): ToldBox {
  const isLimitDue =
    told.limitedBy !== box.limitedBy && box.monotonicMs - told.limitToldAtMs >= LIMIT_PAUSE_MS;
  return {
    state: box.state,
    boost: box.boost,
    limitedBy: isLimitDue ? box.limitedBy : told.limitedBy,
    limitToldAtMs: isLimitDue ? box.monotonicMs : told.limitToldAtMs,
    link: presence(told.link, box.wallbox.isConnected),
    isFollowing: box.wallbox.isFollowing,
  };
}

/** Where there are several boxes, an event says which one it is about. */
function named(
  events: readonly Happening[],
  { name }: NamedBoxReport,
  { wallboxes }: TickReport,
): readonly Happening[] {
  return wallboxes.length === 1 ? events : events.map((event) => ({ ...event, wallbox: name }));
}

type Happening = SiteEvent extends infer Event
  ? Event extends SiteEvent
    ? Omit<Event, "ts">
    : never
  : never;

function meterEvents(from: ToldSite, to: ToldSite): Happening[] {
  if (isLoss(from.meter, to.meter)) return [{ event: "meter_lost" }];
  return isRecovery(from.meter, to.meter) ? [{ event: "meter_recovered" }] : [];
}

function linkEvents(from: ToldBox, to: ToldBox): Happening[] {
  if (isLoss(from.link, to.link)) return [{ event: "wallbox_lost" }];
  return isRecovery(from.link, to.link) ? [{ event: "wallbox_recovered" }] : [];
}

function followEvents(from: ToldBox, to: ToldBox): Happening[] {
  if (from.isFollowing === to.isFollowing) return [];
  return [{ event: to.isFollowing ? "wallbox_following" : "wallbox_not_following" }];
}

function settingsEvents(from: ToldSite, to: ToldSite): Happening[] {
  const events: Happening[] = [];
  if (from.mode !== to.mode) events.push({ event: "mode_changed", from: from.mode, to: to.mode });
  if (!areSameThresholds(from.thresholds, to.thresholds)) {
    events.push({
      event: "thresholds_changed",
      hems_min_export_to_start_w: to.thresholds.minExportToStartW,
      hems_max_import_before_stopping_w: to.thresholds.maxImportBeforeStoppingW,
    });
  }
  return events;
}

function boxEvents(from: ToldBox, to: ToldBox, { reason }: NamedBoxReport): Happening[] {
  const events: Happening[] = [];
  if (from.boost !== to.boost) events.push({ event: "boost_changed", from: from.boost, to: to.boost });
  if (from.state !== to.state) {
    const { code, text } = reason;
    events.push({ event: "state_changed", from: from.state, to: to.state, reason: code, reason_text: text });
  }
  return events;
}

function operatorEvents(from: ToldSite, to: ToldSite, { powers }: TickReport): Happening[] {
  const isSame = from.operator?.state === to.operator?.state && from.operator?.limitW === to.operator?.limitW;
  if (isSame) return [];
  return [
    {
      event: "grid_operator_changed",
      state: to.operator?.state ?? null,
      limit_w: to.operator?.limitW ?? null,
      grid_w: powers.gridPowerW === undefined ? null : Math.round(powers.gridPowerW),
    },
  ];
}

function limitEvents(from: ToldBox, to: ToldBox, { setpointA }: NamedBoxReport): Happening[] {
  if (from.limitedBy === to.limitedBy) return [];
  const [was, is] = [from.limitedBy ?? null, to.limitedBy ?? null];
  return [{ event: "limit_changed", from: was, to: is, setpoint_a: setpointA }];
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
