import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { liveLine } from "../../src/cli/demo/live-line.ts";
import { sampleReport } from "../support/sample-report.ts";

const view = { clockText: "12:30", progress: 0.5, pulled: [] };

describe("the live line", () => {
  it("fits a terminal of 80 columns and ends the reason with an ellipsis", () => {
    const report = sampleReport({
      setpointA: 11,
      powers: {
        ...sampleReport().powers,
        pvPowerW: 8_000,
        gridPowerW: -52,
        chargePowerW: 7_448,
        loadPowerW: 7_948,
      },
      reason: {
        code: "following_surplus",
        text: "Charging from surplus: 7 500 W available, 11 A allowed.",
        germanText: "",
      },
    });
    const line = liveLine(report, view, 80);
    expect(line).toBe("12:30 ███░░░ sun 8.0 house 0.5 grid -0.1 car 7.4 kW/11 A Charging from surplus…");
    expect(line.length).toBe(79);
  });

  it("shows the whole reason where there is room", () => {
    expect(liveLine(sampleReport(), view, 160)).toMatch(/Charging with 10 A from the sun\.$/);
  });

  it("names what is pulled, and shows no number where none is known", () => {
    const powers = { ...sampleReport().powers, gridPowerW: undefined, loadPowerW: undefined };
    const line = liveLine(sampleReport({ powers }), { ...view, pulled: ["meter", "broker"] }, 160);
    expect(line).toContain("[pulled: meter, broker]");
    expect(line).toContain("house -- kW grid -- kW");
  });

  it("says that it starts before the first pass", () => {
    expect(liveLine(undefined, { ...view, progress: 0 }, 80)).toBe("12:30 ░░░░░░ starting");
  });

  it("never wraps, whatever the width, and keeps its bar as long", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 40, max: 200 }),
        fc.double({ min: -1, max: 2, noNaN: true }),
        fc.subarray(["inverter", "meter", "wallbox", "partner", "broker"]),
        (columns, progress, pulled) => {
          const line = liveLine(sampleReport(), { ...view, progress, pulled }, columns);
          expect(line.length).toBeLessThan(columns);
          expect(line.split(" ")[1]).toMatch(/^(?=.{6}$|.{12}$)█*░*$/);
        },
      ),
    );
  });
});
