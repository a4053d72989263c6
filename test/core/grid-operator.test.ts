import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { transition } from "xstate";
import {
  initialOperatorState,
  nextOperatorState,
  type OperatorMachineState,
  type OperatorSnapshot,
  operatorLimit,
  operatorSnapshot,
} from "../../src/core/grid-operator.ts";
import {
  type OperatorCommand,
  type OperatorPass,
  type OperatorRules,
  operatorMachine,
} from "../../src/core/operator-machine.ts";

const NOW_MS = 1_000_000;
const WALL_MS = Date.UTC(2026, 10, 21, 17);
const RULES: OperatorRules = {
  minimumW: 4_200,
  failsafeW: 4_200,
  failsafeMinimumMs: 7_200_000,
  endsFailsafeAlone: false,
};

describe("a restart", () => {
  const limited: OperatorSnapshot = {
    state: "limited",
    limitW: 5_000,
    remainingMs: 600_000,
    wallMs: WALL_MS,
  };
  const restored = (snapshot: OperatorSnapshot, wallMs = WALL_MS) =>
    initialOperatorState({ snapshot, nowMs: NOW_MS, wallMs });

  it("finds a limit where it was, with what is left of its time", () => {
    const state = restored(limited, WALL_MS + 60_000);
    expect(operatorLimit(state, RULES)).toEqual({
      state: "limited",
      limitW: 5_000,
      endsMs: NOW_MS + 540_000,
    });
    expect(operatorSnapshot(state, { nowMs: NOW_MS + 1_000, wallMs: WALL_MS + 61_000 })).toEqual({
      ...limited,
      remainingMs: 539_000,
      wallMs: WALL_MS + 61_000,
    });
  });

  it.each([
    ["a clock that went back", limited, WALL_MS - 1e9, NOW_MS + 600_000],
    ["a limit that ended meanwhile", limited, WALL_MS + 600_001, NOW_MS],
    ["a limit without an end", { ...limited, remainingMs: undefined }, WALL_MS + 1e9, undefined],
  ])("with %s", (_case, snapshot, wallMs, endsMs) => {
    expect(restored(snapshot, wallMs).context.endsMs).toBe(endsMs);
  });

  it("counts silence and the failsafe's minimum duration afresh", () => {
    const failsafe = restored({ ...limited, state: "failsafe", limitW: undefined, remainingMs: undefined });
    const rules = { ...RULES, endsFailsafeAlone: true };
    expect(operatorLimit(failsafe, rules)).toEqual({
      state: "failsafe",
      limitW: 4_200,
      endsMs: NOW_MS + 7_200_000,
    });
    const quiet = (forMs: number) =>
      nextOperatorState(restored(limited), {
        nowMs: NOW_MS + forMs,
        signal: { heartbeatMs: undefined, command: undefined },
        rules: RULES,
      }).value;
    expect([quiet(119_999), quiet(120_000)]).toEqual(["limited", "failsafe"]);
  });

  it.each(["init", "unlimited_controlled", "unlimited_autonomous"] as const)(
    "after %s begins anew",
    (state) => {
      expect(restored({ ...limited, state }).value).toBe("init");
    },
  );
});

/** One pass of an operator who may be silent, may say anything, and may be restarted upon. */
const step = fc.record({
  afterMs: fc.constantFrom(1_000, 30_000, 61_000, 119_999, 120_000, 8_000_000),
  isHeard: fc.boolean(),
  command: fc.option(
    fc.record({
      isActive: fc.boolean(),
      limitW: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.constantFrom(-1, Number.NaN)),
      durationMs: fc.option(fc.constantFrom(0, 1_000, 900_000), { nil: undefined }),
    }),
    { nil: undefined },
  ),
  isRestart: fc.oneof(
    { weight: 5, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
});

interface Seen {
  readonly nowMs: number;
  readonly pass: Omit<OperatorPass, "type">;
  readonly before: OperatorMachineState;
  readonly state: OperatorMachineState;
  readonly command: OperatorCommand | undefined;
  readonly isHeard: boolean;
  readonly isRestart: boolean;
}

function always(law: (seen: Seen) => void): void {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
      let state = initialOperatorState();
      let nowMs = NOW_MS;
      let heartbeatMs: number | undefined;
      let command: OperatorCommand | undefined;
      for (const { afterMs, isHeard, command: asked, isRestart } of steps) {
        nowMs += afterMs;
        if (isRestart) {
          const at = { nowMs, wallMs: WALL_MS + nowMs };
          const snapshot = JSON.parse(JSON.stringify(operatorSnapshot(state, at)));
          state = initialOperatorState({ snapshot, ...at });
          [heartbeatMs, command] = [undefined, undefined];
        }
        if (isHeard) heartbeatMs = nowMs;
        if (asked !== undefined) command = { ...asked, atMs: nowMs };
        const before = state;
        const pass = { nowMs, signal: { heartbeatMs, command }, rules: RULES };
        state = nextOperatorState(state, pass);
        law({
          nowMs,
          pass,
          before,
          state,
          command: asked === undefined ? undefined : command,
          isHeard,
          isRestart,
        });
      }
    }),
    { numRuns: 300 },
  );
}

describe("laws of the operator's limit", () => {
  it("is never below what must stay available, and there is one wherever the operator may hold one", () => {
    always(({ state }) => {
      const { limitW } = operatorLimit(state, RULES);
      const isFree = state.value === "unlimited_controlled" || state.value === "unlimited_autonomous";
      expect(limitW === undefined).toBe(isFree);
      expect(limitW ?? 4_200).toBeGreaterThanOrEqual(4_200);
    });
  });

  it("ends only with a word of the operator, its own end, or contact without a command", () => {
    always(({ nowMs, before, state, command, isHeard }) => {
      const wasLimited = before.value === "limited" || before.value === "failsafe";
      if (!wasLimited || operatorLimit(state, RULES).limitW !== undefined) return;
      const isOver = (before.context.endsMs ?? Number.POSITIVE_INFINITY) <= nowMs;
      expect(command !== undefined || isHeard || isOver || before.context.contactMs !== undefined).toBe(true);
    });
  });

  it("a new limit of an operator who is heard holds in the same pass", () => {
    always(({ state, command, isHeard }) => {
      if (!isHeard || command === undefined || !command.isActive || command.durationMs === 0) return;
      if (!(command.limitW >= 0)) return;
      expect([state.value, state.context.limitW]).toEqual(["limited", command.limitW]);
    });
  });

  it("takes no other step in short than the machine in full", () => {
    always(({ before, state, pass }) => {
      const [whole] = transition(operatorMachine, before, { type: "pass", ...pass });
      expect([state.value, state.context]).toEqual([whole.value, whole.context]);
    });
  });

  it("a restart lifts nothing", () => {
    always(({ before, isRestart }) => {
      if (isRestart) expect(operatorLimit(before, RULES).limitW).toBeDefined();
    });
  });
});
