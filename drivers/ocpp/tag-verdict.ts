import type { JsonRecord } from "./box-link.ts";
import { textOf } from "./lenient-json.ts";

/** What can be said of a tag (OCPP 1.6 section 7.2). */
const STATUSES = ["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"] as const;
export type TagStatus = (typeof STATUSES)[number];

export function tagStatusOf(value: unknown): TagStatus | undefined {
  const text = textOf(value);
  return STATUSES.find((status) => status === text);
}

/** The answer to a station with what another authority says of its tag, where there is one and it says anything. */
export function withVerdict(
  answer: JsonRecord,
  field: "idTagInfo" | "idTokenInfo",
  verdict: Promise<TagStatus | undefined> | undefined,
): JsonRecord | Promise<JsonRecord> {
  if (verdict === undefined) return answer;
  return verdict.then((status) => (status === undefined ? answer : { ...answer, [field]: { status } }));
}
