import { z } from "zod";

export const historySchema = z.strictObject({
  minutes_days: z.int().min(2).max(3_650).default(400).describe("Minutes are kept this long, days."),
  events_days: z
    .int()
    .min(2)
    .max(3_650)
    .default(800)
    .describe("Events are kept this long, days; a grid operator may ask for two years."),
  quarters_days: z
    .int()
    .min(2)
    .max(36_500)
    .default(3_650)
    .describe("Quarters of an hour and charging sessions are kept this long, days."),
  max_mb: z
    .int()
    .min(1)
    .max(100_000)
    .default(200)
    .describe("Largest size of the history, MB; beyond it the oldest goes, minutes first."),
});
