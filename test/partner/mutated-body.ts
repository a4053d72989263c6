import fc from "fast-check";

/** A good body with one place cut out or replaced by anything, then perhaps cut or corrupted as text. */
export function mutatedBody(good: object): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.jsonValue({ maxDepth: 4 }),
      fc.nat(),
      fc.constantFrom("replace", "delete", "add", "cut", "flip"),
      fc.nat(),
      fc.string(),
    )
    .map(([value, place, how, position, key]) => {
      const body = structuredClone(good) as Record<string, unknown>;
      const target = objectsIn(body)[place % objectsIn(body).length] ?? body;
      const names = Object.keys(target);
      const name = names[position % Math.max(1, names.length)] ?? key;
      if (how === "replace") target[name] = value;
      if (how === "delete") delete target[name];
      if (how === "add") Object.defineProperty(target, key, { value, enumerable: true });
      const text = JSON.stringify(body);
      if (how === "cut") return text.slice(0, position % text.length);
      if (how === "flip")
        return text.slice(0, position % text.length) + key + text.slice((position % text.length) + 1);
      return text;
    });
}

function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== "object" || value === null) return [];
  const own = Array.isArray(value) ? [] : [value as Record<string, unknown>];
  return [...own, ...Object.values(value).flatMap(objectsIn)];
}
