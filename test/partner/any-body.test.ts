import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { readJson } from "../../src/partner/answer.ts";
import { listBuildings } from "../../src/partner/buildings.ts";
import { getChargePolicy } from "../../src/partner/charge-policy.ts";
import { getDevice } from "../../src/partner/devices.ts";
import { listEvSessions } from "../../src/partner/ev-sessions.ts";
import { createOnboarding } from "../../src/partner/onboarding.ts";
import type { PartnerCall } from "../../src/partner/partner-call.ts";
import { getUser, listUsers } from "../../src/partner/users.ts";
import { mutatedBody } from "./mutated-body.ts";
import { ANNA, BOX, CAR, INVERTER, organisationFixture, success } from "./organisation-fixture.ts";

const calls: readonly (readonly [string, PartnerCall<unknown>])[] = [
  ["a user", getUser(ANNA)],
  ["users", listUsers()],
  ["buildings", listBuildings(ANNA)],
  ["a car", getDevice({ userId: ANNA, kind: "electric_vehicle", deviceId: CAR })],
  ["a wallbox", getDevice({ userId: ANNA, kind: "wallbox", deviceId: BOX })],
  ["an inverter", getDevice({ userId: ANNA, kind: "inverter", deviceId: INVERTER })],
  ["a charge policy", getChargePolicy(ANNA, CAR)],
  ["sessions", listEvSessions(ANNA, CAR, { limit: 3 })],
  ["an onboarding", createOnboarding({ user_id: ANNA })],
];

const headers = new Headers();

describe("the reader of every resource", () => {
  it.each(calls)("never throws on %s, whatever the body is", async (_name, call) => {
    const { api } = await organisationFixture();
    const good = (await success(api.call(call))) as object;
    const schema = call.answer as z.ZodType;
    fc.assert(
      fc.property(fc.oneof({ weight: 6, arbitrary: mutatedBody(good) }, fc.json(), fc.string()), (text) => {
        const result = readJson({ status: 200, headers, text }, schema);
        if (!result.ok) expect(result.error.kind).toBe("malformed");
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(calls)("keeps fields of %s that nobody knows yet", async (_name, call) => {
    const { api } = await organisationFixture();
    const good = await success(api.call(call));
    const first = Array.isArray(good)
      ? { ...good[0], from_the_future: 7 }
      : { ...(good as object), from_the_future: 7 };
    const text = JSON.stringify(Array.isArray(good) ? [first] : first);
    const read = readJson({ status: 200, headers, text }, call.answer as z.ZodType);
    expect(read).toMatchObject({
      ok: true,
      value: Array.isArray(good) ? [{ from_the_future: 7 }] : { from_the_future: 7 },
    });
  });
});
