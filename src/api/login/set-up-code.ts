import { randomInt } from "node:crypto";
import type { Logger } from "pino";
import type { AccessFile } from "./access-file.ts";
import { hashOf } from "./api-tokens.ts";

/** Without letters and digits that look alike. */
const LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
const HALF = 4;

/** Who can read the gateway's log or state folder owns the gateway: this proves it. */
export interface SetUpCode {
  /** Makes the code, lays it out and tells it in the log, once. */
  announce(): void;
  isRight(text: string): boolean;
  /** It was used, or none is needed: another one is made when one is needed again. */
  spend(): void;
}

export interface SetUpCodeDeps {
  readonly log: Logger;
  readonly file: Pick<AccessFile, "layOutCode">;
}

export function createSetUpCode({ log, file }: SetUpCodeDeps): SetUpCode {
  let code: string | undefined;
  const half = () => Array.from({ length: HALF }, () => LETTERS[randomInt(LETTERS.length)]).join("");
  return {
    announce() {
      if (code !== undefined) return;
      code = `${half()}-${half()}`;
      file.layOutCode(code);
      log.warn({ setUpCode: code }, "the page has no password yet: open it, and set one with this code");
    },
    isRight: (text) => code !== undefined && hashOf(plain(text)) === hashOf(plain(code)),
    spend() {
      code = undefined;
      file.layOutCode(undefined);
    },
  };
}

function plain(text: string): string {
  return text.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
}
