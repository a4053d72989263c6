import type { Logger } from "pino";
import { parseIsoMs } from "../core/iso-time.ts";
import type { SmartChargingStatus } from "../core/smart-charging-status.ts";
import type { Clock } from "../ports/clock.ts";
import type { Fetch } from "../ports/fetch-answer.ts";
import { type ChargePolicy, getChargePolicy } from "./charge-policy.ts";
import {
  type ChargingConfig,
  type ChargingConfigUpdate,
  getChargingConfig,
  putChargingConfig,
  smartChargingStatusSchema,
} from "./charging-config.ts";
import { listDevices, type PartnerDevice } from "./devices.ts";
import { createPartnerConnection, refused } from "./partner-connection.ts";
import type { PartnerResult } from "./partner-error.ts";
import type { PartnerClientOptions } from "./partner-options.ts";
import type { TokenState } from "./token-source.ts";

/** The Partner API v2.0 for one user, as a gateway needs it. Every call is bounded in time and size and never rejects. */
export interface PartnerClient {
  getChargingConfig(): Promise<PartnerResult<ChargingConfig>>;
  /** Sends only the fields of `update`; the answer is the config from now on. `invalid` (422) is final. */
  putChargingConfig(update: ChargingConfigUpdate): Promise<PartnerResult<ChargingConfig>>;
  /** The user's cars; `is_charge_policy_enabled` says whether a car's policy is in force. */
  listElectricVehicles(): Promise<PartnerResult<readonly PartnerDevice[]>>;
  getChargePolicy(electricVehicleId: string): Promise<PartnerResult<ChargePolicy>>;
  /** ISO time at which the record of one of the charging devices was changed last, where the API tells it. */
  latestDeviceUpdate(): Promise<PartnerResult<string | undefined>>;
  /**
   * Puts our status to the configured address. The published API has no endpoint for it: expect `not_found` or
   * `method_not_allowed` from Podero itself, and an answer from a partner's own backend.
   */
  pushStatus(status: SmartChargingStatus): Promise<PartnerResult<undefined>>;
  tokenState(): TokenState;
  /** Ends what is in flight; later calls fail as `unreachable`. */
  close(): void;
}

export interface PartnerClientDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** For tests; the runtime's own by default. */
  readonly fetch?: Fetch;
}

const DEFAULT_STATUS_URL = "{base_url}/api/partners/v2.0/org/{org_id}/users/{user_id}/charging-config/status";

/** A charging-config has about 2 kB. */
const LARGEST_BODY_BYTES = 256 * 1_024;

export function createPartnerClient(options: PartnerClientOptions, deps: PartnerClientDeps): PartnerClient {
  const { userId } = options;
  const connection = createPartnerConnection(
    {
      ...options,
      largestBodyBytes: LARGEST_BODY_BYTES,
      pace: { concurrency: 20, perSecond: 100 },
      // The sync loop has its own rhythm of further tries.
      retries: 0,
    },
    { ...deps, random: () => 1 },
  );

  async function latestDeviceUpdate(): Promise<PartnerResult<string | undefined>> {
    const cars = await connection.call(listDevices(userId, "electric_vehicle"));
    if (!cars.ok) return cars;
    const boxes = await connection.call(listDevices(userId, "wallbox"));
    if (!boxes.ok) return boxes;
    const times = [...cars.value, ...boxes.value].flatMap(({ updated_at }) => updated_at ?? []);
    return { ok: true, value: latestOf(times) };
  }

  const statusUrl = filled(options.statusUrl ?? DEFAULT_STATUS_URL, options);
  // A status address elsewhere is a partner's own backend: it must not see the token for Podero.
  const isStatusAtHome = originOf(statusUrl) === originOf(options.baseUrl);
  warnOfRisks(options, deps.log);

  return {
    getChargingConfig: () => connection.call(getChargingConfig(userId)),
    putChargingConfig: (update) => connection.call(putChargingConfig(userId, update)),
    listElectricVehicles: () => connection.call(listDevices(userId, "electric_vehicle")),
    getChargePolicy: (electricVehicleId) => connection.call(getChargePolicy(userId, electricVehicleId)),
    latestDeviceUpdate,
    async pushStatus(status) {
      const checked = smartChargingStatusSchema.safeParse(status);
      if (!checked.success) return refused(checked.error);
      const answer = await connection.send({
        method: "PUT",
        url: statusUrl,
        body: checked.data,
        isAuthorized: isStatusAtHome,
      });
      return answer.ok ? { ok: true, value: undefined } : answer;
    },
    tokenState: connection.tokenState,
    close: connection.close,
  };
}

/** The texts may be of different zones; what is no time does not count. */
function latestOf(times: readonly string[]): string | undefined {
  const wallMsOf = (time: string) => parseIsoMs(time) ?? Number.NEGATIVE_INFINITY;
  return times
    .filter((time) => parseIsoMs(time) !== undefined)
    .toSorted((one, other) => wallMsOf(one) - wallMsOf(other))
    .at(-1);
}

function filled(template: string, options: PartnerClientOptions): string {
  return template
    .replaceAll("{base_url}", options.baseUrl)
    .replaceAll("{org_id}", options.orgId)
    .replaceAll("{user_id}", options.userId);
}

function originOf(url: string): string | undefined {
  return URL.parse(url)?.origin;
}

function warnOfRisks(options: PartnerClientOptions, log: Logger): void {
  if (options.auth.grant === "client_credentials") {
    log.warn(
      "client credentials have administrator rights over the whole organisation: better give this gateway a user's own login",
    );
  }
  const base = URL.parse(options.baseUrl);
  if (base?.protocol === "http:" && !/^(127\.|localhost$|\[::1\]$)/.test(base.hostname)) {
    log.warn({ host: base.host }, "Partner API without TLS: credentials travel in the clear");
  }
}
