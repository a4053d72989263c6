import { assign, setup } from "xstate";

/**
 * States of a controllable system under EEBUS "Limitation of Power Consumption" (VDE-AR-E 2829-6): `init` and
 * `failsafe` hold the failsafe limit, `limited` the operator's, the other two none.
 */
export const OPERATOR_STATES = [
  "init",
  "unlimited_controlled",
  "limited",
  "failsafe",
  "unlimited_autonomous",
] as const;
export type OperatorState = (typeof OPERATOR_STATES)[number];

/** LPC-906, LPC-911, LPC-912, LPC-921: silence of this long ends control, and so does contact without a command, ms. */
export const SILENCE_MS = 120_000;
/** Outside the controlled states a command counts only this soon after a sign of life, ms (LPC-913). */
const COMMAND_WINDOW_MS = 60_000;

/** What the operator asked for; a command without `isActive` lifts the one before. */
export interface OperatorCommand {
  readonly isActive: boolean;
  readonly limitW: number;
  /** Time from `atMs` until the limit ends by itself, ms; undefined: until the next command. */
  readonly durationMs: number | undefined;
  /** When it was received, monotonic ms. */
  readonly atMs: number;
}

/** The latest that a source knows; every part may be missing. */
export interface OperatorSignal {
  /** Last sign of life, monotonic ms; a command is one too. */
  readonly heartbeatMs: number | undefined;
  readonly command: OperatorCommand | undefined;
}

export interface OperatorRules {
  /** What the operator must leave to the site, W; a smaller command counts as this. */
  readonly minimumW: number;
  /** Limit while the operator cannot be heard, W. */
  readonly failsafeW: number;
  /** How long the failsafe limit holds at least without a word of the operator, ms (LPC-022). */
  readonly failsafeMinimumMs: number;
  /** True: the failsafe limit ends after its minimum duration (LPC-922). False: only with the operator's return. */
  readonly endsFailsafeAlone: boolean;
}

export interface OperatorPass {
  readonly type: "pass";
  readonly nowMs: number;
  readonly signal: OperatorSignal;
  readonly rules: OperatorRules;
}

export interface OperatorContext {
  /** Since when the present state holds, ms; undefined before the first pass. */
  readonly sinceMs: number | undefined;
  /** Last sign of life, or the first pass, ms. */
  readonly heartbeatMs: number | undefined;
  /** Time of the newest command that was seen, ms. */
  readonly seenCommandMs: number | undefined;
  /** First sign of life since contact was lost in `failsafe`, ms. */
  readonly contactMs: number | undefined;
  /** The limit of `limited`, W, as it was asked for. */
  readonly limitW: number | undefined;
  /** When it ends by itself, ms. */
  readonly endsMs: number | undefined;
}

export const NOTHING_KNOWN: OperatorContext = {
  sinceMs: undefined,
  heartbeatMs: undefined,
  seenCommandMs: undefined,
  contactMs: undefined,
  limitW: undefined,
  endsMs: undefined,
};

export interface OperatorScope {
  readonly context: OperatorContext;
  readonly event: OperatorPass;
}

function heartbeatMs({ context, event }: OperatorScope): number {
  const known = context.heartbeatMs ?? event.nowMs;
  return Math.max(known, event.signal.heartbeatMs ?? known);
}

function isSilent(scope: OperatorScope): boolean {
  return scope.event.nowMs - heartbeatMs(scope) >= SILENCE_MS;
}

function inStateForMs({ context, event }: OperatorScope): number {
  return event.nowMs - (context.sinceMs ?? event.nowMs);
}

function newCommand({ context, event }: OperatorScope): OperatorCommand | undefined {
  const { command } = event.signal;
  const isNew = command !== undefined && command.atMs > (context.seenCommandMs ?? Number.NEGATIVE_INFINITY);
  return isNew && command.limitW >= 0 && Number.isFinite(command.limitW) ? command : undefined;
}

/** Who has been away is in control again only with a sign of life and a command after it. */
function commandOfReturned(scope: OperatorScope): OperatorCommand | undefined {
  const { signal, nowMs } = scope.event;
  const isHeard = nowMs - (signal.heartbeatMs ?? Number.NEGATIVE_INFINITY) <= COMMAND_WINDOW_MS;
  return isHeard ? newCommand(scope) : undefined;
}

function endsMs(command: OperatorCommand | undefined): number | undefined {
  return command?.durationMs === undefined ? undefined : command.atMs + command.durationMs;
}

/** A duration that is over lifts the limit as soon as it is set. */
function isLimiting(command: OperatorCommand, nowMs: number): boolean {
  return command.isActive && (endsMs(command) ?? Number.POSITIVE_INFINITY) > nowMs;
}

function limits(command: OperatorCommand | undefined, { event }: OperatorScope): boolean {
  return command !== undefined && isLimiting(command, event.nowMs);
}

function releases(command: OperatorCommand | undefined, { event }: OperatorScope): boolean {
  return command !== undefined && !isLimiting(command, event.nowMs);
}

/** First sign of life of a contact that has not been lost again. */
function contactMs(scope: OperatorScope): number | undefined {
  const { context, event } = scope;
  const heardMs = event.signal.heartbeatMs;
  if (heardMs === undefined || event.nowMs - heardMs >= SILENCE_MS) return undefined;
  return context.contactMs ?? (heardMs > (context.heartbeatMs ?? heardMs) ? heardMs : undefined);
}

export function noted(scope: OperatorScope): OperatorContext {
  const { context, event } = scope;
  return {
    ...context,
    sinceMs: context.sinceMs ?? event.nowMs,
    heartbeatMs: heartbeatMs(scope),
    seenCommandMs: event.signal.command?.atMs ?? context.seenCommandMs,
    contactMs: contactMs(scope),
  };
}

function entered(scope: OperatorScope): OperatorContext {
  const { nowMs } = scope.event;
  return { ...noted(scope), sinceMs: nowMs, contactMs: undefined, limitW: undefined, endsMs: undefined };
}

function limited(scope: OperatorScope): OperatorContext {
  const { command } = scope.event.signal;
  return { ...entered(scope), limitW: command?.limitW, endsMs: endsMs(command) };
}

export const operatorGuards = {
  isSilent,
  commandLimits: (scope: OperatorScope) => limits(newCommand(scope), scope),
  commandReleases: (scope: OperatorScope) => releases(newCommand(scope), scope),
  returnLimits: (scope: OperatorScope) => limits(commandOfReturned(scope), scope),
  returnReleases: (scope: OperatorScope) => releases(commandOfReturned(scope), scope),
  isOver: ({ context, event }: OperatorScope) => event.nowMs >= (context.endsMs ?? Number.POSITIVE_INFINITY),
  nobodyCame: (scope: OperatorScope) => inStateForMs(scope) >= SILENCE_MS,
  onlyHeard: (scope: OperatorScope) =>
    scope.event.nowMs - (contactMs(scope) ?? scope.event.nowMs) >= SILENCE_MS,
  minimumIsOver: (scope: OperatorScope) =>
    scope.event.rules.endsFailsafeAlone && inStateForMs(scope) >= scope.event.rules.failsafeMinimumMs,
};

/** The machine as xstate sees it, for exhaustive exploration. */
export const operatorMachine = setup({
  types: { context: {} as OperatorContext, events: {} as OperatorPass },
  guards: operatorGuards,
  actions: { note: assign(noted), enter: assign(entered), limit: assign(limited) },
}).createMachine({
  context: NOTHING_KNOWN,
  initial: "init",
  states: {
    init: {
      on: {
        pass: [
          { guard: "returnLimits", target: "limited", actions: "limit" },
          { guard: "returnReleases", target: "unlimited_controlled", actions: "enter" },
          { guard: "nobodyCame", target: "unlimited_autonomous", actions: "enter" },
          { actions: "note" },
        ],
      },
    },
    unlimited_controlled: {
      on: {
        pass: [
          { guard: "isSilent", target: "failsafe", actions: "enter" },
          { guard: "commandLimits", target: "limited", actions: "limit" },
          { actions: "note" },
        ],
      },
    },
    limited: {
      on: {
        pass: [
          { guard: "isSilent", target: "failsafe", actions: "enter" },
          { guard: "commandLimits", actions: "limit" },
          { guard: "commandReleases", target: "unlimited_controlled", actions: "enter" },
          { guard: "isOver", target: "unlimited_controlled", actions: "enter" },
          { actions: "note" },
        ],
      },
    },
    failsafe: {
      on: {
        pass: [
          { guard: "returnLimits", target: "limited", actions: "limit" },
          { guard: "returnReleases", target: "unlimited_controlled", actions: "enter" },
          { guard: "onlyHeard", target: "unlimited_autonomous", actions: "enter" },
          { guard: "minimumIsOver", target: "unlimited_autonomous", actions: "enter" },
          { actions: "note" },
        ],
      },
    },
    unlimited_autonomous: {
      on: {
        pass: [
          { guard: "returnLimits", target: "limited", actions: "limit" },
          { guard: "returnReleases", target: "unlimited_controlled", actions: "enter" },
          { actions: "note" },
        ],
      },
    },
  },
});
