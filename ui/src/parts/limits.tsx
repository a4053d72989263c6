import { amps } from "../format.ts";
import type { State } from "../wire.ts";
import { say } from "../words.ts";

/** Every limit as a slot, tightest first; the one that binds is lit. */
export function Limits({ state }: { state: State }) {
  const limits = [...(state.limits ?? [])].sort((a, b) => a.max_a - b.max_a);
  return (
    <section aria-labelledby="limits-title">
      <h2 id="limits-title">{say("head.limits")}</h2>
      <p class="word">{allowedWords(state)}</p>
      <ul class="limits">
        {limits.map(({ name, max_a }) => {
          const isBinding = name === state.limited_by;
          return (
            <li key={name} class={isBinding ? "binding" : ""}>
              <span>{say(`limit.${name}`)}</span>
              <b>{amps(Math.max(0, Math.floor(max_a * 10) / 10))}</b>
              {isBinding ? <em>{say("limit.binds")}</em> : null}
            </li>
          );
        })}
      </ul>
      {state.limited_by === null ? <p class="word">{say("limit.none")}</p> : null}
    </section>
  );
}

function allowedWords({ setpoint_a, phases }: State): string {
  if (setpoint_a === 0) return say("limit.paused");
  const figures = { current: amps(setpoint_a), phases };
  return say(phases === 1 ? "limit.allowed_one" : "limit.allowed", figures);
}
