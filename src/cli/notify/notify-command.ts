import { z } from "zod";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import { commandGroup } from "../command-group.ts";
import { askDaemon, daemonOptions } from "../daemon-client.ts";
import { detailOf, refuse } from "../daemon-commands.ts";
import type { DaemonRequest } from "../daemon-connection.ts";

const json = { summary: "Print JSON." };
const channelSchema = z.object({ name: z.string(), type: z.string(), problem: z.string().nullable() });
const testSchema = z.object({ channels: z.array(channelSchema) });
const listSchema = z.object({
  raised: z.array(z.object({ code: z.string(), subject: z.string().nullable(), since: z.string() })),
  channels: z.array(channelSchema.extend({ waiting: z.number(), sent: z.number(), dropped: z.number() })),
});

const testCommand: Command = {
  options: { ...daemonOptions, json },
  example: "hems-edge notify test",
  async run(input) {
    const answer = await ask(input, { method: "POST", path: "/api/notifications/test" }, testSchema);
    if (typeof answer === "number") return answer;
    const lines = answer.channels.map(
      ({ name, type, problem }) => `${name} (${type}): ${problem === null ? "sent" : `failed, ${problem}`}\n`,
    );
    input.io.out(input.switches.has("json") ? `${JSON.stringify(answer)}\n` : lines.join(""));
    return answer.channels.every(({ problem }) => problem === null) ? EXIT.ok : EXIT.failure;
  },
};

const listCommand: Command = {
  options: { ...daemonOptions, json },
  example: "hems-edge notify list",
  async run(input) {
    const answer = await ask(input, { method: "GET", path: "/api/notifications" }, listSchema);
    if (typeof answer === "number") return answer;
    input.io.out(input.switches.has("json") ? `${JSON.stringify(answer)}\n` : listText(answer));
    return EXIT.ok;
  },
};

function listText({ raised, channels }: z.infer<typeof listSchema>): string {
  const conditions = raised.map(
    ({ code, subject, since }) => `since ${since}  ${code}${subject === null ? "" : ` ${subject}`}\n`,
  );
  const states = channels.map(({ name, type, waiting, sent, dropped, problem }) => {
    const trouble = problem === null ? "" : `, last try failed: ${problem}`;
    return `${name} (${type}): ${sent} sent, ${waiting} waiting, ${dropped} dropped${trouble}\n`;
  });
  return [...(conditions.length === 0 ? ["Nothing is wrong.\n"] : conditions), ...states].join("");
}

/** What the daemon answers, or the exit code after saying why it does not. */
async function ask<T>(
  input: CommandInput,
  request: DaemonRequest,
  schema: z.ZodType<T>,
): Promise<T | number> {
  const answer = await askDaemon(input, request);
  if (!answer.ok) return refuse(input, answer.detail);
  if (answer.status !== 200)
    return refuse(input, detailOf(answer.body) ?? `the daemon answered ${answer.status}`);
  const parsed = schema.safeParse(answer.body);
  return parsed.success
    ? parsed.data
    : refuse(input, "the daemon answers in another version's words: update both");
}

export const notifyCommand = commandGroup("notify", [
  {
    name: "notify test",
    summary: "Send a test through every channel; exit 1 when one fails.",
    load: async () => testCommand,
  },
  {
    name: "notify list",
    summary: "Show what was told that is not over, and how the channels are.",
    load: async () => listCommand,
  },
]);
