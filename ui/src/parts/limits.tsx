import { useRef } from "preact/hooks";
import { amps, decimal, power } from "../format.ts";
import type { LimitSlot, State, View } from "../wire.ts";
import { say } from "../words.ts";

/** What the car may draw, and a slot for each limit with what it leaves; the one that binds is lit. */
export function Limits({ view }: { view: View }) {
  const { state } = view;
  const slots = useSteadySlots(view.limits);
  const boxSlots = slots.filter(({ name }) => BOX_LIMITS.has(name));
  const boxA = Math.min(...boxSlots.map(({ max_a }) => max_a ?? USUAL_BOX_A));
  return (
    <section aria-labelledby="limits-title">
      <h2 id="limits-title">{say("head.limits")}</h2>
      <p class="word">
        {allowedWords(state)}
        {state.limited_by === null ? ` – ${say("limit.none")}` : ""}
      </p>
      <p class="word">{say("limit.what")}</p>
      <ul class="limits">
        {slots.map((slot) => (
          <Slot key={slot.name} slot={slot} view={view} boxA={boxA} />
        ))}
      </ul>
    </section>
  );
}

/** What most wallboxes carry at most, A: for one of which nothing is known at the moment. */
const USUAL_BOX_A = 32;

interface SlotProps {
  readonly slot: LimitSlot;
  readonly view: View;
  /** What wallbox and cable carry, A: there the bars end. */
  readonly boxA: number;
}

function Slot({ slot, view, boxA }: SlotProps) {
  const { name, max_a: maxA } = slot;
  const isBinding = name === view.state.limited_by;
  const note = noteOf(name, view);
  return (
    <li class={`slot ${isBinding ? "binding" : ""}`}>
      <span class="slot-name">{say(`limit.${name}`)}</span>
      <b>{leftWords(slot, boxA)}</b>
      <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="4" rx="2" />
        <rect class="full" width={(Math.min(maxA ?? 0, boxA) / Math.max(1, boxA)) * 100} height="4" rx="2" />
      </svg>
      {note === "" ? null : <small class="slot-note">{note}</small>}
      {isBinding ? <em>{say("limit.binds")}</em> : null}
    </li>
  );
}

/** What wallbox and cable carry: beyond it no other limit is felt. */
const BOX_LIMITS = new Set(["wallbox_rating", "cable", "configured_maximum"]);

/** More than the box carries is no figure that says anything to anybody: with sun it may exceed the main fuse itself. */
function leftWords({ name, max_a: maxA }: LimitSlot, boxA: number): string {
  if (maxA === null) return "–";
  if (!BOX_LIMITS.has(name) && maxA >= boxA) return say("limit.enough");
  return amps(Math.round(maxA * 10) / 10);
}

/** What the limit is made of. */
function noteOf(name: string, { telemetry, connection, state }: View): string {
  switch (name) {
    case "main_fuse": {
      const limit = amps(connection.main_fuse_a);
      const phases = telemetry.grid_phases_a?.map(
        (current, index) => `L${index + 1} ${decimal(Math.round(Math.max(0, current)), 0)}`,
      );
      if (phases === undefined) return say("limit.a_phase", { limit });
      return say("limit.in_use", { phases: phases.join(" · "), limit });
    }
    case "site_import":
      return importWords(connection.import_limit_w);
    case "grid_operator":
      return importWords(state.grid_operator?.limit_w ?? null);
    default:
      return "";
  }
}

function importWords(limitW: number | null): string {
  return limitW === null ? "" : say("limit.import", { limit: power(limitW) });
}

/** While a change is on its way nothing can be told of some limits: they keep what was told last. */
function useSteadySlots(limits: readonly LimitSlot[]): readonly LimitSlot[] {
  const told = useRef(new Map<string, number>());
  return limits.map(({ name, max_a: maxA }) => {
    if (maxA !== null) told.current.set(name, maxA);
    return { name, max_a: maxA ?? told.current.get(name) ?? null };
  });
}

function allowedWords({ setpoint_a, phases }: State): string {
  if (setpoint_a === 0) return say("limit.paused");
  const figures = { current: amps(setpoint_a), phases };
  return say(phases === 1 ? "limit.allowed_one" : "limit.allowed", figures);
}
