import { describe, expect, it, onTestFinished } from "vitest";
import type { ChargePolicy } from "../../src/core/planner/charge-goal.ts";
import { chargePolicySchema } from "../../src/partner/charge-policy.ts";
import { deviceSchema } from "../../src/partner/devices.ts";
import type { PartnerErrorKind } from "../../src/partner/partner-error.ts";
import { createPolicyPull } from "../../src/sync/policy-pull.ts";
import { capturedLog } from "../partner/partner-fixture.ts";
import { createManualClock } from "../support/manual-clock.ts";

const MINUTE_MS = 60_000;
const SEVEN = { charge_percentage: 80, charge_deadline: "07:00:00" };

/** A partner with cars and one policy, as the client gives them. */
function partner() {
  const clock = createManualClock();
  const { log, logLines } = capturedLog();
  const applied: (ChargePolicy | undefined)[] = [];
  const state = {
    cars: [
      { id: "a", is_charge_policy_enabled: false },
      { id: "gone", is_charge_policy_enabled: true, deleted_at: "2024-01-01T00:00:00Z" },
      { id: "b", is_charge_policy_enabled: true },
    ] as unknown[],
    policy: { data: { mon: SEVEN, tue: "?", timezone: "Europe/Vienna" } } as unknown,
    carsError: undefined as PartnerErrorKind | undefined,
    policyError: undefined as PartnerErrorKind | undefined,
    asked: [] as string[],
  };
  const refusal = (kind: PartnerErrorKind) =>
    ({ ok: false, error: { kind, detail: "no", retryAfterMs: undefined } }) as const;
  const pull = createPolicyPull(
    { timeZone: "Europe/Vienna", phase: 0 },
    {
      clock,
      log,
      random: () => 0.5,
      target: { applyPolicy: (policy) => void applied.push(policy) },
      client: {
        listElectricVehicles: async () =>
          state.carsError === undefined
            ? { ok: true, value: state.cars.map((car) => deviceSchema.parse(car)) }
            : refusal(state.carsError),
        async getChargePolicy(id) {
          state.asked.push(id);
          return state.policyError === undefined
            ? { ok: true, value: chargePolicySchema.parse(state.policy) }
            : refusal(state.policyError);
        },
      },
    },
  );
  onTestFinished(() => pull.stop());
  return Object.assign(state, { clock, logLines, applied, pull });
}

describe("the partner's charge policy", () => {
  it("is that of the first car whose policy is in force, asked for every five minutes", async () => {
    const given = partner();
    given.pull.start();
    await given.clock.advance(5 * MINUTE_MS);
    expect(given.asked).toEqual(["b", "b"]);
    expect(given.applied).toEqual([
      { mon: { charge_percentage: 80, charge_deadline: "07:00" } },
      { mon: { charge_percentage: 80, charge_deadline: "07:00" } },
    ]);
    expect(given.logLines).toEqual([]);
  });

  it("is none where no car has one in force", async () => {
    const given = partner();
    given.cars = [{ id: "a" }];
    given.pull.start();
    await given.clock.advance(1);
    expect([given.asked, given.applied]).toEqual([[], [undefined]]);
  });

  it("is none where no day of it can be read", async () => {
    const given = partner();
    given.policy = { data: { mon: "?" } };
    given.pull.start();
    await given.clock.advance(1);
    given.policy = {};
    await given.clock.advance(5 * MINUTE_MS);
    expect(given.applied).toEqual([undefined, undefined]);
  });

  it.each(["not_found", "forbidden"] as const)("is none where the server answers %s", async (kind) => {
    const given = partner();
    given.policyError = kind;
    given.pull.start();
    await given.clock.advance(1);
    given.carsError = kind;
    await given.clock.advance(5 * MINUTE_MS);
    expect(given.applied).toEqual([undefined, undefined]);
  });

  it("holds while the server is away, and is asked for again", async () => {
    const given = partner();
    given.carsError = "timeout";
    given.pull.start();
    await given.clock.advance(1);
    expect(given.applied).toEqual([]);
    given.carsError = undefined;
    given.policyError = "server_error";
    await given.clock.advance(MINUTE_MS);
    expect(given.applied).toEqual([]);
    given.policyError = undefined;
    await given.clock.advance(5 * MINUTE_MS);
    expect(given.applied).toHaveLength(1);
    expect(given.logLines.map((line) => JSON.parse(line).msg)).toEqual([
      "Partner API gives no useful answer",
      "Partner API answers again",
    ]);
  });

  it("holds while the answer carries an error inside a 200", async () => {
    const given = partner();
    given.pull.start();
    await given.clock.advance(1);
    given.policy = { metadata: { error: "no access to the vehicle" }, data: null };
    await given.clock.advance(5 * MINUTE_MS);
    expect(given.applied).toHaveLength(1);
    expect(given.logLines.map((line) => JSON.parse(line).msg)).toEqual([
      "Partner API gives no useful answer",
    ]);
    given.policy = { metadata: { error: null }, data: null };
    await given.clock.advance(10 * MINUTE_MS);
    expect(given.applied.at(-1)).toBeUndefined();
  });

  it("counts although there is an error beside it", async () => {
    const given = partner();
    given.policy = { metadata: { error: "tuesday is wrong" }, data: { mon: SEVEN, tue: "?" } };
    given.pull.start();
    await given.clock.advance(1);
    expect(given.applied).toEqual([{ mon: { charge_percentage: 80, charge_deadline: "07:00" } }]);
  });

  it("of another time zone keeps its times in that zone", async () => {
    const given = partner();
    given.policy = { data: { mon: SEVEN, timezone: "Europe/London" } };
    given.pull.start();
    await given.clock.advance(1);
    const mon = { charge_percentage: 80, charge_deadline: "07:00", timeZone: "Europe/London" };
    expect(given.applied).toEqual([{ mon }]);
    expect(given.logLines).toEqual([]);
  });

  it("of a time zone that nobody knows is taken as local, and said so once", async () => {
    const given = partner();
    given.policy = { data: { mon: SEVEN, timezone: "Mars/Olympus" } };
    given.pull.start();
    await given.clock.advance(11 * MINUTE_MS);
    expect(given.applied).toHaveLength(3);
    expect(given.applied[0]?.mon?.timeZone).toBeUndefined();
    expect(given.logLines).toHaveLength(1);
    expect(given.logLines[0]).toContain("Mars/Olympus");
  });

  it("is not applied any more after the stop", async () => {
    const given = partner();
    given.pull.start();
    given.pull.stop();
    await given.clock.advance(10 * MINUTE_MS);
    expect(given.applied).toEqual([]);
  });
});
