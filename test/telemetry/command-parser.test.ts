import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCommandDesk } from "../../src/telemetry/command-desk.ts";
import { LARGEST_COMMAND_BYTES, parseCommand } from "../../src/telemetry/command-parser.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { recordingCommands } from "../support/recording-commands.ts";
import { silentLog } from "../support/silent-log.ts";

const NAMES = ["mode", "thresholds", "boost", "max_current", "charge_plan"];
const NOW_MS = 1_647_669_600_000;

function parse(name: string, payload: Uint8Array, isRetained = false) {
  return parseCommand({ name, payload, isRetained, receivedWallMs: NOW_MS });
}

const name = fc.oneof(fc.constantFrom(...NAMES, "__proto__", "constructor", "toString"), fc.string());
/** Members that look like the real ones, with any values. */
const body = fc.record(
  {
    id: fc.oneof(fc.string(), fc.jsonValue()),
    mode: fc.oneof(fc.constantFrom("none", "hems"), fc.jsonValue()),
    boost: fc.oneof(fc.boolean(), fc.jsonValue()),
    max_current_a: fc.oneof(fc.double(), fc.constant(null), fc.jsonValue()),
    hems_min_export_to_start_w: fc.oneof(fc.integer(), fc.jsonValue()),
    hems_max_import_before_stopping_w: fc.oneof(fc.double(), fc.jsonValue()),
    deadline: fc.oneof(fc.constant("07:00"), fc.jsonValue()),
    energy_kwh: fc.oneof(fc.double(), fc.jsonValue()),
    clear: fc.oneof(fc.constant(true), fc.jsonValue()),
    expires_at: fc.oneof(fc.string(), fc.constant("2022-03-19T07:00:00Z"), fc.jsonValue()),
    __proto__: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

describe("the command parser", () => {
  it("never throws on any bytes", () => {
    fc.assert(
      fc.property(name, fc.uint8Array({ maxLength: 5_000 }), fc.boolean(), (command, payload, isRetained) => {
        const parsed = parse(command, payload, isRetained);
        if (!parsed.ok) expect(parsed.detail.length).toBeLessThan(1_000);
      }),
    );
  });

  it("never throws on any JSON, and what it accepts is within the ranges", () => {
    fc.assert(
      fc.property(name, fc.oneof(body, fc.jsonValue()), (command, json) => {
        const parsed = parse(command, Buffer.from(JSON.stringify(json)));
        if (!parsed.ok) return;
        expect(NAMES).toContain(command);
        expect(parsed.id).toMatch(/^[\s\S]{1,64}$/);
        if (parsed.command.kind === "thresholds") {
          for (const watts of Object.values(parsed.command.change)) {
            expect(Number.isInteger(watts) && watts >= 0 && watts <= 50_000).toBe(true);
          }
          expect(Object.keys(parsed.command.change).length).toBeGreaterThan(0);
        }
        if (parsed.command.kind === "max_current" && parsed.command.currentA !== undefined) {
          expect(parsed.command.currentA).toBeGreaterThanOrEqual(6);
          expect(parsed.command.currentA).toBeLessThanOrEqual(80);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("accepts a command of exactly the largest size and refuses one byte more", () => {
    const bare = '{"id":"a","boost":true}';
    const largest = Buffer.from(bare.padEnd(LARGEST_COMMAND_BYTES));
    expect(parse("boost", largest)).toMatchObject({ ok: true });
    expect(parse("boost", Buffer.from(bare.padEnd(LARGEST_COMMAND_BYTES + 1)))).toMatchObject({
      ok: false,
      reason: "too_large",
    });
  });

  it("refuses a command at the very moment it expires", () => {
    const at = (time: string) =>
      parse("boost", Buffer.from(JSON.stringify({ id: "a", boost: true, expires_at: time })));
    expect(at("2022-03-19T06:00:00.000Z")).toMatchObject({ ok: false, reason: "expired" });
    expect(at("2022-03-19T06:00:00.001Z")).toMatchObject({ ok: true });
    expect(at("2022-03-19T08:00:00+01:00")).toMatchObject({ ok: true });
  });
});

describe("a charge plan", () => {
  function planned(members: object) {
    return parse("charge_plan", Buffer.from(JSON.stringify({ id: "a", ...members })));
  }

  it.each<[object, object | undefined, string | undefined]>([
    [{ deadline: "07:30" }, { deadlineMinute: 450 }, undefined],
    [{ energy_kwh: 20, wallbox: "garage" }, { aim: { kind: "energy", energyWh: 20_000 } }, "garage"],
    [
      { days: { mon: { charge_deadline: "06:00", charge_percentage: 90 }, sun: null } },
      {
        days: {
          mon: { deadlineMinute: 360, targetSocPct: 90 },
          sun: { deadlineMinute: "none", targetSocPct: undefined },
        },
      },
      undefined,
    ],
    [
      { target_soc_pct: 80, car_battery_kwh: 60, arrival_soc_pct: 30 },
      { aim: { kind: "soc", targetSocPct: 80 }, battery: { capacityWh: 60_000, socPct: 30 } },
      undefined,
    ],
    [{ arrival_soc_pct: 30 }, { battery: { socPct: 30 } }, undefined],
    [{ clear: true }, undefined, undefined],
    [{ clear: true, wallbox: "yard" }, undefined, "yard"],
  ])("%j is read", (members, choice, wallbox) => {
    expect(planned(members)).toEqual({
      ok: true,
      id: "a",
      command: { kind: "charge_plan", choice, wallbox },
    });
  });

  it.each([
    {},
    { wallbox: "garage" },
    { clear: false },
    { clear: true, deadline: "07:00" },
    { energy_kwh: 5, target_soc_pct: 80 },
    { deadline: "7" },
    { days: { monday: null } },
  ])("%j is refused", (members) => {
    expect(planned(members)).toMatchObject({ ok: false, reason: "malformed" });
  });

  it("goes to the commands", () => {
    const { commands, asked } = recordingCommands();
    const desk = createCommandDesk({ clock: createManualClock(), log: silentLog, commands });
    const message = Buffer.from('{"id":"a","deadline":"07:00","wallbox":"garage"}');
    expect(desk.handle("charge_plan", message, false)).toEqual({ id: "a", ok: true });
    expect(asked).toEqual([["setChargePlan", { deadlineMinute: 420 }, "garage"]]);
  });
});

describe("the command desk", () => {
  const boost = Buffer.from('{"id":"a","boost":true}');

  it("takes ten commands at once and says to wait for more", () => {
    const { commands, asked } = recordingCommands();
    const desk = createCommandDesk({ clock: createManualClock(), log: silentLog, commands });
    const results = Array.from({ length: 12 }, () => desk.handle("boost", boost, false));
    expect(results.filter((result) => result.ok)).toHaveLength(10);
    expect(results.at(-1)).toMatchObject({ id: "a", ok: false, reason: "rate_limited" });
    expect(asked).toHaveLength(10);
    expect([desk.accepted, desk.refused]).toEqual([10, 2]);
  });

  it("takes one more for each second that passes", async () => {
    const clock = createManualClock();
    const { commands } = recordingCommands();
    const desk = createCommandDesk({ clock, log: silentLog, commands });
    for (let count = 0; count < 10; count++) desk.handle("boost", boost, false);
    await clock.advance(999);
    expect(desk.handle("boost", boost, false).ok).toBe(false);
    await clock.advance(1);
    expect(desk.handle("boost", boost, false).ok).toBe(true);
    expect(desk.handle("boost", boost, false).ok).toBe(false);
  });

  it("lets nonsense use up nobody's turn", () => {
    const { commands } = recordingCommands();
    const desk = createCommandDesk({ clock: createManualClock(), log: silentLog, commands });
    for (let count = 0; count < 50; count++) desk.handle("boost", Buffer.from("{"), false);
    expect(desk.handle("boost", boost, false)).toEqual({ id: "a", ok: true });
  });
});
