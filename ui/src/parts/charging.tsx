import { useEffect, useState } from "preact/hooks";
import { AnswerLine, useAnswer } from "../answer.tsx";
import { get, send } from "../api.ts";
import { decimal, energy } from "../format.ts";
import { type Goal, MODES, type PlanView, type View } from "../wire.ts";
import { say } from "../words.ts";

/** Mode, charge-now, and how much by when. */
export function Charging({ view, isLive }: { view: View; isLive: boolean }) {
  const { text, ask } = useAnswer();
  const { mode, plan } = view.state;
  return (
    <section aria-labelledby="charging-title">
      <h2 id="charging-title">{say("head.charging")}</h2>
      <fieldset class="modes">
        <legend class="unseen">{say("mode.label")}</legend>
        {MODES.map((name) => {
          const entry = view.available_modes.find((candidate) => candidate.mode === name);
          const isMissing = entry?.available === false && name !== mode;
          return (
            <button
              key={name}
              type="button"
              aria-pressed={name === mode}
              disabled={!isLive || isMissing}
              title={isMissing ? say("mode.unavailable") : undefined}
              onClick={() => ask(send("PUT", "/api/mode", { mode: name }))}
            >
              {say(`mode.${name}`)}
            </button>
          );
        })}
      </fieldset>
      <BoostButtons view={view} isLive={isLive} ask={ask} />
      <PlanForm isLive={isLive} plan={plan} ask={ask} />
      <AnswerLine text={text} />
    </section>
  );
}

type Ask = ReturnType<typeof useAnswer>["ask"];

/** One button, or one for each of several wallboxes. */
function BoostButtons({ view, isLive, ask }: { view: View; isLive: boolean; ask: Ask }) {
  const { wallboxes } = view;
  const boxes = wallboxes.length > 1 ? wallboxes : [{ name: "", boost: view.state.boost }];
  return boxes.map(({ name, boost }) => {
    const isBoosting = boost !== "off";
    const query = name === "" ? "" : `?wallbox=${encodeURIComponent(name)}`;
    return (
      <button
        key={name}
        type="button"
        class="boost"
        aria-pressed={isBoosting}
        disabled={!isLive}
        onClick={() => ask(send(isBoosting ? "DELETE" : "POST", `/api/boost${query}`))}
      >
        {name === "" ? "" : `${name}: `}
        {say(isBoosting ? "boost.cancel" : "boost.start")}
      </button>
    );
  });
}

function PlanForm({ isLive, plan, ask }: { isLive: boolean; plan: PlanView | null; ask: Ask }) {
  const [known, setKnown] = useState({ deadline: "", kWh: "" });
  /** What is being typed; an answer that comes meanwhile must not wipe it out. */
  const [typed, setTyped] = useState<Partial<typeof known>>({});
  const { deadline, kWh } = { ...known, ...typed };

  /** False when the gateway did not answer: what is shown stays. */
  async function read(): Promise<boolean> {
    const answer = await get<{ goal: Goal }>("/api/charge-plan");
    if (!answer.ok) return false;
    const { goal } = answer.value;
    setKnown({ deadline: usualDeadline(goal), kWh: String(goal.energy_kwh) });
    return true;
  }

  useEffect(() => void read(), []);

  async function change(question: ReturnType<typeof send>) {
    if ((await ask(question)) && (await read())) setTyped({});
  }

  function submit(event: Event) {
    event.preventDefault();
    const body = {
      ...(deadline === "" ? {} : { deadline }),
      ...(kWh === "" ? {} : { energy_kwh: Number(kWh) }),
    };
    void change(send("PUT", "/api/charge-plan", body));
  }

  return (
    <form class="plan" aria-label={say("plan.label")} noValidate onSubmit={submit}>
      <label>
        {say("plan.deadline")}{" "}
        <input
          type="time"
          value={deadline}
          onInput={(event) => setTyped({ ...typed, deadline: event.currentTarget.value })}
        />
      </label>
      <label>
        {say("plan.energy")}{" "}
        <input
          type="number"
          min="0"
          max="200"
          step="any"
          inputMode="decimal"
          value={kWh}
          onInput={(event) => setTyped({ ...typed, kWh: event.currentTarget.value })}
        />{" "}
        kWh
      </label>
      <button type="submit" disabled={!isLive}>
        {say("plan.set")}
      </button>
      <button type="button" disabled={!isLive} onClick={() => change(send("DELETE", "/api/charge-plan"))}>
        {say("plan.clear")}
      </button>
      {plan === null ? null : <p class="word">{planWords(plan)}</p>}
    </form>
  );
}

/** The deadline of most days. */
function usualDeadline({ days }: Goal): string {
  const times = Object.values(days).flatMap((day) => (day === null ? [] : [day.charge_deadline]));
  const count = (time: string) => times.filter((other) => other === time).length;
  return times.reduce((best, time) => (count(time) > count(best) ? time : best), times[0] ?? "");
}

function planWords(plan: PlanView): string {
  const parts = [
    say("plan.due", { energy: energy(plan.energy_needed_kwh * 1_000), deadline: plan.deadline_text }),
  ];
  if (plan.next_start_text !== null) {
    parts.push(say("plan.next", { start: plan.next_start_text, end: plan.next_end_text ?? "" }));
  }
  if (plan.expected_sun_kwh > 0)
    parts.push(say("plan.sun", { energy: energy(plan.expected_sun_kwh * 1_000) }));
  if (plan.expected_cost_ct !== null && plan.expected_cost_ct > 0) {
    parts.push(say("plan.cost", { euros: decimal(plan.expected_cost_ct / 100, 2) }));
  }
  return parts.join(", ");
}
