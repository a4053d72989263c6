import type { BoxHabits } from "../box-habits.ts";

/**
 * How far a fact is to be believed: `reported` by users or in the code of other projects, with the place;
 * `documented` by the maker; `assumed` from relatives of the model. None is measured by us yet.
 */
export type Maturity = "documented" | "reported" | "assumed";

/** One thing that is known of a model, for people. */
export interface ModelFact {
  readonly text: string;
  readonly maturity: Maturity;
  /** Where it is written, short: an issue, a pull request, a handbook. */
  readonly source: string;
}

/** What is known of one model or family of wallboxes. */
export interface WallboxModel {
  /** For the config: `wallbox.model`. */
  readonly key: string;
  readonly name: string;
  /** What BootNotification says; a model without `model` is any of this vendor. */
  readonly boot: { readonly vendor: RegExp; readonly model?: RegExp };
  /** Where the box differs from the specification. */
  readonly habits: Partial<BoxHabits>;
  /** The box offers no subprotocol in its handshake: `quirks.no_subprotocol` must be set before it can dial in. */
  readonly lacksSubprotocol?: true;
  readonly facts: readonly ModelFact[];
  /** What the owner must set in the box or know. */
  readonly advice?: string;
}

export function reported(text: string, source: string): ModelFact {
  return { text, source, maturity: "reported" };
}

export function assumed(text: string, source: string): ModelFact {
  return { text, source, maturity: "assumed" };
}

export function documented(text: string, source: string): ModelFact {
  return { text, source, maturity: "documented" };
}
