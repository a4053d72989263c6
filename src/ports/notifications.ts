import type { ConditionCode } from "../core/notice-codes.ts";

/** How one channel of notifications is. */
export interface NotificationChannelState {
  readonly name: string;
  readonly type: string;
  readonly waiting: number;
  readonly sent: number;
  /** Too old, too many, or refused. */
  readonly dropped: number;
  /** Why the last try failed; undefined after a good one. */
  readonly problem: string | undefined;
}

/** What people were told, and whether it reaches them. */
export interface NotificationDesk {
  channels(): readonly NotificationChannelState[];
  /** Conditions that were told and are not over. */
  raised(): readonly {
    readonly code: ConditionCode;
    readonly subject: string | undefined;
    readonly sinceWallMs: number;
  }[];
  /** Sends one through every channel, past the queue; `problem` says why it did not arrive. */
  test(): Promise<
    readonly { readonly name: string; readonly type: string; readonly problem: string | undefined }[]
  >;
}
