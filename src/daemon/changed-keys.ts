/**
 * Paths, such as `config.control.mode`, at which two values of plain data or maps by text differ; never the values
 * themselves.
 */
export function changedKeys(before: unknown, after: unknown, path = ""): readonly string[] {
  if (Object.is(before, after)) return [];
  if (before instanceof Map && after instanceof Map)
    return changedKeys(Object.fromEntries(before), Object.fromEntries(after), path);
  if (!isRecord(before) || !isRecord(after)) return [path];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) =>
    changedKeys(before[key], after[key], path === "" ? key : `${path}.${key}`),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
