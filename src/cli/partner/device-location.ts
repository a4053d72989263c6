import type { DeviceAddress, PartnerDevice } from "../../partner/devices.ts";
import type { PartnerConnection } from "../../partner/partner-connection.ts";
import { failure, type PartnerResult } from "../../partner/partner-error.ts";
import { listAllDevices } from "./household.ts";

/** A device by its id alone: the API wants the kind as well. */
export async function locateDevice(
  api: PartnerConnection,
  userId: string,
  deviceId: string,
): Promise<PartnerResult<{ readonly address: DeviceAddress; readonly device: PartnerDevice }>> {
  const devices = await listAllDevices(api, userId);
  if (!devices.ok) return devices;
  const found = devices.value.find(({ device }) => device.id === deviceId);
  if (found === undefined) return failure("not_found", `user ${userId} has no device ${deviceId}`);
  return { ok: true, value: { address: { userId, kind: found.kind, deviceId }, device: found.device } };
}
