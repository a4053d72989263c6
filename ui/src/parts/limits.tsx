import { useRef } from "preact/hooks";
import { amps, decimal, power } from "../format.ts";
import type { LimitSlot, State, View } from "../wire.ts";
import { say } from "../words.ts";

/** What the car may draw, and a slot for each limit with what it leaves; the one that binds is lit. */
export function Limits({ view }: { view: View }) {
  const { state } = view;
  const slots = useSteadySlots(view.limits);
  const mostA = Math.max(state.setpoint_a, ...slots.map(({ max_a }) => Math.min(max_a ?? 0, SCALE_A)));
  return (
    <section aria-labelledby="limits-title">
      <h2 id="limits-title">{say("head.limits")}</h2>
      <p class="word">
        {allowedWords(state)}
        {state.limited_by === null ? ` – ${say("limit.none")}` : ""}
      </p>
      <ul class="limits">
        {slots.map((slot) => (
          <Slot key={slot.name} slot={slot} view={view} mostA={mostA} />
        ))}
      </ul>
    </section>
  );
}

/** What is larger than any car takes need not stretch the bars, A. */
const SCALE_A = 32;

function Slot({ slot, view, mostA }: { slot: LimitSlot; view: View; mostA: number }) {
  const { name, max_a: maxA } = slot;
  const isBinding = name === view.state.limited_by;
  const note = noteOf(name, view);
  return (
    <li class={`slot ${isBinding ? "binding" : ""}`}>
      <span class="slot-name">{say(`limit.${name}`)}</span>
      <b>{maxA === null ? "–" : amps(Math.round(maxA * 10) / 10)}</b>
      <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="4" rx="2" />
        <rect
          class="full"
          width={(Math.min(maxA ?? 0, mostA) / Math.max(1, mostA)) * 100}
          height="4"
          rx="2"
        />
      </svg>
      {note === "" ? null : <small class="slot-note">{note}</small>}
      {isBinding ? <em>{say("limit.binds")}</em> : null}
    </li>
  );
}

/** What the limit is made of. */
function noteOf(name: string, { telemetry, connection, state }: View): string {
  switch (name) {
    case "main_fuse": {
      const phases = telemetry.grid_phases_a?.map(
        (current, index) => `L${index + 1} ${decimal(Math.round(current) + 0, 0)}`,
      );
      const drawn = phases === undefined ? "" : `${phases.join(" · ")} `;
      return `${drawn}${say("limit.of", { limit: amps(connection.main_fuse_a) })}`;
    }
    case "site_import":
      return connection.import_limit_w === null
        ? ""
        : say("limit.of", { limit: power(connection.import_limit_w) });
    case "grid_operator": {
      const limitW = state.grid_operator?.limit_w ?? null;
      return limitW === null ? "" : say("limit.of", { limit: power(limitW) });
    }
    default:
      return "";
  }
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
