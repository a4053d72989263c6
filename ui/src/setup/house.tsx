import { say } from "../words.ts";
import type { StepProps } from "./set-up.tsx";
import { Field, Step } from "./step.tsx";

const USUAL_FUSES_A = ["35", "50", "63"];

/** The house and its connection. */
export function House({ draft, change }: StepProps) {
  return (
    <Step number={1} name="house" isDone={draft.fuseA !== "" && draft.peakW !== ""}>
      <div class="fields">
        <Field
          label="setup.house.fuse"
          hint="setup.house.fuse.hint"
          unit="A"
          isNumber
          value={draft.fuseA}
          onInput={(fuseA) => change({ fuseA })}
        />
        <fieldset class="chips">
          <legend class="unseen">{say("setup.house.fuse")}</legend>
          {USUAL_FUSES_A.map((fuseA) => (
            <button
              key={fuseA}
              type="button"
              aria-pressed={draft.fuseA === fuseA}
              onClick={() => change({ fuseA })}
            >
              {fuseA} A
            </button>
          ))}
        </fieldset>
        <Field
          label="setup.house.peak"
          hint="setup.house.peak.hint"
          unit="W"
          isNumber
          value={draft.peakW}
          onInput={(peakW) => change({ peakW })}
        />
        <Field
          label="setup.house.name"
          hint="setup.house.name.hint"
          value={draft.name}
          onInput={(name) => change({ name })}
        />
      </div>
    </Step>
  );
}
