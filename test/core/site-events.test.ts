import { describe, expect, it } from "vitest";
import { initialToldSite, siteEvents } from "../../src/core/site-events.ts";
import type { TickReport } from "../../src/core/tick-report.ts";
import { sampleReport } from "../support/sample-report.ts";

const away = { ...sampleReport().wallbox, isConnected: false };

/** The names of all events that these passes, one second apart, raise. */
function story(...passes: Partial<TickReport>[]): string[] {
  const reports = passes.map((changes, index) => sampleReport({ monotonicMs: index * 1_000, ...changes }));
  const [first, ...rest] = reports;
  let told = initialToldSite(first ?? sampleReport());
  return rest.flatMap((report) => {
    const step = siteEvents(told, report);
    told = step.told;
    return step.events.map((event) => ("to" in event ? `${event.event} ${event.to}` : event.event));
  });
}

describe("events", () => {
  it("are silent while nothing changes", () => {
    expect(story({}, {}, { setpointA: 11 }, { setpointA: 12 })).toEqual([]);
  });

  it("tell mode, boost and state in that order", () => {
    expect(
      story({ state: "idle", mode: "none" }, { state: "active", mode: "hems", boost: "ongoing" }),
    ).toEqual(["mode_changed hems", "boost_changed ongoing", "state_changed active"]);
  });

  it("tell a new pair of thresholds, and none when only their effect is new", () => {
    const { thresholds } = sampleReport();
    const asked = (minExportToStartW: number, maxImportBeforeStoppingW: number) => ({
      thresholds: { ...thresholds, asked: { minExportToStartW, maxImportBeforeStoppingW } },
    });
    const effective = { minExportToStartW: 4_000, maxImportBeforeStoppingW: 200 };
    expect(story({}, { thresholds: { ...thresholds, effective } })).toEqual([]);
    expect(story({}, asked(1_000, 300), asked(2_000, 300), asked(2_000, 300))).toEqual([
      "thresholds_changed",
      "thresholds_changed",
    ]);
    const told = initialToldSite(sampleReport());
    expect(siteEvents(told, sampleReport(asked(2_000, 300))).events).toEqual([
      {
        ts: "2022-03-19T06:00:00.000Z",
        event: "thresholds_changed",
        hems_min_export_to_start_w: 2_000,
        hems_max_import_before_stopping_w: 300,
      },
    ]);
  });

  it("tell what the grid operator asks for, with what the house takes at that moment", () => {
    const operator = (limitW: number) => ({
      gridOperator: { state: "limited", limitW, endsWallMs: undefined, endsAtClock: undefined } as const,
    });
    let told = initialToldSite(sampleReport());
    const { powers } = sampleReport();
    const steps = [
      operator(4_200),
      { ...operator(4_200), wallMs: 5 },
      operator(6_000),
      { powers: { ...powers, gridPowerW: undefined } },
    ];
    const events = steps.flatMap((changes) => {
      const step = siteEvents(told, sampleReport(changes));
      told = step.told;
      return step.events;
    });
    const ts = "2022-03-19T06:00:00.000Z";
    const event = "grid_operator_changed";
    expect(events).toEqual([
      { ts, event, state: "limited", limit_w: 4_200, grid_w: -150 },
      { ts, event, state: "limited", limit_w: 6_000, grid_w: -150 },
      { ts, event, state: null, limit_w: null, grid_w: null },
    ]);
    const started = initialToldSite(sampleReport(operator(4_200)));
    expect(siteEvents(started, sampleReport(operator(4_200))).events).toEqual([]);
  });

  it("tell that the meter was lost, once, and that it is back, once", () => {
    expect(
      story(
        {},
        { meterTrust: "suspect" },
        { meterTrust: "lost" },
        { meterTrust: "lost" },
        { meterTrust: "suspect" },
        { meterTrust: "good" },
        { meterTrust: "good" },
      ),
    ).toEqual(["meter_lost", "meter_recovered"]);
  });

  it("do not call suspect what comes back a loss", () => {
    expect(story({}, { meterTrust: "suspect" }, { meterTrust: "good" })).toEqual([]);
  });

  it("tell that the wallbox was lost and is back", () => {
    expect(story({}, { wallbox: away }, { wallbox: away }, {})).toEqual([
      "wallbox_lost",
      "wallbox_recovered",
    ]);
  });

  it("tell that the wallbox does not follow, once, and that it does again, once", () => {
    const { wallbox } = sampleReport();
    const deaf = { wallbox: { ...wallbox, isFollowing: false } };
    expect(story({}, deaf, deaf, {}, {})).toEqual(["wallbox_not_following", "wallbox_following"]);
    const deafAndAway = { wallbox: { ...away, isFollowing: false } };
    expect(story({}, deafAndAway)).toEqual(["wallbox_lost", "wallbox_not_following"]);
  });

  it("do not tell the loss of what was not there yet", () => {
    const start = { meterTrust: "lost", wallbox: away } as const;
    expect(story(start, start, { ...start, meterTrust: "suspect" }, {})).toEqual([]);
    expect(story(start, {}, start)).toEqual(["meter_lost", "wallbox_lost"]);
  });

  it("tell a limit at most every five seconds, and the newest in the end", () => {
    const limited = { limitedBy: "main_fuse" } as const;
    const flicker = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? limited : {}));
    expect(story({}, ...flicker)).toEqual(["limit_changed main_fuse", "limit_changed null"]);
    expect(story({}, limited, {}, {}, {}, {})).toEqual(["limit_changed main_fuse"]);
    expect(story({}, limited, {}, {}, {}, {}, {})).toEqual(["limit_changed main_fuse", "limit_changed null"]);
    expect(story({}, limited, {}, {}, {}, {}, limited, limited)).toEqual(["limit_changed main_fuse"]);
  });
});

describe("events of several boxes", () => {
  const [box] = sampleReport().wallboxes;
  if (box === undefined) throw new Error("there is a box");
  const boxes = (yard: Partial<typeof box>) =>
    sampleReport({
      wallboxes: [
        { ...box, name: "garage" },
        { ...box, ...yard, name: "yard" },
      ],
    });

  it("name the box that they are about", () => {
    const told = initialToldSite(boxes({}));
    const { events } = siteEvents(told, boxes({ state: "idle", boost: "armed", wallbox: away }));
    expect(events.map(({ event, wallbox }) => [event, wallbox])).toEqual([
      ["wallbox_lost", "yard"],
      ["boost_changed", "yard"],
      ["state_changed", "yard"],
    ]);
  });

  it("begin with the first report of a box", () => {
    const told = initialToldSite(sampleReport());
    expect(siteEvents(told, boxes({ state: "idle" })).events).toEqual([]);
  });
});
