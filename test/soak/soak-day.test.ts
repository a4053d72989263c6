import { describe, expect, it } from "vitest";
import { createDayBook, missedGoals, type SoakDay, soakFigures } from "./soak-day.ts";
import { usageOf } from "./usage.ts";

const MB = 1_000_000;
const day = (rssMb: number, { handles = 40, writtenMb = 20 } = {}): SoakDay => ({
  rssBytes: rssMb * MB,
  handles,
  writtenBytes: writtenMb * MB,
});
const days = (count: number, of: (index: number) => SoakDay) =>
  Array.from({ length: count }, (_, index) => of(index));

describe("a day of a soak", () => {
  it("has the medians of what was seen, and what was written in it", () => {
    const book = createDayBook({ rssBytes: 1, handles: 1, writtenBytes: 100 });
    for (const rssBytes of [5, 900, 6])
      book.look({ rssBytes, handles: rssBytes, writtenBytes: 100 + rssBytes });
    expect(book.turn()).toEqual({ rssBytes: 6, handles: 6, writtenBytes: 6 });
    book.look({ rssBytes: 7, handles: 8, writtenBytes: 300 });
    expect(book.turn()).toEqual({ rssBytes: 7, handles: 8, writtenBytes: 194 });
  });

  it("is measured on a real process", () => {
    const { rssBytes, handles, writtenBytes } = usageOf(process.pid);
    expect(rssBytes).toBeGreaterThan(10 * MB);
    expect(handles).toBeGreaterThan(3);
    expect(writtenBytes).toBeGreaterThanOrEqual(0);
  });
});

describe("the figures of a soak", () => {
  it("leave out what happens in the first ten days, or in the first half of fewer", () => {
    const settling = (until: number) => (index: number) => day(100 + 10 * Math.min(index, until));
    expect(soakFigures(days(30, settling(10)))).toMatchObject({ warm_up_days: 10, rss_mb_per_week: 0 });
    expect(soakFigures(days(8, settling(4)))).toMatchObject({ warm_up_days: 4, rss_mb_per_week: 0 });
    expect(soakFigures(days(30, settling(20))).rss_mb_per_week).toBeGreaterThan(1);
  });

  it("say nothing of growth before a week has settled", () => {
    expect(missedGoals(soakFigures(days(12, (index) => day(200 + index))))).toEqual([]);
    expect(missedGoals(soakFigures(days(14, (index) => day(200 + index))))).toHaveLength(1);
  });

  it("miss no goal on flat days, and name each that is missed", () => {
    expect(missedGoals(soakFigures(days(30, (index) => day(200 + index / 10))))).toEqual([]);
    const leaking = days(30, (index) => day(200 + index, { handles: 40 + index, writtenMb: 51 }));
    expect(missedGoals(soakFigures(leaking))).toEqual([
      "memory grows by 7 MB a week, more than 1",
      "handles grow by 7 a week",
      "51 MB written on a day, more than 50",
    ]);
  });
});
