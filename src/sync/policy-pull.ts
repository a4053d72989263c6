import type { Logger } from "pino";
import type { ChargePolicy } from "../core/planner/charge-goal.ts";
import { isTimeZone, WEEKDAYS } from "../core/planner/local-time.ts";
import type { ChargePolicy as PolicyAnswer } from "../partner/charge-policy.ts";
import type { PartnerClient } from "../partner/partner-client.ts";
import { failure, type PartnerError } from "../partner/partner-error.ts";
import type { ChargePolicyTarget } from "../ports/charge-plan.ts";
import type { Clock } from "../ports/clock.ts";
import { createLane } from "./lane.ts";
import { createOutage } from "./outage.ts";
import { createPollSlots } from "./poll-slots.ts";

export interface PolicyPullDeps {
  readonly client: Pick<PartnerClient, "listElectricVehicles" | "getChargePolicy">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly target: ChargePolicyTarget;
  /** Evenly distributed in 0..1. */
  readonly random: () => number;
}

export interface PolicyPullOptions {
  readonly timeZone: string;
  /** Which moment of each interval is this gateway's, 0..1. */
  readonly phase: number;
}

/** Keeps the charge plan in step with the policy of the user's car. */
export interface PolicyPull {
  start(): void;
  stop(): void;
}

/** People change a policy now and then; the plan has until the night. */
const POLL_MS = 300_000;

type Pulled =
  | { readonly ok: true; readonly policy: ChargePolicy | undefined }
  | { readonly ok: false; readonly error: PartnerError };

/**
 * Pulls the charge policy of the first car whose policy is in force. While the API is away the last one holds; a server
 * that knows no cars or no policies (404, 403) has none.
 */
export function createPolicyPull(options: PolicyPullOptions, deps: PolicyPullDeps): PolicyPull {
  const { client, clock, log, target } = deps;
  const slots = createPollSlots({ intervalMs: POLL_MS, phase: options.phase }, clock);
  const outage = createOutage("charge policy", { ...deps, slots });
  const lane = createLane(clock, exchange);
  let toldZone: string | undefined;

  async function exchange(): Promise<number> {
    const pulled = await pull();
    if (lane.isStopped()) return 0;
    if (!pulled.ok) return outage.failed(pulled.error);
    outage.recovered();
    target.applyPolicy(pulled.policy);
    return slots.delayMs();
  }

  async function pull(): Promise<Pulled> {
    const cars = await client.listElectricVehicles();
    if (!cars.ok) return noneOr(cars.error);
    const car = cars.value.find((device) => device.is_charge_policy_enabled === true && !device.deleted_at);
    if (car === undefined) return { ok: true, policy: undefined };
    const answer = await client.getChargePolicy(car.id);
    if (!answer.ok) return noneOr(answer.error);
    const policy = policyOf(answer.value, foreignZone(answer.value.data?.timezone));
    if (policy === undefined && carriesError(answer.value)) return FAILED_INSIDE;
    return { ok: true, policy };
  }

  /** Undefined for the zone of the house, and for one that nobody knows. */
  function foreignZone(zone: string | undefined): string | undefined {
    if (zone === undefined || zone === options.timeZone) return undefined;
    const isKnown = isTimeZone(zone);
    if (!isKnown && zone !== toldZone) {
      log.warn(
        { zone: zone.slice(0, 64) },
        "charge policy of an unknown time zone: its times are taken as local",
      );
    }
    toldZone = zone;
    return isKnown ? zone : undefined;
  }

  return { start: () => lane.start(0), stop: lane.stop };
}

const FAILED_INSIDE: Pulled = failure("server_error", "the answer holds an error in the place of a policy");

/** The documented way of this endpoint to fail: a 200 with the error in its metadata. */
function carriesError({ metadata }: PolicyAnswer): boolean {
  return Boolean(metadata?.error);
}

function noneOr(error: PartnerError): Pulled {
  const isNone = error.kind === "not_found" || error.kind === "forbidden";
  return isNone ? { ok: true, policy: undefined } : { ok: false, error };
}

/** Undefined where no day can be read: then the config holds, not a week without deadlines. */
function policyOf({ data }: PolicyAnswer, timeZone: string | undefined): ChargePolicy | undefined {
  const entries = WEEKDAYS.flatMap((weekday) => {
    const day = data?.[weekday];
    if (day === undefined) return [];
    // The time may come with seconds.
    const { charge_percentage, charge_deadline } = day;
    return [
      [weekday, { charge_percentage, charge_deadline: charge_deadline.slice(0, 5), timeZone }] as const,
    ];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
