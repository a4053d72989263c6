/** Something wrong or doubtful in the config, in the gateway's words. */
export interface Finding {
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
}

/** What a check of the config found. */
export interface Verdict {
  readonly problems: readonly Finding[];
  readonly warnings: readonly Finding[];
}

export function Findings({ findings, kind }: { findings: readonly Finding[]; kind: "problem" | "hint" }) {
  if (findings.length === 0) return null;
  return (
    <ul class={`findings ${kind}`}>
      {findings.map(({ path, problem, remedy }) => (
        <li key={`${path} ${problem}`}>
          {path === "" ? null : <code>{path}</code>} {problem}
          <small class="remedy">{remedy}</small>
        </li>
      ))}
    </ul>
  );
}
