import { z } from "zod";
import { parseIsoMs } from "../core/iso-time.ts";
import { EXIT } from "../service/exit-codes.ts";
import type { Command } from "./command.ts";
import { askDaemon, daemonOptions } from "./daemon-client.ts";
import { detailOf, refuse } from "./daemon-commands.ts";

const summary = z.object({ min: z.number(), mean: z.number(), max: z.number() }).nullable();
const periodSchema = z.object({
  limit: z.string(),
  source: z.string(),
  value: z.number(),
  unit: z.string(),
  start: z.string(),
  end: z.string(),
  is_over: z.boolean(),
  charge_w: summary,
  grid_w: summary,
});
const answerSchema = z.object({ limits: z.array(periodSchema) });
type Period = z.infer<typeof periodSchema>;

export const limitsCommand: Command = {
  options: {
    from: { summary: "Only what lasted beyond this time, ISO 8601.", placeholder: "TIME" },
    to: { summary: "Only what began before this time, ISO 8601.", placeholder: "TIME" },
    ...daemonOptions,
    json: { summary: "Print JSON." },
  },
  example: "hems-edge limits --from 2026-11-01T00:00:00Z",
  async run(input) {
    const query = new URLSearchParams();
    for (const name of ["from", "to"]) {
      const text = input.texts[name];
      if (text !== undefined && parseIsoMs(text) === undefined) {
        input.io.err(
          `hems-edge limits: --${name} ${text} is no ISO 8601 time such as 2026-11-21T12:00:00Z\n`,
        );
        return EXIT.usage;
      }
      if (text !== undefined) query.set(name, text);
    }
    const answer = await askDaemon(input, { method: "GET", path: `/api/limits?${query}` });
    if (!answer.ok) return refuse(input, answer.detail);
    if (answer.status !== 200)
      return refuse(input, detailOf(answer.body) ?? `the daemon answered ${answer.status}`);
    const parsed = answerSchema.safeParse(answer.body);
    if (!parsed.success) return refuse(input, "the daemon answers in another version's words: update both");
    const isJson = input.switches.has("json");
    input.io.out(isJson ? `${JSON.stringify(answer.body)}\n` : limitsText(parsed.data.limits));
    return EXIT.ok;
  },
};

/** One line for each period, newest first. */
export function limitsText(periods: readonly Period[]): string {
  if (periods.length === 0) return "No limit has been in force.\n";
  const lines = periods.map((period) => {
    const end = period.is_over ? period.end : "now";
    const who = period.limit === "grid_operator" ? `${period.limit} (${period.source})` : period.limit;
    return `${period.start}  to ${end.padEnd(24)}  ${who}: ${period.value} ${period.unit}, ${powersText(period)}`;
  });
  return `${lines.join("\n")}\n`;
}

function powersText({ charge_w: charge, grid_w: grid }: Period): string {
  return `car ${powerText(charge)}, grid ${powerText(grid)}`;
}

function powerText(power: Period["charge_w"]): string {
  return power === null ? "not measured" : `${power.min} to ${power.max} W, mean ${power.mean} W`;
}
