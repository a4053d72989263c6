import { amps } from "../format.ts";
import type { State } from "../wire.ts";
import { say } from "../words.ts";

/** What the car may draw, and the limit that binds, if one does. */
export function Limits({ state }: { state: State }) {
  return (
    <section aria-labelledby="limits-title">
      <h2 id="limits-title">{say("head.limits")}</h2>
      <p class="word">{allowedWords(state)}</p>
      {state.limited_by === null ? (
        <p class="word">{say("limit.none")}</p>
      ) : (
        <ul class="limits">
          <li class="binding">
            <b>{say(`limit.${state.limited_by}`)}</b>
            <em>{say("limit.binds")}</em>
          </li>
        </ul>
      )}
    </section>
  );
}

function allowedWords({ setpoint_a, phases }: State): string {
  if (setpoint_a === 0) return say("limit.paused");
  const figures = { current: amps(setpoint_a), phases };
  return say(phases === 1 ? "limit.allowed_one" : "limit.allowed", figures);
}
