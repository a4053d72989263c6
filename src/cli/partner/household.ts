import { listBuildings, type PartnerBuilding } from "../../partner/buildings.ts";
import { DEVICE_KINDS, type DeviceKind } from "../../partner/device-kind.ts";
import { listDevices, type PartnerDevice } from "../../partner/devices.ts";
import { listEnergyContracts } from "../../partner/energy-contracts.ts";
import type { PartnerCall } from "../../partner/partner-call.ts";
import type { PartnerConnection } from "../../partner/partner-connection.ts";
import type { PartnerResult } from "../../partner/partner-error.ts";
import { getUser, type PartnerUser } from "../../partner/users.ts";

export interface OwnedDevice {
  readonly kind: DeviceKind;
  readonly device: PartnerDevice;
}

/** Whether the user has an energy contract; `unknown` where the server does not list contracts. */
export type ContractState = "present" | "missing" | "unknown";

/** All that the API knows of one user. */
export interface Household {
  readonly user: PartnerUser;
  readonly devices: readonly OwnedDevice[];
  readonly buildings: readonly PartnerBuilding[];
  readonly contract: ContractState;
}

export async function getHousehold(
  api: PartnerConnection,
  userId: string,
): Promise<PartnerResult<Household>> {
  const user = await api.call(getUser(userId));
  return user.ok ? householdOf(api, user.value) : user;
}

export async function householdOf(
  api: PartnerConnection,
  user: PartnerUser,
): Promise<PartnerResult<Household>> {
  const devices = await listAllDevices(api, user.id);
  if (!devices.ok) return devices;
  const buildings = await listed(api, listBuildings(user.id));
  if (!buildings.ok) return buildings;
  const contracts = await api.call(listEnergyContracts(user.id));
  const contract = !contracts.ok ? "unknown" : contracts.value.length > 0 ? "present" : "missing";
  return {
    ok: true,
    value: { user, devices: devices.value, buildings: buildings.value ?? [], contract },
  };
}

export async function listAllDevices(
  api: PartnerConnection,
  userId: string,
): Promise<PartnerResult<readonly OwnedDevice[]>> {
  const devices: OwnedDevice[] = [];
  for (const kind of DEVICE_KINDS) {
    const found = await listed(api, listDevices(userId, kind));
    if (!found.ok) return found;
    for (const device of found.value ?? [])
      if (device.deleted_at === undefined) devices.push({ kind, device });
  }
  return { ok: true, value: devices };
}

/** A list that the server does not have is an empty one: some are not in the published reference. */
async function listed<T>(
  api: PartnerConnection,
  call: PartnerCall<T>,
): Promise<PartnerResult<T | undefined>> {
  const result = await api.call(call);
  const isAbsent =
    !result.ok && (result.error.kind === "not_found" || result.error.kind === "method_not_allowed");
  return isAbsent ? { ok: true, value: undefined } : result;
}

export function deviceName({ kind, device }: OwnedDevice): string {
  const { manufacturer, model } = device.device_model ?? {};
  const name = [manufacturer, model].filter((part) => part !== undefined).join(" ");
  return name === "" ? kind.replaceAll("_", " ") : name;
}
