import { useEffect, useState } from "preact/hooks";
import { get } from "../api.ts";
import { say } from "../words.ts";
import { Devices } from "./devices.tsx";
import { type Draft, EMPTY_DRAFT } from "./draft.ts";
import { Finish } from "./finish.tsx";
import { House } from "./house.tsx";
import { Services } from "./services.tsx";
import { WallboxStep } from "./wallbox-step.tsx";
import type { SetUpState } from "./wire.ts";

const LOOK_AGAIN_MS = 1_500;

/** What each step gets. */
export interface StepProps {
  readonly draft: Draft;
  readonly state: SetUpState;
  change(part: Partial<Draft>): void;
}

/** Everything that a gateway must be told before it can steer, on one sheet. */
export function SetUp({ first }: { first: SetUpState }) {
  const [state, setState] = useState(first);
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [isWritten, setIsWritten] = useState(false);

  async function read() {
    const answer = await get<SetUpState>("/api/setup");
    if (!answer.ok) return;
    if (answer.value.is_needed) setState(answer.value);
    else location.reload();
  }

  useEffect(() => {
    const timer = setInterval(read, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, []);

  const step = {
    draft,
    state,
    change: (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part })),
  };
  return (
    <main class="setup">
      <section class="why">
        <p class="phase">{say("setup.hello")}</p>
        <p class="sentence">{say("setup.what")}</p>
      </section>
      <House {...step} />
      <Devices {...step} />
      <WallboxStep {...step} />
      <Services {...step} />
      <Finish {...step} isWritten={isWritten} onWritten={() => setIsWritten(true)} />
    </main>
  );
}
