import { describe, expect, it } from "vitest";
import {
  initialOperatorState,
  nextOperatorState,
  type OperatorMachineState,
  operatorLimit,
} from "../../src/core/grid-operator.ts";
import {
  NOTHING_KNOWN,
  type OperatorCommand,
  type OperatorRules,
  type OperatorSignal,
  type OperatorState,
  operatorMachine,
} from "../../src/core/operator-machine.ts";

const NOW_MS = 1_000_000;
const RULES: OperatorRules = {
  minimumW: 4_200,
  failsafeW: 4_500,
  failsafeMinimumMs: 7_200_000,
  endsFailsafeAlone: false,
};

/** A state that holds since long ago, with a sign of life just now and nothing new. */
function stateOf(value: OperatorState, context: Partial<OperatorMachineState["context"]> = {}) {
  return operatorMachine.resolveState({
    value,
    context: {
      ...NOTHING_KNOWN,
      sinceMs: NOW_MS - 1_000,
      heartbeatMs: NOW_MS - 1_000,
      seenCommandMs: NOW_MS - 1_000,
      limitW: value === "limited" ? 5_000 : undefined,
      ...context,
    },
  });
}

function command(changes: Partial<OperatorCommand> = {}): OperatorCommand {
  return { isActive: true, limitW: 6_000, durationMs: undefined, atMs: NOW_MS, ...changes };
}

interface Given {
  readonly state: OperatorState;
  readonly context?: Partial<OperatorMachineState["context"]>;
  readonly signal?: Partial<OperatorSignal>;
  readonly rules?: Partial<OperatorRules>;
}

function afterPass({ state, context, signal, rules }: Given): OperatorMachineState {
  return nextOperatorState(stateOf(state, context), {
    nowMs: NOW_MS,
    signal: { heartbeatMs: undefined, command: undefined, ...signal },
    rules: { ...RULES, ...rules },
  });
}

const heard = { heartbeatMs: NOW_MS };
const limiting = { ...heard, command: command() };
const releasing = { ...heard, command: command({ isActive: false }) };

/** The state that comes of a pass; a new one counts its time from this pass and knows no limit but its own. */
function expectStep(given: Given, state: OperatorState): void {
  const { value, context } = afterPass(given);
  expect(value).toBe(state);
  if (state === given.state) return;
  expect(context.sinceMs).toBe(NOW_MS);
  expect(context.limitW === undefined).toBe(state !== "limited");
}

describe("under control", () => {
  it.each<[string, Given, OperatorState]>([
    ["a limit begins", { state: "unlimited_controlled", signal: limiting }, "limited"],
    ["a limit is replaced", { state: "limited", signal: limiting }, "limited"],
    ["a limit is lifted", { state: "limited", signal: releasing }, "unlimited_controlled"],
    [
      "a lifted limit stays lifted",
      { state: "unlimited_controlled", signal: releasing },
      "unlimited_controlled",
    ],
    ["nothing new keeps the limit", { state: "limited" }, "limited"],
    ["nothing new keeps the freedom", { state: "unlimited_controlled" }, "unlimited_controlled"],
    [
      "a limit ends with its duration",
      { state: "limited", context: { endsMs: NOW_MS } },
      "unlimited_controlled",
    ],
    ["and not a moment before", { state: "limited", context: { endsMs: NOW_MS + 1 } }, "limited"],
    ["a duration of nothing lifts", lifting({ durationMs: 0 }), "unlimited_controlled"],
    ["a duration that is over lifts", lifting({ durationMs: 5, atMs: NOW_MS - 5 }), "unlimited_controlled"],
    ["a duration that is not over limits", lifting({ durationMs: 6, atMs: NOW_MS - 5 }), "limited"],
    ["a lifting with a duration lifts", lifting({ isActive: false, durationMs: 99 }), "unlimited_controlled"],
    ["silence of 120 s ends a limit", silent("limited", 120_000), "failsafe"],
    ["silence of less does not", silent("limited", 119_999), "limited"],
    ["silence of 120 s ends freedom", silent("unlimited_controlled", 120_000), "failsafe"],
    ["silence of less does not end freedom", silent("unlimited_controlled", 119_999), "unlimited_controlled"],
    ["a sign of life prevents it", { ...silent("limited", 500_000), signal: heard }, "limited"],
    [
      "an old one does not",
      { ...silent("limited", 500_000), signal: { heartbeatMs: NOW_MS - 120_000 } },
      "failsafe",
    ],
    [
      "silence is stronger than a command without a sign of life",
      { ...silent("limited", 120_000), signal: { command: command({ isActive: false }) } },
      "failsafe",
    ],
    [
      "a command needs no sign of life of its own",
      { state: "limited", signal: { command: command({ isActive: false }) } },
      "unlimited_controlled",
    ],
  ])("%s", (_case, given, state) => {
    expectStep(given, state);
  });

  it("takes value and end of the newest command, counted from its arrival", () => {
    const signal = { ...heard, command: command({ limitW: 7_000, durationMs: 60_000, atMs: NOW_MS - 900 }) };
    const { context } = afterPass({ state: "limited", signal, context: { seenCommandMs: NOW_MS - 901 } });
    expect([context.limitW, context.endsMs, context.sinceMs]).toEqual([7_000, NOW_MS + 59_100, NOW_MS]);
  });

  it("forgets value and end of a limit that is over", () => {
    const { context } = afterPass({ state: "limited", signal: releasing, context: { endsMs: NOW_MS + 9 } });
    expect([context.limitW, context.endsMs, context.sinceMs]).toEqual([undefined, undefined, NOW_MS]);
  });

  it.each([
    ["that was seen before", command({ atMs: NOW_MS - 1_000, isActive: false })],
    ["below zero", command({ limitW: -1 })],
    ["that is no number", command({ limitW: Number.NaN })],
    ["without bound", command({ limitW: Number.POSITIVE_INFINITY })],
  ])("does not act on a command %s", (_case, given) => {
    const next = afterPass({ state: "limited", signal: { ...heard, command: given } });
    expect([next.value, next.context.limitW]).toEqual(["limited", 5_000]);
  });

  it("takes a command of 0 W", () => {
    expect(
      afterPass({ state: "limited", signal: { ...heard, command: command({ limitW: 0 }) } }).context.limitW,
    ).toBe(0);
  });
});

function lifting(changes: Partial<OperatorCommand>): Given {
  const signal = { ...heard, command: command(changes) };
  return { state: "limited", signal, context: { seenCommandMs: NOW_MS - 10_000 } };
}

function silent(state: OperatorState, forMs: number): Given {
  return { state, context: { heartbeatMs: NOW_MS - forMs } };
}

describe.each(["init", "failsafe", "unlimited_autonomous"] as const)("%s ends", (state) => {
  it.each<[string, Partial<OperatorSignal>, OperatorState]>([
    ["with a limit", limiting, "limited"],
    ["with a lifted limit", releasing, "unlimited_controlled"],
    ["with a sign of life up to 60 s before", { ...limiting, heartbeatMs: NOW_MS - 60_000 }, "limited"],
    ["not with an older one", { ...limiting, heartbeatMs: NOW_MS - 60_001 }, state],
    ["not with a command alone", { command: command() }, state],
    ["not with a sign of life alone", heard, state],
    ["not in silence", {}, state],
    ["not with a command seen before", { ...heard, command: command({ atMs: NOW_MS - 1_000 }) }, state],
  ])("%s", (_case, signal, next) => {
    expectStep({ state, signal }, next);
  });

  it("does not take a command later that it could not take when it came", () => {
    const refused = afterPass({ state, signal: { command: command() } });
    const signal = { heartbeatMs: NOW_MS + 1_000, command: command() };
    expect(nextOperatorState(refused, { nowMs: NOW_MS + 1_000, signal, rules: RULES }).value).toBe(state);
  });
});

describe("init", () => {
  it("gives way after 120 s in which nobody was in control", () => {
    const since = (forMs: number) => ({ state: "init", context: { sinceMs: NOW_MS - forMs } }) as const;
    expect(afterPass(since(119_999)).value).toBe("init");
    expectStep(since(120_000), "unlimited_autonomous");
    expect(afterPass({ ...since(120_000), signal: heard }).value).toBe("unlimited_autonomous");
    expect(afterPass({ ...since(120_000), signal: limiting }).value).toBe("limited");
  });

  it("counts from the first pass", () => {
    const { context } = nextOperatorState(initialOperatorState(), {
      nowMs: NOW_MS,
      signal: { heartbeatMs: NOW_MS - 5_000, command: undefined },
      rules: RULES,
    });
    expect(context).toEqual({ ...NOTHING_KNOWN, sinceMs: NOW_MS, heartbeatMs: NOW_MS });
  });
});

describe("failsafe", () => {
  it("forgets a contact of which nothing is known any more", () => {
    const { context } = afterPass({ state: "failsafe", context: { contactMs: NOW_MS - 1_000 } });
    expect(context.contactMs).toBeUndefined();
  });

  it("lasts until the operator returns", () => {
    const years = { sinceMs: NOW_MS - 1e11 };
    expect(afterPass({ state: "failsafe", context: years }).value).toBe("failsafe");
  });

  it("ends after its minimum duration where that is agreed", () => {
    const rules = { endsFailsafeAlone: true };
    const since = (forMs: number) =>
      ({ state: "failsafe", rules, context: { sinceMs: NOW_MS - forMs } }) as const;
    expect(afterPass(since(7_199_999)).value).toBe("failsafe");
    expectStep(since(7_200_000), "unlimited_autonomous");
  });

  it("ends 120 s after signs of life came back without a command, while they last", () => {
    const contact = { contactMs: NOW_MS - 120_000, heartbeatMs: NOW_MS - 1_000 };
    const signal = { heartbeatMs: NOW_MS - 119_999 };
    expectStep({ state: "failsafe", context: contact, signal }, "unlimited_autonomous");
    const justNot = { ...contact, contactMs: NOW_MS - 119_999 };
    expect(afterPass({ state: "failsafe", context: justNot, signal }).value).toBe("failsafe");
    const lostAgain = { heartbeatMs: NOW_MS - 120_000 };
    const next = afterPass({ state: "failsafe", context: contact, signal: lostAgain });
    expect([next.value, next.context.contactMs]).toEqual(["failsafe", undefined]);
    expect(afterPass({ state: "failsafe", context: contact }).context.contactMs).toBeUndefined();
  });

  it("knows the sign of life that was lost from a new one", () => {
    const lostMs = NOW_MS - 119_000;
    const context = { heartbeatMs: lostMs };
    expect(
      afterPass({ state: "failsafe", context, signal: { heartbeatMs: lostMs } }).context.contactMs,
    ).toBeUndefined();
    const back = afterPass({ state: "failsafe", context, signal: { heartbeatMs: lostMs + 1 } });
    expect([back.context.contactMs, back.context.heartbeatMs]).toEqual([lostMs + 1, lostMs + 1]);
    const first = afterPass({ state: "failsafe", context: { heartbeatMs: undefined }, signal: heard });
    expect(first.context.contactMs).toBeUndefined();
  });

  it("keeps the time of the first sign of life", () => {
    const context = { contactMs: NOW_MS - 5_000 };
    expect(afterPass({ state: "failsafe", context, signal: heard }).context.contactMs).toBe(NOW_MS - 5_000);
  });
});

describe("the graph of the machine", () => {
  /** Two passes are a silence, and a sign of life is too old for the command of the next. */
  const STEP_MS = 61_000;
  const kinds = ["nothing", "heartbeat", "limit", "release", "limit alone"] as const;

  /** What a source knows after each kind of pass; it does not forget its last sign of life. */
  function signalAt(
    kind: (typeof kinds)[number],
    nowMs: number,
    state: OperatorMachineState,
  ): OperatorSignal {
    const isCommand = kind !== "nothing" && kind !== "heartbeat";
    const isSilent = kind === "nothing" || kind === "limit alone";
    const durationMs = kind === "limit" ? 4 * STEP_MS : undefined;
    return {
      heartbeatMs: isSilent ? state.context.heartbeatMs : nowMs,
      command: isCommand ? command({ isActive: kind !== "release", atMs: nowMs, durationMs }) : undefined,
    };
  }

  /** States that differ in nothing but the time are one. */
  function key(state: OperatorMachineState, nowMs: number): string {
    const { sinceMs, heartbeatMs, contactMs, endsMs, limitW } = state.context;
    const age = (timeMs: number | undefined) =>
      timeMs === undefined ? "-" : Math.min(nowMs - timeMs, 5 * STEP_MS);
    return [state.value, age(sinceMs), age(heartbeatMs), age(contactMs), age(endsMs), limitW].join(" ");
  }

  function edges(rules: OperatorRules): Set<string> {
    const found = new Set<string>();
    const start = nextOperatorState(initialOperatorState(), {
      nowMs: 0,
      signal: { heartbeatMs: undefined, command: undefined },
      rules,
    });
    const reached = new Map([[key(start, 0), { state: start, nowMs: 0 }]]);
    for (const { state, nowMs } of reached.values()) {
      const nextMs = nowMs + STEP_MS;
      for (const kind of kinds) {
        const next = nextOperatorState(state, {
          nowMs: nextMs,
          signal: signalAt(kind, nextMs, state),
          rules,
        });
        if (next.value !== state.value) found.add(`${state.value} -> ${next.value}: ${kind}`);
        if (!reached.has(key(next, nextMs))) reached.set(key(next, nextMs), { state: next, nowMs: nextMs });
      }
    }
    return found;
  }

  const controlled = ["unlimited_controlled", "limited"];
  const waiting = ["init", "failsafe", "unlimited_autonomous"];

  it("leaves each state by these events and no others", () => {
    expect([...edges(RULES)].sort()).toEqual(
      [
        ...waiting.map((state) => `${state} -> limited: limit`),
        ...waiting.map((state) => `${state} -> unlimited_controlled: release`),
        ...controlled.map((state) => `${state} -> failsafe: nothing`),
        ...controlled.map((state) => `${state} -> failsafe: limit alone`),
        ...["nothing", "heartbeat", "limit alone"].map((kind) => `init -> unlimited_autonomous: ${kind}`),
        "failsafe -> unlimited_autonomous: heartbeat",
        "failsafe -> unlimited_autonomous: nothing",
        "failsafe -> unlimited_autonomous: limit alone",
        "unlimited_controlled -> limited: limit",
        "unlimited_controlled -> limited: limit alone",
        "limited -> unlimited_controlled: release",
        "limited -> unlimited_controlled: heartbeat",
        "limited -> unlimited_controlled: nothing",
      ].sort(),
    );
  });
});

describe("the limit that a state holds", () => {
  it.each<[string, Given, number | undefined, number | undefined]>([
    ["what was asked for", { state: "limited", signal: limiting }, 6_000, undefined],
    ["at least the minimum", { state: "limited", context: { limitW: 4_199 } }, 4_200, undefined],
    [
      "the minimum where nothing is known",
      { state: "limited", context: { limitW: undefined } },
      4_200,
      undefined,
    ],
    ["until it ends", { state: "limited", context: { endsMs: NOW_MS + 5 } }, 5_000, NOW_MS + 5],
    ["the failsafe limit until control is settled", { state: "init" }, 4_500, NOW_MS - 1_000 + 120_000],
    ["the failsafe limit without an end", { state: "failsafe" }, 4_500, undefined],
    [
      "the failsafe limit for its minimum duration",
      { state: "failsafe", rules: { endsFailsafeAlone: true } },
      4_500,
      NOW_MS - 1_000 + 7_200_000,
    ],
    ["none under control", { state: "unlimited_controlled" }, undefined, undefined],
    ["none without an operator", { state: "unlimited_autonomous" }, undefined, undefined],
  ])("%s", (_case, given, limitW, endsMs) => {
    const rules = { ...RULES, ...given.rules };
    const state = afterPass(given);
    expect(operatorLimit(state, rules)).toEqual({ state: state.value, limitW, endsMs });
  });

  it("is the failsafe limit before the first pass", () => {
    expect(operatorLimit(initialOperatorState(), RULES)).toEqual({
      state: "init",
      limitW: 4_500,
      endsMs: 120_000,
    });
  });
});
