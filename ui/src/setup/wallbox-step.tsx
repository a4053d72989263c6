import { say } from "../words.ts";
import type { ChosenWallbox } from "./draft.ts";
import type { StepProps } from "./set-up.tsx";
import { Field, Step } from "./step.tsx";
import type { Stranger } from "./wire.ts";

/** The wallbox dials the gateway: what to type into it, and who has dialled. */
export function WallboxStep({ draft, state, change }: StepProps) {
  const { wallbox } = draft;
  const set = (part: Partial<ChosenWallbox>) => change({ wallbox: { ...wallbox, ...part } });
  return (
    <Step number={3} name="wallbox" isDone={wallbox.identity !== "" && wallbox.maxA !== ""}>
      <p class="word">{say("setup.wallbox.what")}</p>
      {state.wallbox_urls.map((url) => (
        <code key={url} class="url">
          {url}
        </code>
      ))}
      {state.strangers.length === 0 ? (
        <p class="word waiting">{say("setup.wallbox.waiting")}</p>
      ) : (
        <ul class="offers">
          {state.strangers.map((stranger) => (
            <Dialled
              key={stranger.identity}
              stranger={stranger}
              isTaken={stranger.identity === wallbox.identity}
              onTake={() => set({ identity: stranger.identity })}
            />
          ))}
        </ul>
      )}
      <div class="fields">
        <Field
          label="setup.wallbox.identity"
          hint="setup.wallbox.identity.hint"
          value={wallbox.identity}
          onInput={(identity) => set({ identity })}
        />
        <Field
          label="setup.wallbox.max"
          hint="setup.wallbox.max.hint"
          unit="A"
          isNumber
          value={wallbox.maxA}
          onInput={(maxA) => set({ maxA })}
        />
        <fieldset class="chips">
          <legend>{say("setup.wallbox.phases")}</legend>
          {(["1", "3"] as const).map((phases) => (
            <button
              key={phases}
              type="button"
              aria-pressed={wallbox.phases === phases}
              onClick={() => set({ phases })}
            >
              {say(`setup.wallbox.phases.${phases}`)}
            </button>
          ))}
        </fieldset>
      </div>
    </Step>
  );
}

function Dialled(props: { stranger: Stranger; isTaken: boolean; onTake: () => void }) {
  const { stranger, isTaken, onTake } = props;
  return (
    <li class={`card ${isTaken ? "good" : "plain"}`}>
      <b>{stranger.identity}</b>
      <p class="word">{say("setup.wallbox.dialled", { address: stranger.remote_address })}</p>
      {stranger.offers_password ? <p class="warning">{say("setup.wallbox.password")}</p> : null}
      <button type="button" class="main" aria-pressed={isTaken} onClick={onTake}>
        {say(isTaken ? "setup.wallbox.taken" : "setup.wallbox.take")}
      </button>
    </li>
  );
}
