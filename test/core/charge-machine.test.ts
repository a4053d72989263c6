import { describe, expect, it } from "vitest";
import {
  type ChargeLaw,
  type ChargeSnapshot,
  chargeSnapshot,
  initialChargeState,
  nextChargeState,
  type PassEvent,
  startEvidence,
  stopEvidence,
} from "../../src/core/charge-machine.ts";
import { proofRule } from "../../src/core/proof.ts";

/** 5 Wh prove a start (36 s at 500 W), 10 Wh a stop (72 s at 500 W). */
const law: ChargeLaw = {
  startSurplusW: 1_500,
  stopSurplusW: 1_180,
  startRule: proofRule(36_000, { usualW: 500, floorW: 500, ceilingW: 1_000 }),
  stopRule: proofRule(72_000, { usualW: 500, floorW: 500, ceilingW: 6_000 }),
};

const START_MS = 10_000;

function pass(nowMs: number, changes: Partial<PassEvent> = {}): PassEvent {
  return { type: "pass", nowMs, surplusW: 1_500, isPermitted: true, isAdopting: false, law, ...changes };
}

/** The state after passes 3.6 s apart (0.5 Wh at 500 W), beginning with one that only starts the clock. */
function afterPasses(snapshot: ChargeSnapshot, passes: readonly Partial<PassEvent>[], everyMs = 3_600) {
  let state = nextChargeState(initialChargeState(snapshot), pass(START_MS, { surplusW: undefined }));
  passes.forEach((changes, index) => {
    state = nextChargeState(state, pass(START_MS + (index + 1) * everyMs, changes));
  });
  return chargeSnapshot(state);
}

const times = (count: number, changes: Partial<PassEvent> = {}) => Array(count).fill(changes);
const idle = { state: "idle", proofWh: 0 } as const;
const committed = (proofWh: number) => ({ state: "commitment", proofWh }) as const;
const active = (proofWh = 0) => ({ state: "active", proofWh }) as const;

describe("evidence", () => {
  it.each([
    [1_499, false, 1],
    [1_500, true, 0],
    [1_501, true, 1],
  ])("for a start at %d W of surplus", (surplusW, isFor, sizeW) => {
    expect(startEvidence(surplusW, law)).toEqual({ isFor, sizeW });
  });

  it.each([
    [1_179, true, 1],
    [1_180, false, 0],
    [1_181, false, 1],
  ])("for a stop at %d W of surplus", (surplusW, isFor, sizeW) => {
    expect(stopEvidence(surplusW, law)).toEqual({ isFor, sizeW });
  });
});

describe("idle", () => {
  it("is where the machine begins", () => {
    expect(chargeSnapshot(initialChargeState())).toEqual(idle);
  });

  it.each([
    ["at the start surplus", { surplusW: 1_500 }, "commitment"],
    ["a watt below it", { surplusW: 1_499 }, "idle"],
    ["without readings", { surplusW: undefined }, "idle"],
    ["when surplus charging is out of the question", { surplusW: 9_000, isPermitted: false }, "idle"],
    ["with a charge found running that the sun bears", { surplusW: 1_180, isAdopting: true }, "active"],
    ["with a charge found running that it does not bear", { surplusW: 1_179, isAdopting: true }, "idle"],
    ["with a charge found running and no readings", { surplusW: undefined, isAdopting: true }, "idle"],
    ["with a charge that is forbidden", { surplusW: 9_000, isAdopting: true, isPermitted: false }, "idle"],
  ])("%s", (_case, changes, state) => {
    expect(afterPasses(idle, [changes])).toEqual({ state, proofWh: 0 });
  });
});

describe("commitment", () => {
  it("becomes active when the start is proved", () => {
    expect(afterPasses(committed(0), times(9)).state).toBe("commitment");
    expect(afterPasses(committed(0), times(10))).toEqual(active());
  });

  it("does not count the evidence of the pass that saw the condition", () => {
    expect(afterPasses(idle, times(10)).state).toBe("commitment");
    expect(afterPasses(idle, times(11)).state).toBe("active");
  });

  it("is twice as fast where the case is clear", () => {
    expect(afterPasses(committed(0), times(4, { surplusW: 9_000 })).state).toBe("commitment");
    expect(afterPasses(committed(0), times(5, { surplusW: 9_000 })).state).toBe("active");
  });

  it("drains below the start surplus and gives up at nothing", () => {
    expect(afterPasses(committed(1), [{ surplusW: 1_499 }])).toEqual(committed(0.5));
    expect(afterPasses(committed(1), times(2, { surplusW: 1_499 }))).toEqual(idle);
  });

  it("stays with nothing proved while there are no readings", () => {
    expect(afterPasses(committed(0), [{ surplusW: undefined }])).toEqual(committed(0));
  });

  it("neither proves nor loses anything without readings", () => {
    expect(afterPasses(committed(3), times(60, { surplusW: undefined }))).toEqual(committed(3));
  });

  it("is not proved by a snapshot alone", () => {
    expect(afterPasses(committed(1e9), times(3, { surplusW: undefined }))).toEqual(committed(5));
    expect(afterPasses(committed(1e9), [{ surplusW: 1_499 }]).state).toBe("commitment");
    expect(afterPasses(committed(1e9), [{ surplusW: 1_500 }]).state).toBe("active");
  });

  it("ends at once when surplus charging is out of the question", () => {
    expect(afterPasses(committed(3), [{ surplusW: 9_000, isPermitted: false }])).toEqual(idle);
    expect(afterPasses(committed(3), [{ isAdopting: true, isPermitted: false }])).toEqual(idle);
  });

  it("adopts a charge found running", () => {
    expect(afterPasses(committed(1), [{ surplusW: 1_180, isAdopting: true }])).toEqual(active());
    expect(afterPasses(committed(1), [{ surplusW: 1_179, isAdopting: true }]).state).toBe("commitment");
  });
});

describe("active", () => {
  it("goes on at the stop surplus", () => {
    expect(afterPasses(active(), times(500, { surplusW: 1_180 }))).toEqual(active());
  });

  it("ends when the stop is proved", () => {
    expect(afterPasses(active(), times(19, { surplusW: 1_179 })).state).toBe("active");
    expect(afterPasses(active(), times(20, { surplusW: 1_179 }))).toEqual(idle);
  });

  it("ends twelve times as fast in a large import", () => {
    expect(afterPasses(active(), [{ surplusW: -9_000 }]).state).toBe("active");
    expect(afterPasses(active(), times(2, { surplusW: -9_000 })).state).toBe("idle");
  });

  it("forgets a passing cloud", () => {
    const cloud = [...times(18, { surplusW: 1_179 }), ...times(18, { surplusW: 1_180 })];
    expect(afterPasses(active(), cloud)).toEqual(active());
    expect(afterPasses(active(), [...cloud, ...times(19, { surplusW: 1_179 })]).state).toBe("active");
  });

  it("neither proves nor loses anything without readings", () => {
    expect(afterPasses(active(9), times(60, { surplusW: undefined }))).toEqual(active(9));
  });

  it("is not ended by a snapshot alone", () => {
    expect(afterPasses(active(1e9), times(3, { surplusW: undefined }))).toEqual(active(10));
    expect(afterPasses(active(1e9), [{ surplusW: 1_180 }]).state).toBe("active");
    expect(afterPasses(active(1e9), [{ surplusW: 1_179 }]).state).toBe("idle");
  });

  it("ends at once when surplus charging is out of the question", () => {
    expect(afterPasses(active(), [{ surplusW: 9_000, isPermitted: false }])).toEqual(idle);
  });

  it("cares for no charge found running: it has its own", () => {
    expect(afterPasses(active(9), [{ surplusW: undefined, isAdopting: true }])).toEqual(active(9));
  });
});

describe("the time of a pass", () => {
  it("counts ten seconds at the most: a gateway that slept has proved nothing", () => {
    expect(afterPasses(active(), times(7, { surplusW: 1_179 }), 60_000).state).toBe("active");
    expect(afterPasses(active(), times(8, { surplusW: 1_179 }), 60_000).state).toBe("idle");
  });

  it("proves no later when passes are 8 s apart", () => {
    expect(afterPasses(active(), times(8, { surplusW: 1_179 }), 8_000).state).toBe("active");
    expect(afterPasses(active(), times(10, { surplusW: 1_179 }), 8_000).state).toBe("idle");
  });

  it("never runs back", () => {
    expect(afterPasses(active(5), times(3, { surplusW: 1_179 }), -1_000)).toEqual(active(5));
  });

  it("begins afresh with a snapshot: what happened before is not known", () => {
    const state = nextChargeState(initialChargeState(active(5)), pass(9e9, { surplusW: 1_179 }));
    expect(chargeSnapshot(state)).toEqual(active(5));
  });

  it("goes on through passes without readings", () => {
    const gap = [...times(30, { surplusW: undefined }), { surplusW: 1_179 }];
    expect(afterPasses(active(), gap).proofWh).toBe(0.5);
  });
});
