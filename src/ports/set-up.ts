import type { DeviceAddress, SearchAnswer, SearchQuestion } from "./device-search.ts";
import type { Stranger } from "./wallbox-card.ts";

/** What a person has said of the house: parts of the config file, as they would stand there. */
export type HouseDraft = Readonly<Record<string, unknown>>;

/** Something wrong or doubtful in the draft; `path` as in `devices[0].connection.port`. */
export interface DraftFinding {
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
}

export interface DraftVerdict {
  readonly problems: readonly DraftFinding[];
  readonly warnings: readonly DraftFinding[];
}

export type SetUpOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly problems: readonly DraftFinding[] }
  /** The file cannot be written; `text` is what should stand in it. */
  | { readonly ok: false; readonly detail: string; readonly text: string };

/** A search of the network, under way or done. */
export interface NetworkScan {
  readonly network: string;
  readonly isRunning: boolean;
  readonly tried: number;
  readonly total: number;
  readonly found: readonly DeviceAddress[];
}

export interface SetUpView {
  readonly configPath: string;
  /** What a wallbox is told to dial, without its identity: `ws://192.168.1.5:8887/`. */
  readonly wallboxUrls: readonly string[];
  /** Wallboxes that have dialled, the newest first. */
  readonly strangers: readonly Stranger[];
  readonly networks: readonly string[];
  readonly scan: NetworkScan | undefined;
}

/** Sets a gateway up that has no house yet. */
export interface SetUpDesk {
  view(): SetUpView;
  /** Refused while another question is being asked. */
  ask(question: SearchQuestion): Promise<SearchAnswer>;
  /** False where this machine has no such network, or a search is under way. */
  startScan(network: string): boolean;
  stopScan(): void;
  check(draft: HouseDraft): DraftVerdict;
  /** Writes the config. The gateway goes on with it when `goOn` is called. */
  finish(draft: HouseDraft): SetUpOutcome;
  goOn(): void;
}
