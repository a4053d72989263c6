import { power } from "../format.ts";
import type { View } from "../wire.ts";
import { say, whySentence } from "../words.ts";
import { Charging } from "./charging.tsx";
import { Flow } from "./flow.tsx";
import { Limits } from "./limits.tsx";
import { Thresholds } from "./thresholds.tsx";

/** What happens now, why, and what can be changed about it. */
export function Now({ view, isLive }: { view: View; isLive: boolean }) {
  return (
    <>
      <section class="why" aria-label={phaseWords(view)}>
        <p class="phase" role="status">
          {phaseWords(view)}
        </p>
        <p class="sentence">{whySentence(view.state)}</p>
        <OtherBoxes view={view} />
      </section>
      <div class="columns">
        <Flow view={view} />
        <Charging view={view} isLive={isLive} />
      </div>
      <div class="columns">
        <Thresholds view={view} isLive={isLive} />
        <Limits view={view} />
      </div>
    </>
  );
}

function phaseWords({ state }: View): string {
  return say(state.boost === "off" ? `phase.${state.ux_phase}` : `phase.boost_${state.boost}`);
}

/** With several wallboxes each says its own reason. */
function OtherBoxes({ view }: { view: View }) {
  const boxes = view.wallboxes;
  if (boxes.length < 2) return null;
  return (
    <ul class="boxes">
      {boxes.map((box) => (
        <li key={box.name}>
          <b>{box.name}</b> {power(box.charge_w)} · {say(`vehicle.${box.vehicle}`)} · {whySentence(box)}
        </li>
      ))}
    </ul>
  );
}
