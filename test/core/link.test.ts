import { describe, expect, it } from "vitest";
import { type HeldLink, type Link, nextLink as linkAfter } from "../../src/core/link.ts";
import type { SiteSample } from "../../src/core/site-sample.ts";
import { NOW_MS, ONE_PHASE, reading, siteSample, THREE_PHASE } from "./support/site.ts";

const held: HeldLink = {
  kind: "held",
  setpointA: 10,
  phases: 1,
  lastChangeMs: NOW_MS - 5_000,
  adoptingUntilMs: undefined,
};

const DELAY_MS = 8_000;

const nextLink = (link: Link | undefined, sample: SiteSample) => linkAfter(link, sample, DELAY_MS);

describe("the link to the wallbox", () => {
  it("is unread while the box is away, since the first pass that saw it", () => {
    const away = siteSample({}, { isConnected: false });
    const lost = nextLink(held, away);
    expect(lost).toEqual({ kind: "unread", sinceMs: NOW_MS });
    expect(nextLink(lost, { ...away, nowMs: NOW_MS + 5_000 })).toEqual(lost);
    expect(nextLink(undefined, away)).toEqual(lost);
  });

  it("stays unread until state and power of the box are known", () => {
    const unread = { kind: "unread", sinceMs: NOW_MS - 1_000 } as const;
    expect(nextLink(unread, siteSample({}, { vehicle: "unknown" }))).toEqual(unread);
    expect(nextLink(unread, siteSample({}, { chargePowerW: undefined }))).toEqual(unread);
    expect(nextLink(undefined, siteSample({}, { chargePowerW: undefined }))).toEqual({
      kind: "unread",
      sinceMs: NOW_MS,
    });
  });

  it("does not take a reading from before the loss for the present", () => {
    const unread = { kind: "unread", sinceMs: NOW_MS - 1_000 } as const;
    expect(nextLink(unread, siteSample({}, { chargePowerW: reading(2_300, 1_001) })).kind).toBe("unread");
    expect(nextLink(unread, siteSample({}, { chargePowerW: reading(2_300, 1_000) })).kind).toBe("held");
    expect(nextLink(undefined, siteSample({}, { chargePowerW: reading(2_300, 9_000) })).kind).toBe("held");
  });

  it.each([
    ["what it draws", ONE_PHASE, 2_300, 10],
    ["the nearest step", ONE_PHASE, 2_420, 11],
    ["the nearest step below", ONE_PHASE, 2_410, 10],
    ["a tenth of an ampere where the box has it", { ...ONE_PHASE, stepA: 0.1 }, 2_420, 10.5],
    ["the mean of three phases", THREE_PHASE, 6_900, 10],
    ["its minimum where it draws less", ONE_PHASE, 1_000, 6],
    ["its minimum from half of it on", ONE_PHASE, 690, 6],
    ["nothing below that", ONE_PHASE, 689, 0],
    ["its rating where it draws more", ONE_PHASE, 5_000, 16],
  ])("adopts %s", (_case, capability, chargeW, setpointA) => {
    const sample = siteSample({}, { chargePowerW: reading(chargeW), capability });
    expect(nextLink(undefined, sample)).toEqual({
      kind: "held",
      setpointA,
      phases: capability.phases,
      lastChangeMs: NOW_MS,
      adoptedMs: NOW_MS,
      adoptingUntilMs: setpointA === 0 ? undefined : NOW_MS + DELAY_MS + 30_000,
    });
  });

  it("believes itself while the box is there", () => {
    expect(nextLink(held, siteSample({}, { chargePowerW: undefined, vehicle: "unknown" }))).toBe(held);
  });

  it.each([
    [119_999, 3],
    [120_000, 1],
  ] as const)(
    "after %d ms of a change of phases that the box does not make expects %d",
    (sinceMs, phases) => {
      const switching = {
        ...held,
        phases: 3,
        lastChangeMs: NOW_MS - sinceMs,
        adoptingUntilMs: NOW_MS + 9,
      } as const;
      expect(nextLink(switching, siteSample())).toEqual({ ...switching, phases });
      const done = siteSample({}, { capability: { ...ONE_PHASE, phases: 3 } });
      expect(nextLink(switching, done)).toEqual(switching);
    },
  );

  it("ends the judging of a charge and a failed change of phases in one pass", () => {
    const both = { ...held, phases: 3, lastChangeMs: 0, adoptingUntilMs: NOW_MS } as const;
    expect(nextLink(both, siteSample())).toEqual({ ...held, lastChangeMs: 0 });
  });

  it.each([
    [1, NOW_MS + 1],
    [0, undefined],
    [-1, undefined],
  ])("has %d ms left to judge a charge that was found running", (leftMs, adoptingUntilMs) => {
    const adopting = { ...held, adoptingUntilMs: NOW_MS + leftMs };
    expect(nextLink(adopting, siteSample())).toEqual({ ...held, adoptingUntilMs });
  });
});
