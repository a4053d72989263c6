/** Fields of pino's own that every line has and that need no place in a line for people. */
const OWN_FIELDS = new Set(["level", "time", "pid", "hostname", "msg", "v"]);

const LEVEL_NAMES: readonly (readonly [number, string])[] = [
  [60, "FATAL"],
  [50, "ERROR"],
  [40, "WARN "],
  [30, "INFO "],
  [20, "DEBUG"],
];

/** One JSON line of pino as it is read by people: the phrase, then `key=value` of what stands in the object. */
export function readableLine(json: string): {
  readonly text: string;
  readonly levelNumber: number;
  readonly wallMs: number;
} {
  const entry = parseEntry(json);
  const fields = Object.entries(entry)
    .filter(([key]) => !OWN_FIELDS.has(key))
    .map(([key, value]) => `${key}=${fieldText(value)}`);
  const message = typeof entry.msg === "string" ? entry.msg : "";
  return {
    text: oneLine([message, ...fields].filter((part) => part !== "").join(" ")),
    levelNumber: typeof entry.level === "number" ? entry.level : 30,
    wallMs: typeof entry.time === "number" ? entry.time : 0,
  };
}

export function levelName(levelNumber: number): string {
  return LEVEL_NAMES.find(([least]) => levelNumber >= least)?.[1] ?? "TRACE";
}

function parseEntry(json: string): Record<string, unknown> {
  try {
    const entry: unknown = JSON.parse(json);
    return typeof entry === "object" && entry !== null ? { ...entry } : { msg: json };
  } catch {
    return { msg: json };
  }
}

function fieldText(value: unknown): string {
  if (typeof value === "string") return /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value) ?? String(value);
}

/** Whatever a device or server put into a field, a log line stays one line and moves no cursor. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
}
