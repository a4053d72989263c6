import { parseDocument } from "yaml";
import type { HouseDraft } from "../ports/set-up.ts";

const HEADING = " Written by the set-up of the page. Every key is explained in docs/config.md.";

/** The config file with the parts of the draft in place of its own; other parts and comments stay as they are. */
export function configText(former: string, draft: HouseDraft): string {
  const document = parseDocument(former);
  if (former.trim() === "") document.commentBefore = HEADING;
  for (const [part, value] of Object.entries(draft)) document.set(part, document.createNode(literal(value)));
  return document.toString();
}

/** What a person types is meant as it stands: no text of theirs names a variable of the environment. */
function literal(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("${", () => "$${");
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literal(item)]));
}
