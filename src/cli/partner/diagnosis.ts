import { parseIsoMs } from "../../core/iso-time.ts";
import type { DeviceKind } from "../../partner/device-kind.ts";
import type { PartnerDevice } from "../../partner/devices.ts";
import type { ContractState } from "./household.ts";

export const FINDING_CODES = [
  "not_authenticated",
  "offline",
  "lifecycle_error",
  "never_reported",
  "data_stale",
  "optimisation_off",
  "paused",
  "charge_limits",
  "contract_missing",
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** One thing that is wrong with a device. */
export interface Finding {
  readonly code: FindingCode;
  /** What is wrong, in a sentence. */
  readonly problem: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Where the user does it. */
  readonly link?: string;
}

/** Manufacturers report every 5 to 15 min; beyond this the documents call data stale. */
export const STALE_MS = 2 * 3_600_000;

/** Everything that is wrong with a device, the gravest first. */
export function diagnose(device: PartnerDevice, kind: DeviceKind, wallMs: number): readonly Finding[] {
  return [
    ...connectionFindings(device),
    ...freshnessFindings(device, wallMs),
    ...optimisationFindings(device),
    ...limitFindings(device, kind),
  ];
}

export function connectionFindings(device: PartnerDevice): readonly Finding[] {
  const { is_authenticated, resolution_link, lifecycle_error } = device;
  const lost: Finding[] =
    is_authenticated === false
      ? [
          resolution_link === undefined
            ? {
                code: "not_authenticated",
                problem: "the device is not logged in at its manufacturer, and the API has no link for it",
                remedy: "make a new link with hems-edge partner devices link and send it to the user",
              }
            : {
                code: "not_authenticated",
                problem: "the device has lost its login at the manufacturer",
                remedy: "send the link to the user, then look again",
                link: resolution_link,
              },
        ]
      : [];
  const broken: Finding[] =
    lifecycle_error === undefined || lifecycle_error === ""
      ? []
      : [
          {
            code: "lifecycle_error",
            problem: `the API reports an error of the device: ${lifecycle_error.slice(0, 200)}`,
            remedy: "connect it again; if the error stays, ask the manufacturer's support",
          },
        ];
  return [...lost, ...offlineFindings(device), ...broken];
}

/** Logged in, and yet not there. */
function offlineFindings(device: PartnerDevice): readonly Finding[] {
  if (!isOffline(device)) return [];
  return [
    {
      code: "offline",
      problem: "the device is logged in and cannot be reached",
      remedy:
        "ask the user to look at its power and its network; a wallbox must dial the Partner API's address",
    },
  ];
}

function isOffline(device: PartnerDevice): boolean {
  const isCut = device.is_ocpp_connected === false || device.connection_status === "error";
  return device.is_authenticated !== false && isCut;
}

/** Lost to the Partner API, for want of a login or of a network. */
export function isDisconnected(device: PartnerDevice): boolean {
  return device.is_authenticated === false || isOffline(device);
}

export function freshnessFindings(device: PartnerDevice, wallMs: number): readonly Finding[] {
  const ageMs = dataAgeMs(device, wallMs);
  if (ageMs === undefined) {
    return [
      {
        code: "never_reported",
        problem: "the device has not told its state yet",
        remedy: "wait a quarter of an hour after connecting; then look at the manufacturer's own app",
      },
    ];
  }
  if (ageMs <= STALE_MS) return [];
  return [
    {
      code: "data_stale",
      problem: `the last state is ${hoursText(ageMs)} old`,
      remedy:
        "look whether the manufacturer's own app has newer data: if not, the device or its internet is down",
    },
  ];
}

/** Undefined when the device never told its state, or in no readable time. */
export function dataAgeMs(device: PartnerDevice, wallMs: number): number | undefined {
  const toldMs = parseIsoMs(device.current_state_last_updated_at ?? "");
  return toldMs === undefined ? undefined : Math.max(0, wallMs - toldMs);
}

export function optimisationFindings(device: PartnerDevice): readonly Finding[] {
  const isOff = device.is_smart_optimization_active === false;
  const reset = "hems-edge partner devices reset switches it on and ends a pause";
  return [
    ...(isOff
      ? [{ code: "optimisation_off" as const, problem: "smart optimisation is off", remedy: reset }]
      : []),
    ...(device.is_pause_power_active === true
      ? [
          {
            code: "paused" as const,
            problem: `the device is paused until ${device.pause_power_until ?? "somebody ends it"}`,
            remedy: reset,
          },
        ]
      : []),
  ];
}

/** Limits that leave a car nothing to charge, or contradict each other. */
export function limitFindings(device: PartnerDevice, kind: DeviceKind): readonly Finding[] {
  if (kind === "inverter") {
    const { min_battery_charge: low, max_battery_charge: high } = device;
    const isCrossed = low !== undefined && high !== undefined && low >= high;
    return isCrossed ? [limits(`the battery may move only between ${low} % and ${high} %`)] : [];
  }
  if (kind === "heat_pump") return [];
  const { charge_target_min: low, charge_target_max: high, minimum_charge_limit: floor } = device;
  const isNarrow = low !== undefined && high !== undefined && low >= high;
  const isFloorAbove = floor !== undefined && high !== undefined && floor >= high;
  const isGoalOpen = device.is_charge_policy_enabled === true && device.charge_deadline_at === undefined;
  return [
    ...(isNarrow ? [limits(`charging aims at ${low} % at least and ${high} % at most`)] : []),
    ...(isFloorAbove
      ? [limits(`${floor} % are charged at once, and ${high} % is the end: nothing is left to shift`)]
      : []),
    ...(isGoalOpen && kind === "electric_vehicle"
      ? [limits("a charge policy is switched on, and the device names no deadline: see its charge policy")]
      : []),
  ];
}

export function contractFindings(contract: ContractState): readonly Finding[] {
  if (contract !== "missing") return [];
  return [
    {
      code: "contract_missing",
      problem: "the user has no energy contract, so wholesale prices are assumed",
      remedy: "add it with its prices: hems-edge partner contracts add",
    },
  ];
}

function limits(problem: string): Finding {
  return {
    code: "charge_limits",
    problem,
    remedy: "ask the user for the limits that are meant and set them with hems-edge partner devices update",
  };
}

export function hoursText(durationMs: number): string {
  const hours = durationMs / 3_600_000;
  return hours < 48 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(0)} days`;
}
