import type { Truth } from "./truth.ts";

/** Silence of this long ends control (EEBUS LPC). */
const SILENCE_S = 120;

/** What the grid operator leaves the house. */
export interface OperatorTruth {
  see(second: number): void;
  /** What it has allowed all through the last `windowS` seconds, W; undefined where it has not limited all the time. */
  limitW(second: number, windowS: number): number | undefined;
}

export function operatorTruth({ scenario, config, intervalS, isDisturbed }: Truth): OperatorTruth {
  const { grid_operator: operator } = config;
  const limitW = operator !== undefined && "limit_w" in operator.source ? operator.source.limit_w : 0;
  const endsS =
    operator?.failsafe_ends === "after_minimum"
      ? operator.failsafe_minimum_h * 3_600
      : Number.POSITIVE_INFINITY;
  const { events } = scenario;
  const isOn = (kind: (typeof events)[number]["kind"], second: number) =>
    events.some(
      (event) =>
        event.kind === kind &&
        second >= event.from_min * 60 &&
        second < (event.from_min + event.minutes) * 60,
    );
  /** In control: heard since the gateway started. Only who was in control is missed. */
  let isInControl = false;
  let heardS = 0;
  let silentS = 0;
  let limitedS = 0;
  return {
    see(second) {
      if (operator === undefined) return;
      const isSilent = isOn("operator_silent", second);
      if (isOn("gateway_down", second)) {
        isInControl = false;
        heardS = 0;
      }
      heardS = isSilent ? 0 : heardS + 1;
      isInControl ||= heardS > 2 * intervalS + 1;
      silentS = isSilent && isInControl ? silentS + 1 : 0;
      limitedS = !isSilent && isOn("operator_limits", second) ? limitedS + 1 : 0;
    },
    limitW(second, windowS) {
      if (operator === undefined || isDisturbed(second, ["gateway_down"])) return undefined;
      const heardAfterS = windowS + 2 * intervalS + 1;
      if (limitedS > heardAfterS) return Math.max(limitW, operator.minimum_w);
      const isLost = silentS > SILENCE_S + heardAfterS && silentS < endsS;
      return isLost ? operator.failsafe_limit_w : undefined;
    },
  };
}
