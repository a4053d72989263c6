import { chargingConfigSchema } from "../../src/partner/charging-config.ts";
import type { PartnerClient } from "../../src/partner/partner-client.ts";
import { failure, type PartnerResult } from "../../src/partner/partner-error.ts";
import type { TokenRequest } from "../../src/partner/token-request.ts";
import { createTokenSource } from "../../src/partner/token-source.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { silentLog } from "./silent-log.ts";

const TOKEN_LIFE_MS = 36_000_000;
/** Longer than a usual answer takes, and the same for all. */
const ANSWER_MS = 100;

/** The cloud as the fleet sees it: it answers or it does not, and every request is counted by the second. */
export interface Cloud {
  setDown(isDown: boolean): void;
  /** Requests that arrived in each second since the start, answered or not. */
  requestsPerSecond(): readonly number[];
  /** A client for one gateway, with a token source of its own. */
  connect(options: { readonly tokenAgeMs: number }): PartnerClient;
}

const CONFIG = chargingConfigSchema.parse({
  smart_charging_mode: "hems",
  thresholds: {
    hems_min_export_to_start_w: 1_500,
    hems_max_import_before_stopping_w: 300,
    min_band_w: 1_380,
  },
});

export function createCloud(clock: Clock): Cloud {
  const perSecond: number[] = [];
  let isDown = false;

  async function request<T>(value: T): Promise<PartnerResult<T>> {
    const second = Math.floor(clock.monotonicMs() / 1_000);
    perSecond[second] = (perSecond[second] ?? 0) + 1;
    const wasDown = isDown;
    await new Promise<void>((resolve) => clock.setTimeout(resolve, ANSWER_MS));
    return wasDown ? failure("unreachable", "no answer") : { ok: true, value };
  }

  return {
    setDown(down) {
      isDown = down;
    },
    requestsPerSecond: () => Array.from({ length: perSecond.length }, (_, second) => perSecond[second] ?? 0),
    connect({ tokenAgeMs }) {
      // Tokens of a fleet were not all made at the start of the simulation.
      let lifeMs = TOKEN_LIFE_MS - tokenAgeMs;
      const grant = async () => {
        const granted = await request({ accessToken: "token", lifeMs, refreshToken: "refresh" });
        if (granted.ok) lifeMs = TOKEN_LIFE_MS;
        return granted;
      };
      const tokenRequest: TokenRequest = { withCredentials: grant, withRefreshToken: grant };
      const tokens = createTokenSource({ clock, log: silentLog, request: tokenRequest });
      const authorized = async <T>(value: T): Promise<PartnerResult<T>> => {
        const token = await tokens.current();
        return token.ok ? request(value) : token;
      };
      return {
        getChargingConfig: () => authorized(CONFIG),
        putChargingConfig: () => authorized(CONFIG),
        listElectricVehicles: () => authorized([]),
        getChargePolicy: () => authorized({}),
        latestDeviceUpdate: () => authorized(undefined),
        pushStatus: () => authorized(undefined),
        tokenState: tokens.state,
        close() {},
      };
    },
  };
}
