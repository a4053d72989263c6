import type { DraftVerdict } from "./set-up.ts";

/** Names of files with their text. */
export type BundleTexts = Readonly<Record<string, string>>;

/** What helps whoever looks for a fault; nothing of it holds a secret. */
export interface SupportDesk {
  /** What is wrong or doubtful in the config file as it is now. */
  check(): DraftVerdict;
  /** Config, records, log and versions beside what the caller knows. Takes as long as disk and journal do; never rejects. */
  bundle(known: BundleTexts): Promise<BundleTexts>;
}
