import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChargingContext } from "../../../simulator/wallbox/profile-limit.ts";
import { createProfileStack } from "../../../simulator/wallbox/profile-stack.ts";
import { type ProfileSketch, profileRequest, T0_MS } from "./profile-requests.ts";

const MINUTE_MS = 60_000;

const sketch: fc.Arbitrary<ProfileSketch> = fc.record(
  {
    id: fc.integer({ min: 1, max: 6 }),
    level: fc.integer({ min: 0, max: 3 }),
    purpose: fc.constantFrom("TxDefaultProfile", "TxProfile", "ChargePointMaxProfile"),
    connectorId: fc.integer({ min: 0, max: 1 }),
    unit: fc.constantFrom("A", "W"),
    periods: fc
      .uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 3 })
      .chain((minutes) =>
        fc.tuple(
          ...[0, ...minutes.sort((a, b) => a - b)].map((minute) =>
            fc.integer({ min: 0, max: 32 }).map((limit) => [minute * 60, limit] as const),
          ),
        ),
      ),
    startMs: fc.integer({ min: -20, max: 20 }).map((minute) => T0_MS + minute * MINUTE_MS),
    durationS: fc.option(
      fc.integer({ min: 1, max: 40 }).map((minute) => minute * 60),
      { nil: undefined },
    ) as fc.Arbitrary<number>,
    validFromMs: fc.integer({ min: -20, max: 20 }).map((minute) => T0_MS + minute * MINUTE_MS),
    validToMs: fc.integer({ min: -20, max: 40 }).map((minute) => T0_MS + minute * MINUTE_MS),
    transactionId: fc.integer({ min: 6, max: 7 }),
  },
  { requiredKeys: ["id", "level", "purpose", "connectorId", "unit", "periods", "startMs"] },
);

const contexts: fc.Arbitrary<ChargingContext> = fc.record({
  connectorId: fc.constant(1),
  phases: fc.constantFrom(1 as const, 3 as const),
  transaction: fc.constantFrom(undefined, { id: 7, startedWallMs: T0_MS - 5 * MINUTE_MS }),
});

const RANKS = [3, 2, 1, 0].flatMap((level) => [1, 0].map((connectorId) => ({ level, connectorId })));

function isInForce(entry: ProfileSketch, atMs: number): boolean {
  const { validFromMs = 0, validToMs = Infinity, startMs = 0, durationS = Infinity } = entry;
  return validFromMs <= atMs && atMs < validToMs && startMs <= atMs && atMs < startMs + durationS * 1000;
}

/** Amperes of the highest-ranking profile among `entries`; looked up rank by rank, period by period. */
function naivePurposeLimitA(
  entries: readonly ProfileSketch[],
  atMs: number,
  phases: number,
): number | undefined {
  const inForce = entries.filter((entry) => isInForce(entry, atMs));
  const found = RANKS.flatMap((rank) =>
    inForce.filter((entry) => entry.level === rank.level && entry.connectorId === rank.connectorId),
  )[0];
  if (found === undefined) return undefined;
  const begun = (found.periods ?? []).filter(([startS]) => (found.startMs ?? 0) + startS * 1000 <= atMs);
  const limit = begun.at(-1)?.[1] ?? 0;
  return found.unit === "A" ? limit : limit / 230 / phases;
}

/** The limit by the letter of the specification; infinite when nothing limits. */
function naiveLimitA(accepted: readonly ProfileSketch[], atMs: number, context: ChargingContext): number {
  const limitA = (isOf: (entry: ProfileSketch) => boolean) =>
    naivePurposeLimitA(accepted.filter(isOf), atMs, context.phases);
  const ofTransaction = limitA(
    ({ purpose, transactionId }) => purpose === "TxProfile" && transactionId === context.transaction?.id,
  );
  const ofDefault = limitA(({ purpose }) => purpose === "TxDefaultProfile");
  const ofSite = limitA(({ purpose }) => purpose === "ChargePointMaxProfile");
  return Math.min(ofTransaction ?? ofDefault ?? Infinity, ofSite ?? Infinity);
}

function replaces(entry: ProfileSketch, old: ProfileSketch): boolean {
  return (
    entry.id === old.id ||
    (entry.purpose === old.purpose && entry.level === old.level && entry.connectorId === old.connectorId)
  );
}

describe("the profile stack", () => {
  it("limits as a naive reading of the specification does, at every minute", () => {
    fc.assert(
      fc.property(fc.array(sketch, { maxLength: 8 }), contexts, (sketches, context) => {
        const stack = createProfileStack();
        let accepted: ProfileSketch[] = [];
        for (const each of sketches) {
          const answer = stack.set(profileRequest(each), () => context.transaction);
          if (answer.kind === "result" && "status" in answer.payload && answer.payload.status === "Accepted")
            accepted = [...accepted.filter((old) => !replaces(each, old)), each];
        }
        expect(stack.profiles).toHaveLength(accepted.length);
        for (let minute = -25; minute <= 65; minute++) {
          const atMs = T0_MS + minute * MINUTE_MS;
          const limitA = stack.limitA(atMs, context) ?? Number.POSITIVE_INFINITY;
          const expectedA = naiveLimitA(accepted, atMs, context);
          expect(limitA === expectedA || Math.abs(limitA - expectedA) < 1e-9).toBe(true);
        }
      }),
    );
  });

  it("announces each change of the limit, and none that is not", () => {
    fc.assert(
      fc.property(fc.array(sketch, { maxLength: 6 }), contexts, (sketches, context) => {
        const stack = createProfileStack();
        for (const each of sketches) stack.set(profileRequest(each), () => context.transaction);
        let nextMs = stack.nextChangeMs(T0_MS, context);
        let limitA = stack.limitA(T0_MS, context);
        for (let minute = 0; minute <= 80; minute++) {
          const atMs = T0_MS + minute * MINUTE_MS;
          if (nextMs !== undefined && atMs >= nextMs) {
            expect(atMs).toBe(nextMs);
            expect(stack.limitA(atMs, context)).not.toBe(limitA);
            limitA = stack.limitA(atMs, context);
            nextMs = stack.nextChangeMs(atMs, context);
          }
          expect(stack.limitA(atMs, context)).toBe(limitA);
        }
      }),
    );
  });

  it("survives its own flash", () => {
    fc.assert(
      fc.property(fc.array(sketch, { maxLength: 8 }), (sketches) => {
        const stack = createProfileStack();
        for (const each of sketches) stack.set(profileRequest(each), () => ({ id: 7 }));
        const restored = createProfileStack();
        restored.restore(stack.snapshot());
        expect(restored.profiles).toEqual(stack.profiles);
      }),
    );
  });

  it("never throws, whatever it is sent", () => {
    const mutated = fc
      .tuple(sketch, fc.string(), fc.anything())
      .map(([each, key, value]) => ({ ...profileRequest(each), [key]: value, csChargingProfiles: value }));
    const anything = fc.oneof(fc.anything(), fc.jsonValue(), mutated);
    fc.assert(
      fc.property(anything, fc.string(), (garbage, text) => {
        const stack = createProfileStack();
        const idle: ChargingContext = { connectorId: 1, phases: 3, transaction: undefined };
        stack.set(garbage, () => undefined);
        stack.clear(garbage);
        stack.composite(garbage, T0_MS, idle, 16);
        stack.restore(text);
        stack.restore(JSON.stringify([text]));
        expect(stack.profiles).toEqual([]);
      }),
    );
  });
});
