import { useState } from "preact/hooks";
import { get } from "../api.ts";
import { say } from "../words.ts";
import { Findings, type Verdict } from "./findings.tsx";

/** The config file as it is now, and what helps whoever looks for a fault. */
export function Support() {
  const [verdict, setVerdict] = useState<Verdict | undefined>(undefined);
  const [detail, setDetail] = useState("");

  async function check() {
    const answer = await get<Verdict>("/api/config-check");
    setVerdict(answer.ok ? answer.value : undefined);
    setDetail(answer.ok ? verdictWords(answer.value) : answer.detail || say("answer.failed"));
  }

  return (
    <section aria-labelledby="support-title">
      <h2 id="support-title">{say("head.support")}</h2>
      <div class="card plain">
        <p class="word">{say("support.what")}</p>
        <div class="inline">
          <button type="button" onClick={check}>
            {say("support.check")}
          </button>
          <a class="button" href="/api/support-bundle" download="hems-edge-support.json">
            {say("support.bundle")}
          </a>
        </div>
        <p class="answer" role="status">
          {detail}
        </p>
        <Findings findings={verdict?.problems ?? []} kind="problem" />
        <Findings findings={verdict?.warnings ?? []} kind="hint" />
      </div>
    </section>
  );
}

function verdictWords({ problems, warnings }: Verdict): string {
  if (problems.length > 0) return say("support.problems", { n: problems.length });
  return warnings.length > 0 ? say("support.warnings", { n: warnings.length }) : say("support.good");
}
