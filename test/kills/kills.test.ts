import { describe, expect, it } from "vitest";
import { runKills } from "./run-kills.ts";

describe("a daemon that is killed at random moments while a car charges", () => {
  it("loses no session, no counter beyond a minute, and leaves sound files each time", async () => {
    const { broken, figures } = await runKills({ seed: 5, kills: 3, rapidKills: 1 });
    expect(broken).toEqual([]);
    expect(figures.kills).toBe(4);
    expect(figures.charged_wh).toBeGreaterThan(500);
  }, 180_000);
});
