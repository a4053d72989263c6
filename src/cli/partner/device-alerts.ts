import type { DeviceKind } from "../../partner/device-kind.ts";
import { createAuthSession } from "../../partner/onboarding.ts";
import type { PartnerUser } from "../../partner/users.ts";
import { connectionFindings, type FindingCode, isDisconnected } from "./diagnosis.ts";
import { deviceName, type OwnedDevice } from "./household.ts";
import type { PartnerSession } from "./session.ts";

/** A device was lost, or is back. */
export interface DeviceAlert {
  readonly event: "device_disconnected" | "device_recovered";
  readonly ts: string;
  readonly user_id: string;
  readonly external_user_id: string | undefined;
  readonly device_id: string;
  readonly kind: DeviceKind;
  readonly device: string;
  /** Since when the device has been lost. */
  readonly since: string;
  /** Why it is lost; a login is what the user can renew. */
  readonly reason?: FindingCode;
  /** With which the user connects it again. */
  readonly reconnect_link?: string;
}

/** What changed since `lost` was noted: since when each device has been lost, by its id. */
export function alertsOf(
  user: PartnerUser,
  devices: readonly OwnedDevice[],
  lost: Readonly<Record<string, string>>,
  nowText: string,
): readonly DeviceAlert[] {
  return devices.flatMap((owned) => {
    const { device, kind } = owned;
    const isLost = isDisconnected(device);
    const since = lost[device.id];
    if (isLost === (since !== undefined)) return [];
    return [
      {
        event: isLost ? ("device_disconnected" as const) : ("device_recovered" as const),
        ts: nowText,
        user_id: user.id,
        external_user_id: user.external_user_id,
        device_id: device.id,
        kind,
        device: deviceName(owned),
        since: since ?? nowText,
        ...(isLost ? { reason: connectionFindings(device)[0]?.code ?? "offline" } : {}),
        ...(isLost && device.resolution_link !== undefined ? { reconnect_link: device.resolution_link } : {}),
      },
    ];
  });
}

/** A lost device without a link gets a new one, where the API can make it. */
export async function withLink(alert: DeviceAlert, { write }: PartnerSession): Promise<DeviceAlert> {
  const { event, kind, reconnect_link, user_id: userId, device_id: deviceId } = alert;
  const canAsk = (kind === "inverter" || kind === "wallbox") && alert.reason === "not_authenticated";
  if (event === "device_recovered" || reconnect_link !== undefined || !canAsk) return alert;
  const entry = { action: "auth-session.create", target: deviceId };
  const made = await write(createAuthSession({ userId, kind, deviceId }), entry);
  const link = made.ok ? made.value.authentication_url : undefined;
  return link === undefined ? alert : { ...alert, reconnect_link: link };
}
