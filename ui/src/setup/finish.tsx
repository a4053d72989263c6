import { useState } from "preact/hooks";
import { send } from "../api.ts";
import { Findings, type Verdict } from "../parts/findings.tsx";
import { say } from "../words.ts";
import { draftBody } from "./draft.ts";
import type { StepProps } from "./set-up.tsx";
import { Step } from "./step.tsx";

/** Checks what was gathered, writes it, and hands over to the daemon. */
export function Finish(props: StepProps & { isWritten: boolean; onWritten: () => void }) {
  const { draft, state, isWritten, onWritten } = props;
  const [verdict, setVerdict] = useState<Verdict | undefined>(undefined);
  const [detail, setDetail] = useState("");
  /** What the gateway could not write itself. */
  const [unwritten, setUnwritten] = useState("");

  async function check(): Promise<boolean> {
    const answer = await send<Verdict>("POST", "/api/setup/check", draftBody(draft));
    setDetail(answer.ok ? "" : answer.detail || say("answer.failed"));
    setVerdict(answer.ok ? answer.value : undefined);
    return answer.ok && answer.value.problems.length === 0;
  }

  async function write() {
    if (!(await check())) return;
    const answer = await send("PUT", "/api/setup", draftBody(draft));
    if (answer.ok) return onWritten();
    setDetail(answer.detail || say("answer.failed"));
    setUnwritten(answer.text ?? "");
  }

  return (
    <Step number={5} name="finish" isDone={isWritten}>
      <p class="word">{say("setup.finish.what", { path: state.config_path })}</p>
      <Findings findings={verdict?.problems ?? []} kind="problem" />
      <Findings findings={verdict?.warnings ?? []} kind="hint" />
      <p class="answer" role="status">
        {isWritten ? say("setup.finish.starting") : detail}
      </p>
      {unwritten === "" ? null : (
        <textarea class="unwritten" readOnly rows={12} aria-label={state.config_path} value={unwritten} />
      )}
      <div class="inline">
        <button type="button" onClick={check} disabled={isWritten}>
          {say("setup.finish.check")}
        </button>
        <button type="button" class="main" onClick={write} disabled={isWritten}>
          {say("setup.finish.write")}
        </button>
      </div>
      {verdict !== undefined && verdict.problems.length === 0 && !isWritten ? (
        <p class="word">{say("setup.finish.good")}</p>
      ) : null}
    </Step>
  );
}
