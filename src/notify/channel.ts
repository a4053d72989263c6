import type { NoticeCode } from "../core/notice-codes.ts";
import type { Notice } from "./notice.ts";

/** What became of a notice: `refused` will never be taken, `away` may be later. */
export type Delivery =
  | { readonly kind: "sent" }
  | { readonly kind: "refused"; readonly detail: string }
  | { readonly kind: "away"; readonly detail: string; readonly retryAfterMs?: number | undefined };

/** Brings one notice to people or programs. Takes at most its own timeout and never rejects. */
export type Deliver = (notice: Notice) => Promise<Delivery>;

export interface Channel {
  readonly name: string;
  readonly type: "webhook" | "ntfy" | "mqtt";
  /** Which notices it wants; undefined for all. */
  readonly only: readonly NoticeCode[] | undefined;
  readonly deliver: Deliver;
}
