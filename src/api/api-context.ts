import type { BalanceVerdict } from "../core/balance-check.ts";
import type { TickReport } from "../core/tick-report.ts";
import type { ChargePlanDesk } from "../ports/charge-plan.ts";
import type { Clock } from "../ports/clock.ts";
import type { Commands } from "../ports/commands.ts";
import type { DeviceStatus } from "../ports/device-status.ts";
import type { OperatorEndpoint } from "../ports/grid-operator.ts";
import type { HistoryReader } from "../ports/history.ts";
import type { LimitReader } from "../ports/limit-log.ts";
import type { NotificationDesk } from "../ports/notifications.ts";
import type { SupportDesk } from "../ports/support.ts";
import type { WallboxDesk } from "../ports/wallbox-card.ts";
import type { EnergyCounters } from "./energy-counters.ts";
import type { HistogramView } from "./histogram.ts";
import type { LoginRule } from "./login/gatekeeper.ts";
import type { Guard } from "./login/guard.ts";

export interface ApiOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Who has to log in: callers from other machines, or everybody. */
  readonly login: LoginRule;
  /** Host names under which the page is asked for, beside its address and the machine's own name. */
  readonly names?: readonly string[] | undefined;
  /** Certificate with its chain, and key, as PEM; plain HTTP without. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly siteName: string;
  /** The first is the one that stands for the house where only one can. */
  readonly wallboxNames: readonly string[];
  /** IANA name; a date in a query begins at its midnight. */
  readonly timeZone: string;
  readonly version: string;
  /** Time from pass to pass, ms: the last one is stale after three of them, and not before 5 s. */
  readonly intervalMs: number;
  /** Smallest power at which the wallbox charges, W: the least width of the thresholds' band. */
  readonly minBandW: number;
  /** What the house connection carries: its fuse, A per phase, and its import, W, where that is limited. */
  readonly mainFuseA: number;
  readonly importLimitW: number | undefined;
  /** Roles of the configured devices. */
  readonly deviceRoles: readonly ("grid" | "pv" | "battery")[];
  /** True where day-ahead prices are known, so that `spot` can charge at all. */
  readonly hasPrices: boolean;
  /** Whose charging-config this is; undefined answers for any organisation and user. */
  readonly partner?: { readonly orgId: string; readonly userId: string } | undefined;
  /** Folder of `index.html` and its files; default: the one shipped. */
  readonly pageFolder?: string | undefined;
}

/** What MQTT tells of itself. */
export interface MqttStateView {
  readonly isConnected: boolean;
  readonly published: number;
  readonly dropped: number;
  readonly eventsSpooled: number;
  readonly eventsDropped: number;
}

/** What the Partner API sync tells of itself. */
export interface PartnerStateView {
  readonly pulls: number;
  readonly puts: number;
  /** Age of the last good pull, ms; undefined before the first. */
  readonly ageMs: number | undefined;
  readonly error: { readonly kind: string } | undefined;
  /** A local change that the server has not taken yet. */
  readonly pending: object | undefined;
  /** The last local change that the server refused, in its words. */
  readonly rejected: { readonly reason: string } | undefined;
  readonly status: { readonly pushes: number; readonly isUnsupported: boolean };
  /** Whether the Partner API takes our login. */
  readonly token?: { readonly kind: "none" | "valid" | "refused" };
  /** What the last charging-config says of the user's devices. */
  readonly config?:
    | {
        readonly mode_conflict?: boolean | undefined;
        readonly config_divergence?: boolean | undefined;
        readonly health_warning?: { readonly code: string; readonly since?: string | undefined } | undefined;
      }
    | undefined;
  /** How settings that were changed on both sides were settled, newest first. */
  readonly decisions?: readonly PartnerDecisionView[];
}

export interface PartnerDecisionView {
  readonly wallMs: number;
  readonly part: string;
  readonly local: string | number;
  readonly remote: string | number;
  readonly winner: "local" | "remote";
}

/** What the history tells of itself. */
export interface HistoryStateView {
  readonly isFailing: boolean;
  readonly minutesWritten: number;
  readonly sessionsWritten: number;
  readonly eventsWritten: number;
  readonly waiting: number;
  readonly dropped: number;
  readonly usedBytes: number | undefined;
}

export interface InfluxStateView {
  readonly isAway: boolean;
  readonly sent: number;
  readonly dropped: number;
  readonly waiting: number;
}

export interface OcppCountersView {
  readonly callsReceived: number;
  readonly callsSent: number;
  readonly connections: number;
}

/** How the program itself runs. */
export interface RuntimeView {
  /** Time from reading to reporting, s. */
  readonly passTimes: HistogramView;
  /** Delay of timers beyond their resolution since the last look, s. */
  readonly eventLoopLagS: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** How the configured devices are, and whether their powers add up. */
export interface DevicesView {
  readonly devices: readonly DeviceStatus[];
  readonly balance: BalanceVerdict;
  readonly advice: readonly string[];
}

export interface ApiSuppliers {
  /** Undefined for a gateway without a config file. */
  readonly support?: SupportDesk | undefined;
  readonly desk?: WallboxDesk | undefined;
  readonly partnerState?: (() => PartnerStateView | undefined) | undefined;
  readonly mqttState?: (() => MqttStateView | undefined) | undefined;
  /** Undefined where no evidence is kept. */
  readonly limits?: LimitReader | undefined;
  /** Undefined where the grid operator's limit does not come by HTTP. */
  readonly operatorEndpoint?: OperatorEndpoint | undefined;
  /** Undefined where nobody is told of anything. */
  readonly notifications?: NotificationDesk | undefined;
  readonly devices?: (() => DevicesView) | undefined;
  /** Undefined where nothing is recorded. */
  readonly history?: HistoryReader | undefined;
  readonly historyState?: (() => HistoryStateView | undefined) | undefined;
  readonly influxState?: (() => InfluxStateView | undefined) | undefined;
  readonly ocppCounters?: (() => OcppCountersView) | undefined;
  /** Looking resets the delays. */
  readonly runtime?: (() => RuntimeView) | undefined;
}

export type ChargePlanView = Pick<ChargePlanDesk, "goal" | "advice">;

/** What the routes share. */
export interface ApiContext extends ApiSuppliers {
  readonly options: ApiOptions;
  readonly clock: Clock;
  readonly commands: Commands;
  /** By name of the wallbox. */
  readonly chargePlans: ReadonlyMap<string, ChargePlanView>;
  readonly energies: EnergyCounters;
  readonly guard: Pick<Guard, "mayStillRead">;
  /** The newest pass; undefined before the first. */
  latest(): TickReport | undefined;
}

export const STARTING_UP = "the gateway is starting and has made no pass yet: try again in a moment";
