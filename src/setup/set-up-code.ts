import { randomInt, timingSafeEqual } from "node:crypto";
import type { Clock } from "../ports/clock.ts";
import type { SetUpCode } from "../ports/set-up.ts";

const DIGITS = 8;
/** A person mistypes now and then; a program that guesses needs 10^8 tries. */
const MOST_WRONG = 5;
const PAUSE_MS = 60_000;

/** A new code for each start of the program. */
export function createSetUpCode({ clock }: { readonly clock: Clock }): SetUpCode {
  const text = String(randomInt(10 ** DIGITS)).padStart(DIGITS, "0");
  let wrong = 0;
  let blockedUntilMs = Number.NEGATIVE_INFINITY;
  return {
    text,
    isRight(given) {
      if (clock.monotonicMs() < blockedUntilMs) return false;
      const digits = given.replaceAll(" ", "");
      const isSame = digits.length === DIGITS && timingSafeEqual(encoded(digits), encoded(text));
      wrong = isSame ? 0 : wrong + 1;
      if (wrong >= MOST_WRONG) {
        wrong = 0;
        blockedUntilMs = clock.monotonicMs() + PAUSE_MS;
      }
      return isSame;
    },
  };
}

/** Two bytes for each unit, so that eight units are sixteen bytes whatever was typed. */
function encoded(text: string): Buffer {
  return Buffer.from(text, "utf16le");
}
