import { closestName } from "../config/closest-name.ts";
import { minuteOfDay, WEEKDAYS } from "../core/planner/local-time.ts";
import { EXIT } from "../service/exit-codes.ts";
import type { Command, CommandInput } from "./command.ts";
import { askDaemon, daemonOptions } from "./daemon-client.ts";
import { detailOf, refuse } from "./daemon-commands.ts";
import type { DaemonRequest } from "./daemon-connection.ts";
import { daemonPlanSchema, planText } from "./plan-text.ts";

const PATH = "/api/charge-plan";

/** Options that are numbers, with the member of the request that each becomes. */
const NUMBERS = {
  "energy-kwh": "energy_kwh",
  "target-soc": "target_soc_pct",
  "car-battery-kwh": "car_battery_kwh",
  "arrival-soc": "arrival_soc_pct",
} as const;

export const planCommand: Command = {
  options: {
    deadline: { summary: "When the car must be ready, local time.", placeholder: "HH:MM" },
    days: {
      summary: "Days that differ, as mon-fri=06:30,sat=09:00,sun=none.",
      placeholder: "DAYS=HH:MM,...",
    },
    "energy-kwh": { summary: "Energy that a session should bring, kWh.", placeholder: "N" },
    "target-soc": { summary: "Or the state of charge to reach, %.", placeholder: "PCT" },
    "car-battery-kwh": {
      summary: "Usable capacity of the car's battery, for --target-soc.",
      placeholder: "N",
    },
    "arrival-soc": { summary: "State of charge at plug-in, %, for --target-soc.", placeholder: "PCT" },
    wallbox: { summary: "Name of a wallbox, where there are several.", placeholder: "NAME" },
    clear: { summary: "Take all of it back: the partner's policy or the config holds again." },
    ...daemonOptions,
    json: { summary: "Print JSON." },
  },
  example: "hems-edge plan --deadline 07:00 --energy-kwh 20",
  async run(input) {
    const change = changeAsked(input);
    if (typeof change === "string") {
      input.io.err(`hems-edge plan: ${change}\n`);
      return EXIT.usage;
    }
    if (change !== undefined) {
      const answer = await askDaemon(input, change);
      if (!answer.ok) return refuse(input, answer.detail);
      if (answer.status > 299)
        return refuse(input, detailOf(answer.body) ?? `the daemon answered ${answer.status}`);
    }
    return show(input);
  },
};

async function show(input: CommandInput): Promise<number> {
  const answer = await askDaemon(input, { method: "GET", path: pathFor(input) });
  if (!answer.ok) return refuse(input, answer.detail);
  if (answer.status !== 200)
    return refuse(input, detailOf(answer.body) ?? `the daemon answered ${answer.status}`);
  const parsed = daemonPlanSchema.safeParse(answer.body);
  if (!parsed.success) return refuse(input, "the daemon answers in another version's words: update both");
  input.io.out(input.switches.has("json") ? `${JSON.stringify(answer.body)}\n` : planText(parsed.data));
  return EXIT.ok;
}

function pathFor({ texts }: CommandInput): string {
  return texts.wallbox === undefined ? PATH : `${PATH}?wallbox=${encodeURIComponent(texts.wallbox)}`;
}

/** The request for what was typed; undefined where nothing is to be changed, a sentence for a mistake. */
function changeAsked(input: CommandInput): DaemonRequest | undefined | string {
  const { texts, switches } = input;
  const body = bodyOf(texts);
  if (typeof body === "string") return body;
  const isChange = Object.keys(body).length > 0;
  if (switches.has("clear")) {
    return isChange ? "--clear goes alone" : { method: "DELETE", path: pathFor(input) };
  }
  if (!isChange) return undefined;
  const wallbox = texts.wallbox === undefined ? {} : { wallbox: texts.wallbox };
  return { method: "PUT", path: PATH, body: { ...body, ...wallbox } };
}

function bodyOf(texts: CommandInput["texts"]): Readonly<Record<string, unknown>> | string {
  const body: Record<string, unknown> = {};
  const { deadline, days } = texts;
  if (deadline !== undefined) {
    if (minuteOfDay(deadline) === undefined) return `--deadline takes HH:MM, not ${deadline}`;
    body.deadline = deadline;
  }
  if (days !== undefined) {
    const parsed = daysOf(days);
    if (typeof parsed === "string") return parsed;
    body.days = parsed;
  }
  for (const [option, member] of Object.entries(NUMBERS)) {
    const text = texts[option];
    if (text === undefined) continue;
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value)) return `--${option} takes a number, not ${text}`;
    body[member] = value;
  }
  return body;
}

/** `mon-fri=06:30,sat=none` as the request has it. */
function daysOf(
  text: string,
): Readonly<Record<string, { readonly charge_deadline: string } | null>> | string {
  const days: Record<string, { readonly charge_deadline: string } | null> = {};
  for (const part of text.split(",")) {
    const [names = "", time = "", ...rest] = part.trim().split("=");
    const weekdays = weekdaysOf(names);
    if (typeof weekdays === "string") return weekdays;
    if (rest.length > 0 || (time !== "none" && minuteOfDay(time) === undefined)) {
      return `--days takes ${names}=HH:MM or ${names}=none`;
    }
    for (const weekday of weekdays) days[weekday] = time === "none" ? null : { charge_deadline: time };
  }
  return days;
}

function weekdaysOf(names: string): readonly string[] | string {
  const [first = "", last = first, ...rest] = names.split("-");
  const indexes = [first, last].map((name) => (WEEKDAYS as readonly string[]).indexOf(name));
  const [from = -1, to = -1] = indexes;
  if (from < 0 || to < 0 || rest.length > 0) {
    const unknown = from < 0 ? first : last;
    const meant = closestName(unknown, WEEKDAYS);
    return `--days: unknown day ${unknown}, ${meant === undefined ? `use ${WEEKDAYS.join(", ")}` : `did you mean ${meant}?`}`;
  }
  // From Saturday to Monday is around the end of the week.
  const count = ((to - from + WEEKDAYS.length) % WEEKDAYS.length) + 1;
  return Array.from({ length: count }, (_, ahead) => WEEKDAYS[(from + ahead) % WEEKDAYS.length] ?? first);
}
