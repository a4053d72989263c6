type Fields = Readonly<Record<string, unknown>>;

export interface Change {
  readonly before: Fields;
  readonly after: Fields;
}

/** The fields of `update` that differ from what `record` says, as they are and as they shall be. */
export function changedFields(record: Fields, update: Fields): Change {
  const names = Object.keys(update).filter((name) => record[name] !== update[name]);
  const pick = (fields: Fields) => Object.fromEntries(names.map((name) => [name, fields[name] ?? null]));
  return { before: pick(record), after: pick(update) };
}

export function isChange({ after }: Change): boolean {
  return Object.keys(after).length > 0;
}
