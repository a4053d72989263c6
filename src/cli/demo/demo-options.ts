import { type DayTrace, DEFAULT_DAY, listShippedDays, loadDay } from "../../../simulator/house/day-trace.ts";
import { PEER_NAMES, type PeerName } from "../../../simulator/site.ts";
import type { CommandInput } from "../command.ts";
import { createOptionReader } from "../simulate/option-reader.ts";
import { batteryOf } from "../simulate/peer-options.ts";

/** A peer that is away from `fromMs` to `untilMs` of the day. */
export interface PlannedPull {
  readonly peer: PeerName;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface DemoRequest {
  readonly trace: DayTrace;
  readonly timeZone: string;
  readonly speed: number | undefined;
  readonly pagePort: number;
  readonly pulls: readonly PlannedPull[];
  /** Undefined: a house without a home battery. */
  readonly battery: ReturnType<typeof batteryOf>;
}

export type DemoRequestOutcome =
  | { readonly ok: true; readonly request: DemoRequest }
  | { readonly ok: false; readonly problem: string };

const PULL_PATTERN = /^([a-z]+)@(\d{1,2}):(\d{2})\+(\d{1,4})$/;
const MINUTE_MS = 60_000;
const HIGHEST_SPEED = 100_000;
const PAGE_PORT = 8_090;

/** What the options of `demo` ask for; the first mistake as a sentence. */
export function demoRequest(input: CommandInput, defaultSpeed: number | undefined): DemoRequestOutcome {
  const { texts, lists } = input;
  const reader = createOptionReader(input);
  const battery = batteryOf(reader);
  const problem = reader.problem();
  if (problem !== undefined) return { ok: false, problem };
  const loaded = loadDay(texts.day ?? DEFAULT_DAY);
  if (!loaded.ok) return { ok: false, problem: loaded.problem };
  const speed = texts.speed === undefined ? defaultSpeed : Number(texts.speed);
  if (speed !== undefined && !(speed >= 1 && speed <= HIGHEST_SPEED)) {
    return { ok: false, problem: `--speed takes a number from 1 to ${HIGHEST_SPEED}` };
  }
  const pagePort = Number(texts.port ?? PAGE_PORT);
  if (!(Number.isInteger(pagePort) && pagePort >= 0 && pagePort <= 65_535)) {
    return { ok: false, problem: "--port takes a number from 0 to 65535" };
  }
  const pulls: PlannedPull[] = [];
  for (const text of lists.pull ?? []) {
    const pull = plannedPull(text);
    if (pull === undefined) {
      return { ok: false, problem: `--pull takes PEER@HH:MM+MINUTES with one of ${PEER_NAMES.join(", ")}` };
    }
    pulls.push(pull);
  }
  const { trace } = loaded;
  const timeZone = listShippedDays().find(({ name }) => name === trace.name)?.time_zone ?? "UTC";
  return { ok: true, request: { trace, timeZone, speed, pagePort, pulls, battery } };
}

/** `meter@12:00+30`: the meter is away for 30 minutes from noon of the day on. */
export function plannedPull(text: string): PlannedPull | undefined {
  const match = PULL_PATTERN.exec(text);
  const peer = PEER_NAMES.find((name) => name === match?.[1]);
  if (match === null || peer === undefined) return undefined;
  const [hours, minutes, lengthMinutes] = [Number(match[2]), Number(match[3]), Number(match[4])];
  if (hours > 23 || minutes > 59) return undefined;
  const fromMs = (hours * 60 + minutes) * MINUTE_MS;
  return { peer, fromMs, untilMs: fromMs + lengthMinutes * MINUTE_MS };
}
