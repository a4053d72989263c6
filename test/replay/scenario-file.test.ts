import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/cli.ts";
import { runScenario } from "../../src/cli/replay/scenario/run-scenario.ts";
import { parseScenario } from "../../src/cli/replay/scenario/scenario-file.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const HEAD = "title: A made hour\npain: None at all.\n";
const SUNNY = "house: { minutes: 30, sun: [{ kind: steady, power_w: 3000 }] }\n";

function problemOf(text: string): string {
  const parsed = parseScenario(text);
  if (parsed.ok) throw new Error("a problem was expected");
  return parsed.problem;
}

async function outcomeOf(text: string) {
  const parsed = parseScenario(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  const result = await runScenario(parsed.scenario);
  if (!result.ok) throw new Error(result.problem);
  return result.outcome;
}

async function replay(...argv: string[]) {
  const output = { out: "", err: "" };
  const code = await runCli(["replay", ...argv], {
    out: (text) => {
      output.out += text;
    },
    err: (text) => {
      output.err += text;
    },
    environment: {},
    isTerminal: false,
  });
  return { code, ...output };
}

function fileOf(text: string): string {
  const path = join(temporaryFolder(), "made.yaml");
  writeFileSync(path, text);
  return path;
}

describe("a scenario file", () => {
  it.each([
    [`${HEAD}${SUNNY}expect: {}\nsunshine: 1\n`, "sunshine"],
    [`${HEAD}house: { minutes: -1 }\nexpect: {}\n`, "house"],
    [`${HEAD}${SUNNY}expect: { figures: { stars: { max: 1 } } }\n`, "line 4, expect.figures"],
    [`${HEAD}${SUNNY}expect: { reasons: { never: [no_such_reason] } }\n`, "expect.reasons.never[0]"],
    [
      `${HEAD}${SUNNY}config: { control: { start_proof_s: 0 } }\nexpect: {}\n`,
      "config.control.start_proof_s",
    ],
    [`${HEAD}${SUNNY}config: { controls: {} }\nexpect: {}\n`, "controls"],
    [`${HEAD}${SUNNY}device: { min_a: 20 }\nexpect: {}\n`, "min_a is above max_a"],
    ["title: [", "line"],
  ])("that says %j is refused with the place of the mistake", (text, place) => {
    expect(problemOf(text)).toContain(place);
  });

  it("may have further wallboxes, and people who change their minds", async () => {
    const { figures, last } = await outcomeOf(
      `${HEAD}${SUNNY}phases: 1
config: { control: { mode: none } }
more_boxes: [{ phases: 1, wallbox: { priority: 2 } }]
events: [{ kind: car_away, from_min: 15, minutes: 15, box: 1 }]
changes:
  - { at_min: 20, max_current_a: 8 }
  - { at_min: 25, mode: hems, thresholds: { hems_min_export_to_start_w: 0, hems_max_import_before_stopping_w: 9000 } }
  - { at_min: 26, boost: ongoing, box: 0 }
expect: {}
`,
    );
    // One car for half an hour, the other for a quarter, each with up to 16 A.
    expect(figures.charged_kwh).toBeGreaterThan(1.8);
    expect(figures.charged_kwh).toBeLessThan(2.6);
    expect(last.wallboxes.map(({ name, setpointA }) => [name, setpointA])).toEqual([
      ["wallbox", 8],
      ["wallbox-2", 0],
    ]);
    expect(last.wallboxes.map(({ boost }) => boost)).toEqual(["ongoing", "off"]);
    expect(last.thresholds.asked.maxImportBeforeStoppingW).toBe(9_000);
  });

  it("may let somebody allow the car nothing while a plan is made", async () => {
    const { last } = await outcomeOf(
      `${HEAD}${SUNNY}config: { control: { mode: spot }, charge_plan: { energy_kwh: 5 } }
prices_ct_kwh: [30, 20]
changes: [{ at_min: 10, max_current_a: 0 }]
expect: {}
`,
    );
    expect(last).toMatchObject({ setpointA: 0, limitedBy: "user_maximum" });
  });

  it("may have a plan for no energy while the car is allowed nothing", async () => {
    const { last } = await outcomeOf(
      `${HEAD}${SUNNY}config: { control: { mode: spot }, charge_plan: { energy_kwh: 0 } }
prices_ct_kwh: [30, 20]
changes: [{ at_min: 10, max_current_a: 0 }]
expect: {}
`,
    );
    expect(last).toMatchObject({ setpointA: 0, reason: { code: "plan_fulfilled" } });
  });

  it("names the further box with a mistake", () => {
    expect(problemOf(`${HEAD}${SUNNY}more_boxes: [{}, { device: { min_a: 20 } }]\nexpect: {}\n`)).toContain(
      "more_boxes[1].device",
    );
  });

  it("may be JSON", async () => {
    const text = JSON.stringify({
      title: "As JSON",
      pain: "None at all.",
      house: { minutes: 10, sun: [{ kind: "steady", power_w: 3_000 }] },
      expect: { figures: { surplus_kwh: { min: 0.499, max: 0.501 } } },
    });
    expect((await outcomeOf(text)).unmet).toEqual([]);
  });

  it("says which expectations did not come true", async () => {
    const { unmet } = await outcomeOf(
      `${HEAD}${SUNNY}expect:
  figures: { starts: { max: 0 }, surplus_kwh: { min: 2 } }
  reasons: { seen: [meter_lost], never: [following_surplus] }
  end: { state: idle, setpoint_a: { max: 10 }, reason: boost }
`,
    );
    expect(unmet).toEqual([
      "surplus_kwh is 1.5, below 2",
      "starts is 1, above 0",
      "the reason meter_lost was never given",
      "the reason following_surplus was given",
      "the set point at the end is 13, above 10",
      "the state at the end is active, not idle",
      "the reason at the end is following_surplus, not boost",
    ]);
  });

  it("is run and judged by the command", async () => {
    const good = fileOf(`${HEAD}${SUNNY}expect: { figures: { starts: { max: 1 } } }\n`);
    const bad = fileOf(`${HEAD}${SUNNY}expect: { figures: { starts: { max: 0 } } }\n`);
    expect(await replay("--scenario", good)).toMatchObject({ code: 0, err: "" });
    const both = await replay("--scenario", good, bad, "--json");
    expect(both.code).toBe(1);
    expect(JSON.parse(both.out).map(({ unmet }: { unmet: string[] }) => unmet)).toEqual([
      [],
      ["starts is 1, above 0"],
    ]);
    const text = await replay("--scenario", bad);
    expect(text.out).toContain("NOT AS EXPECTED: starts is 1, above 0");
  });

  it("is refused by the command where it is missing, broken or beside other options", async () => {
    expect(await replay("--scenario", "nowhere.yaml")).toMatchObject({ code: 2, out: "" });
    const broken = await replay("--scenario", fileOf("title: x\n"));
    expect(broken.code).toBe(2);
    expect(broken.err).toContain("made.yaml");
    const mixed = await replay("--scenario", fileOf(HEAD), "--phases", "1");
    expect(mixed).toMatchObject({ code: 2 });
    expect(mixed.err).toContain("--scenario goes with --json only");
  });
});

describe("a scenario's house", () => {
  it.each([
    ["{ kind: steady, power_w: 1200 }", 0.6],
    ["{ kind: steps, steps: [{ from_min: 10, power_w: 1200 }, { from_min: 20, power_w: 600 }] }", 0.3],
    ["{ kind: points, points: [{ at_min: 10, power_w: 0 }, { at_min: 20, power_w: 1200 }] }", 0.1],
    ["{ kind: pulses, power_w: 3600, first_min: 5, every_min: 10, on_s: 60 }", 0.18],
    ["{ kind: pulses, power_w: 3600, first_min: 5, every_min: 10, on_s: 60, count: 2 }", 0.12],
    ["{ kind: arc, from_min: 0, to_min: 30, peak_w: 1000 }", 0.318],
  ])("brings of %s the energy that it says", async (pattern, surplusKwh) => {
    const { figures } = await outcomeOf(
      `${HEAD}house: { minutes: 30, sun: [${pattern}] }\nphases: 3\nexpect: {}\n`,
    );
    expect(figures.surplus_kwh).toBeCloseTo(surplusKwh, 2);
  });

  it("is dimmed by clouds that are the same each time and others with another seed", async () => {
    const cloudy = (seed: number) =>
      `${HEAD}house:
  minutes: 60
  sun: [{ kind: steady, power_w: 1000 }]
  clouds: { seed: ${seed}, through: 0.2, clear_s: 60, cloudy_s: 60 }
expect: {}
`;
    const [first, again, other] = [
      await outcomeOf(cloudy(1)),
      await outcomeOf(cloudy(1)),
      await outcomeOf(cloudy(2)),
    ];
    expect(first.figures).toEqual(again.figures);
    expect(first.figures.surplus_kwh).not.toBe(other.figures.surplus_kwh);
    for (const { figures } of [first, other]) {
      expect(figures.surplus_kwh).toBeGreaterThan(0.35);
      expect(figures.surplus_kwh).toBeLessThan(0.85);
    }
  });

  it("may hold a battery, a hybrid inverter and a limit on its export", async () => {
    const house = (more: string) =>
      `${HEAD}house: { minutes: 30, sun: [{ kind: steady, power_w: 8000 }], ${more} }\nphases: 3\nexpect: {}\n`;
    const clipped = await outcomeOf(house("inverter_ac_w: 5000"));
    expect(clipped.figures.surplus_kwh).toBeCloseTo(2.5, 6);
    const stored = await outcomeOf(house("battery: { capacity_kwh: 10, soc_pct: 20 }"));
    expect(stored.last.powers.batterySocPct).toBeGreaterThan(20);
    const dark = await outcomeOf(house("feed_in_limit_w: 0"));
    expect(dark.figures).toMatchObject({ starts: 0, surplus_kwh: 4 });
    expect(dark.last.powers.pvPowerW).toBe(0);
  });
});

describe("a scenario's events", () => {
  const hour = (event: string) =>
    `${HEAD}house: { minutes: 20, sun: [{ kind: steady, power_w: 3000 }] }\nevents: [${event}]\nexpect: {}\n`;

  it.each([
    ["meter_silent", "meter_lost"],
    ["meter_frozen", "meter_suspect"],
    ["wallbox_silent", "wallbox_silent"],
    ["car_away", "no_vehicle"],
  ])("%s gives the reason %s and is over again", async (kind, reason) => {
    const { reasons, last } = await outcomeOf(hour(`{ kind: ${kind}, from_min: 5, minutes: 4 }`));
    expect(reasons).toContain(reason);
    expect(last.reason.code).toBe("following_surplus");
  });
});
