import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CONDITION_CODES, NOTICE_CODES, type NoticeCode } from "../../src/core/notice-codes.ts";
import type { NamedBoxReport, TickReport } from "../../src/core/tick-report.ts";
import { createConditionWatch, type Raised } from "../../src/notify/condition-watch.ts";
import { activeConditions, type Condition, HOLD_MS, type SiteFacts } from "../../src/notify/conditions.ts";
import { createDeadlineWatch } from "../../src/notify/deadline-watch.ts";
import type { NoticeKind } from "../../src/notify/notice.ts";
import { wordsOf } from "../../src/notify/words.ts";
import { instant, sampleAdvice } from "../support/sample-advice.ts";
import { sampleReport } from "../support/sample-report.ts";

const DAY_MS = 86_400_000;

function facts(changes: Partial<SiteFacts> = {}): SiteFacts {
  return {
    report: sampleReport(),
    offlineDevices: [],
    partner: { isLoginRefused: false, isAway: false },
    certificates: [],
    isRecordFailing: false,
    isSafeMode: false,
    configProblems: [],
    ...changes,
  };
}

function box(changes: Partial<NamedBoxReport>, wallbox: Partial<NamedBoxReport["wallbox"]> = {}): TickReport {
  const [first] = sampleReport().wallboxes;
  if (first === undefined) throw new Error("a sample has a wallbox");
  return sampleReport({ wallboxes: [{ ...first, ...changes, wallbox: { ...first.wallbox, ...wallbox } }] });
}

const operator = { limitW: 4_200, endsWallMs: undefined, endsAtClock: undefined };
const short = { plan: sampleAdvice({ shortfallWh: 2_340 }) };
const { wallMs } = sampleReport();

describe("what is not as it should be", () => {
  it("is nothing in the middle of a sunny charge", () => {
    expect(activeConditions(facts())).toEqual([]);
    expect(activeConditions(facts({ partner: undefined }))).toEqual([]);
  });

  it.each<[string, Partial<SiteFacts>, string[]]>([
    ["a lost meter", { report: sampleReport({ meterTrust: "lost" }) }, ["meter_lost"]],
    ["a suspect meter", { report: sampleReport({ meterTrust: "suspect" }) }, []],
    [
      "two silent devices",
      { offlineDevices: ["roof", "attic"] },
      ["device_offline roof", "device_offline attic"],
    ],
    ["a wallbox that is away", { report: box({}, { isConnected: false }) }, ["wallbox_lost wallbox"]],
    ["a wallbox with a fault", { report: box({}, { vehicle: "faulted" }) }, ["wallbox_faulted wallbox"]],
    [
      "a wallbox that does not follow",
      { report: box({}, { isFollowing: false }) },
      ["wallbox_not_following wallbox"],
    ],
    ["safe mode", { isSafeMode: true }, ["safe_mode"]],
    ["the fuse", { report: box({ limitedBy: "main_fuse" }) }, ["limited_long main_fuse"]],
    ["the operator's limit", { report: box({ limitedBy: "grid_operator" }) }, ["limited_long grid_operator"]],
    ["the fuse without a car", { report: box({ limitedBy: "main_fuse" }, { vehicle: "absent" }) }, []],
    ["a limit that is a wish", { report: box({ limitedBy: "user_maximum" }) }, []],
    [
      "an operator that is not heard",
      { report: sampleReport({ gridOperator: { state: "failsafe", ...operator } }) },
      ["operator_silent"],
    ],
    [
      "an operator's limit",
      { report: sampleReport({ gridOperator: { state: "limited", ...operator } }) },
      [],
    ],
    ["a car that will be late", { report: box(short) }, ["deadline_at_risk wallbox"]],
    ["a late car that left", { report: box(short, { vehicle: "absent" }) }, []],
    ["a few Wh", { report: box({ plan: sampleAdvice({ shortfallWh: 499 }) }) }, []],
    ["a bad config", { configProblems: ["site: main_fuse_a is missing"] }, ["config_invalid"]],
    ["a refused login", { partner: { isLoginRefused: true, isAway: false } }, ["partner_login_refused"]],
    ["a partner that is away", { partner: { isLoginRefused: false, isAway: true } }, ["partner_away"]],
    [
      "certificates three weeks before their end",
      {
        certificates: [
          { subject: "CN=page", endsWallMs: wallMs + 21 * DAY_MS - 1 },
          { subject: "CN=ocpp", endsWallMs: wallMs + 21 * DAY_MS },
        ],
      },
      ["certificate_expiring CN=page"],
    ],
    ["a disk that fails", { isRecordFailing: true }, ["record_failing"]],
  ])("names %s", (_case, changes, expected) => {
    const names = activeConditions(facts(changes)).map(({ code, subject }) =>
      [code, subject].join(" ").trim(),
    );
    expect(names).toEqual(expected);
  });

  it("says by how much a car will be late, and how long a certificate lasts", () => {
    expect(activeConditions(facts({ report: box(short) }))[0]?.figures).toEqual({
      deadline: "07:00",
      kwh: 2.3,
    });
    const certificates = [{ subject: "CN=page", endsWallMs: wallMs - 1 }];
    expect(activeConditions(facts({ certificates }))[0]?.figures).toEqual({ days: 0 });
  });
});

describe("when people are told", () => {
  const lost: Condition = { code: "wallbox_lost", subject: "garage", figures: {} };
  const { raise, clear } = HOLD_MS.wallbox_lost;
  const always = () => true;

  /** Looks once a second while `isActive` says so, and keeps what was told, with the second. */
  function story(seconds: number, isActive: (second: number) => boolean, before: readonly Raised[] = []) {
    const watch = createConditionWatch(before);
    const told: string[] = [];
    for (let second = 0; second <= seconds; second++) {
      const at = { nowMs: second * 1_000, wallMs: second * 1_000 };
      for (const { kind } of watch.turns(isActive(second) ? [lost] : [], at, always))
        told.push(`${kind} ${second}`);
    }
    return told;
  }

  it("is once it has held for long enough, and once it is over for long enough", () => {
    const [raiseS, clearS] = [raise / 1_000, clear / 1_000];
    expect(story(raiseS - 1, () => true)).toEqual([]);
    expect(story(raiseS, () => true)).toEqual([`raised ${raiseS}`]);
    expect(story(2_000, (second) => second < 1_000)).toEqual([
      `raised ${raiseS}`,
      `cleared ${1_000 + clearS}`,
    ]);
  });

  it("is not while it comes and goes more quickly", () => {
    expect(story(10_000, (second) => second % (raise / 1_000) > 0)).toEqual([]);
    expect(story(3_000, (second) => second < 500 || second % (clear / 1_000) > 0)).toEqual(["raised 300"]);
  });

  it("is at most each half hour where it comes back again and again", () => {
    const told = story(7_200, (second) => second % 600 < 450).filter((turn) => turn.startsWith("raised"));
    expect(told).toEqual(["raised 300", "raised 2100", "raised 3900", "raised 5700"]);
  });

  it("is not again after a restart, and the end of what was told before is", () => {
    const before = [{ ...lost, sinceWallMs: 0 }];
    expect(story(5_000, () => true, before)).toEqual([]);
    expect(story(100, () => false, before)).toEqual([`cleared ${clear / 1_000}`]);
  });

  it("waits while too much was told already, and counts from the beginning", () => {
    const watch = createConditionWatch([]);
    for (let second = 0; second <= 400; second++) {
      const at = { nowMs: second * 1_000, wallMs: 1_000_000 + second * 1_000 };
      expect(watch.turns([lost], at, () => false)).toEqual([]);
    }
    const turns = watch.turns([lost], { nowMs: 401_000, wallMs: 1_401_000 }, () => true);
    expect(turns).toMatchObject([
      { kind: "raised", condition: { subject: "garage", sinceWallMs: 1_000_000 } },
    ]);
  });
});

it("holds as long as the documentation says", () => {
  const path = join(import.meta.dirname, "../../docs/notifications.md");
  const rows = [...readFileSync(path, "utf8").matchAll(/^\| `(\w+)` .*\| ([^|]+) \| ([^|]+) \|$/gm)];
  const words = (ms: number) =>
    ms === 0 ? "at once" : ms < 3_600_000 ? `${ms / 60_000} min` : `${ms / 3_600_000} h`;
  expect(rows.map(([, code, after, over]) => [code, after, over])).toEqual(
    CONDITION_CODES.map((code) => [code, words(HOLD_MS[code].raise), words(HOLD_MS[code].clear)]),
  );
});

describe("a deadline that passes", () => {
  const at = (hours: number, missingWh: number, vehicle: "charging" | "absent" = "charging") => {
    const deadline = instant("07:00");
    const nowMs = deadline.wallMs + hours * 3_600_000;
    const next = hours < 0 ? deadline : { wallMs: deadline.wallMs + DAY_MS, text: "Sun 07:00" };
    const plan = sampleAdvice({ missingWh, deadline: next });
    return { ...box({ plan, wallMs: nowMs }, { vehicle }), wallMs: nowMs };
  };

  it("is told once, with what the car lacks", () => {
    const watch = createDeadlineWatch();
    expect(watch.missed(at(-1, 3_000))).toEqual([]);
    expect(watch.missed(at(-0.001, 2_000))).toEqual([]);
    expect(watch.missed(at(0, 2_000))).toEqual([{ wallbox: "wallbox", deadline: "07:00", missingWh: 2_000 }]);
    expect(watch.missed(at(0.001, 2_000))).toEqual([]);
  });

  it("is no news for a car that is ready, or gone", () => {
    const ready = createDeadlineWatch();
    ready.missed(at(-0.001, 499));
    expect(ready.missed(at(0, 499))).toEqual([]);
    const gone = createDeadlineWatch();
    gone.missed(at(-0.001, 3_000));
    expect(gone.missed(at(0, 3_000, "absent"))).toEqual([]);
  });
});

describe.each(["en", "de"] as const)("the words in %s", (language) => {
  const isCondition = (code: string) => CONDITION_CODES.some((known) => known === code);
  const cases = NOTICE_CODES.flatMap((code): [NoticeCode, NoticeKind][] =>
    isCondition(code)
      ? [
          [code, "raised"],
          [code, "cleared"],
        ]
      : [[code, "event"]],
  );

  it.each(cases)("are a whole sentence for %s, %s", (code, kind) => {
    const figures = {
      ...{ kwh: 2.5, solar_pct: 80, days: 3, deadline: "07:00", problem: "site: wrong" },
      ...{ version: "2.0.0", before: "1.0.0" },
    };
    const { title, text } = wordsOf(language, { code, kind, subject: "main_fuse", figures });
    expect(title).not.toBe("");
    expect(text).not.toBe(title);
    expect(`${title} ${text}`).not.toMatch(/[{}_]|undefined|main_fuse/);
  });
});
