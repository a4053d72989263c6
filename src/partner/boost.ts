import type { DeviceAddress } from "./devices.ts";
import { devicePath } from "./devices.ts";
import { commandCall, type PartnerCall } from "./partner-call.ts";

/** Only what charges a car can be boosted. */
export type BoostAddress = DeviceAddress & { readonly kind: "electric_vehicle" | "wallbox" };

/** Charges now, or at the next plug-in. A refusal is `conflict` with its `state` and `reason`. */
export function startBoost(address: BoostAddress): PartnerCall<undefined> {
  return commandCall("POST", devicePath(address, "boost"));
}

/** Takes a wish back. A wallbox returns to surplus; a vehicle that charges already is not stopped by it. */
export function cancelBoost(address: BoostAddress): PartnerCall<undefined> {
  return commandCall("DELETE", devicePath(address, "boost"));
}
