import { describe, expect, it } from "vitest";
import { transition } from "xstate";
import { getAdjacencyMap } from "xstate/graph";
import {
  type ChargeLaw,
  type ChargeMachineState,
  chargeMachine,
  initialChargeState,
  nextChargeState,
  type PassEvent,
} from "../../src/core/charge-machine.ts";
import { decide, initialControlState } from "../../src/core/decide.ts";
import { proofRule } from "../../src/core/proof.ts";
import { DAY, NOW_MS, OPTIONS, passInput, siteSample } from "./support/site.ts";

/** Passes 3.6 s apart, so that evidence comes in steps of 0.5, 1 and 6 Wh and the proofs are few. */
const STEP_MS = 3_600;
const law: ChargeLaw = {
  startSurplusW: 1_500,
  stopSurplusW: 1_180,
  startRule: proofRule(36_000, { usualW: 500, floorW: 500, ceilingW: 1_000 }),
  stopRule: proofRule(72_000, { usualW: 500, floorW: 500, ceilingW: 6_000 }),
};

const SURPLUS = {
  unknown: [undefined],
  dark: [-9_000, 1_179],
  "between stop and start": [1_180, 1_499],
  sunny: [1_500, 9_000],
} as const;

type Sight = keyof typeof SURPLUS;

/** Every kind of pass: what is seen, and whether surplus charging is out of the question or a charge was found. */
const classes = (Object.keys(SURPLUS) as Sight[]).flatMap((sight) =>
  (["forbidden", "found running", "ordinary"] as const).map((circumstance) => ({ sight, circumstance })),
);

function eventsAfter(nowMs: number) {
  return classes.flatMap(({ sight, circumstance }) =>
    SURPLUS[sight].map((surplusW): PassEvent & { readonly label: string } => ({
      type: "pass",
      nowMs,
      surplusW,
      isPermitted: circumstance !== "forbidden",
      isAdopting: circumstance === "found running",
      law,
      label: circumstance === "forbidden" ? "forbidden" : `${circumstance}, ${sight}`,
    })),
  );
}

interface Transition {
  readonly event: { readonly label: string };
  readonly state: ChargeMachineState;
}

const name = (state: ChargeMachineState) => `${state.value} with ${state.context.proofWh} Wh`;

function edges(): Set<string> {
  const map = getAdjacencyMap(chargeMachine, {
    events: (state) => eventsAfter((state.context.lastPassMs ?? 0) + STEP_MS),
    serializeState: (state) => name(state as ChargeMachineState),
  });
  const found = new Set<string>();
  for (const { state, transitions } of Object.values(map)) {
    for (const { event, state: next } of Object.values<Transition>(transitions)) {
      found.add(`${state.value} -> ${next.value}: ${event.label}`);
    }
  }
  return found;
}

describe("the graph of the machine", () => {
  it("has exactly these edges over all proofs and all kinds of passes", () => {
    expect([...edges()].sort()).toEqual(
      [
        "idle -> idle: forbidden",
        "idle -> idle: ordinary, unknown",
        "idle -> idle: ordinary, dark",
        "idle -> idle: ordinary, between stop and start",
        "idle -> commitment: ordinary, sunny",
        "idle -> idle: found running, unknown",
        "idle -> idle: found running, dark",
        "idle -> active: found running, between stop and start",
        "idle -> active: found running, sunny",

        "commitment -> idle: forbidden",
        "commitment -> commitment: ordinary, unknown",
        "commitment -> commitment: ordinary, dark",
        "commitment -> idle: ordinary, dark",
        "commitment -> commitment: ordinary, between stop and start",
        "commitment -> idle: ordinary, between stop and start",
        "commitment -> commitment: ordinary, sunny",
        "commitment -> active: ordinary, sunny",
        "commitment -> commitment: found running, unknown",
        "commitment -> commitment: found running, dark",
        "commitment -> idle: found running, dark",
        "commitment -> active: found running, between stop and start",
        "commitment -> active: found running, sunny",

        "active -> idle: forbidden",
        "active -> active: ordinary, unknown",
        "active -> active: ordinary, dark",
        "active -> idle: ordinary, dark",
        "active -> active: ordinary, between stop and start",
        "active -> active: ordinary, sunny",
        "active -> active: found running, unknown",
        "active -> active: found running, dark",
        "active -> idle: found running, dark",
        "active -> active: found running, between stop and start",
        "active -> active: found running, sunny",
      ].sort(),
    );
  });

  it("reaches every state, idle from each with one forbidden pass, and takes no other step in short", () => {
    const reached = new Map([[name(initialChargeState()), initialChargeState()]]);
    for (const state of reached.values()) {
      for (const event of eventsAfter((state.context.lastPassMs ?? 0) + STEP_MS)) {
        const next = nextChargeState(state, event);
        const [whole] = transition(chargeMachine, state, event);
        expect([next.value, next.context]).toEqual([whole.value, whole.context]);
        if (!reached.has(name(next))) reached.set(name(next), next);
        if (!event.isPermitted) expect(name(next)).toBe("idle with 0 Wh");
      }
    }
    const states = [...reached.values()].map((state) => state.value);
    expect(new Set(states)).toEqual(new Set(["idle", "commitment", "active"]));
    // Start proofs of 0 to 4.5 Wh and stop proofs of 0 to 9.5 Wh in steps of 0.5 Wh; a full one is an edge.
    expect(states.filter((state) => state === "commitment")).toHaveLength(10);
    expect(states.filter((state) => state === "active")).toHaveLength(20);
    expect(reached.size).toBe(31);
  });

  it.each(["idle", "commitment", "active"] as const)("stops from %s when the meter is lost", (state) => {
    const before = {
      ...initialControlState(DAY),
      machine: initialChargeState({ state, proofWh: 1 }),
      link: {
        kind: "held",
        setpointA: 10,
        phases: 1,
        lastChangeMs: NOW_MS - 1,
        adoptingUntilMs: NOW_MS + 1,
      } as const,
    };
    const blind = siteSample({ meterTrust: "lost", gridPowerW: undefined });
    const { setpointA, report } = decide(before, passInput(blind, { lastWriteMs: NOW_MS }), OPTIONS);
    expect([setpointA, report.state, report.uxPhase]).toEqual([0, "idle", "unavailable"]);
  });
});
