import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { say } from "../words.ts";

/** One step of the set-up with its number; ticked once it holds what is needed. */
export function Step(props: { number: number; name: string; isDone: boolean; children: ComponentChildren }) {
  const { number, name, isDone, children } = props;
  const id = `step-${name}`;
  return (
    <section class={`step ${isDone ? "done" : ""}`} aria-labelledby={id}>
      <h2 id={id}>
        <span class="step-number" aria-hidden="true">
          {isDone ? "✓" : number}
        </span>
        {say(`setup.${name}.title`)}
      </h2>
      {children}
    </section>
  );
}

/** A line to type into, with its label above it and what it means below. */
export function Field(props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: string;
  unit?: string;
  isSecret?: boolean;
  isNumber?: boolean;
}) {
  const { label, value, onInput, hint, unit, isSecret = false, isNumber = false } = props;
  const id = useId();
  const typed = {
    id,
    autocomplete: "off" as const,
    spellcheck: false,
    "aria-describedby": hint === undefined ? undefined : `${id}-hint`,
    value,
    onInput: (event: { currentTarget: HTMLInputElement }) => onInput(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>{say(label)}</label>
      <span class="with-unit">
        {isSecret ? (
          <input type="password" {...typed} />
        ) : (
          <input type="text" inputMode={isNumber ? "decimal" : "text"} autocapitalize="none" {...typed} />
        )}
        {unit === undefined ? null : <span class="unit">{unit}</span>}
      </span>
      {hint === undefined ? null : (
        <small id={`${id}-hint`} class="hint">
          {say(hint)}
        </small>
      )}
    </div>
  );
}
