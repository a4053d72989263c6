/** Keys and list indexes from the root of the file to a value. */
export type ConfigPath = readonly (string | number)[];

/** Something wrong or doubtful in the config, before its line is known. */
export interface Finding {
  readonly at: ConfigPath;
  readonly problem: string;
  readonly remedy: string;
}

/** One problem as it is told: where, what, and what to do. */
export interface ConfigProblem {
  /** `devices[0].connection.port`; empty for the file as a whole. */
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
  /** Line in the file, from 1; undefined where it has none. */
  readonly line: number | undefined;
}

/** `["devices", 0, "name"]` as `devices[0].name`. */
export function pathText(path: ConfigPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");
}

export function startsWithPath(path: ConfigPath, start: ConfigPath): boolean {
  return start.length <= path.length && start.every((part, index) => part === path[index]);
}

/** Problems as lines for people: the place, what is wrong, and below it what to do. */
export function formatProblems(problems: readonly ConfigProblem[]): string {
  return problems
    .map(({ path, problem, remedy, line }) => {
      const place = [line === undefined ? "" : `line ${line}`, path].filter((part) => part !== "").join(", ");
      return `${place === "" ? "" : `${place}: `}${problem}\n    -> ${remedy}`;
    })
    .join("\n");
}
