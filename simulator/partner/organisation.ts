import type { Clock } from "../../src/ports/clock.ts";
import { pluggedIn, unplugged } from "./boost-desk.ts";
import type { RecordStore } from "./record-store.ts";
import type { DeviceRecord, UserRecord } from "./records.ts";
import { seedUser, type UserSeed } from "./seed.ts";
import type { StoredFields } from "./wire-devices.ts";

/** What happens in the world without the API: cars are plugged in, devices lose their login, clocks move on. */
export interface Organisation {
  users(): readonly UserRecord[];
  user(userId: string): UserRecord | undefined;
  devices(userId: string): readonly DeviceRecord[];
  device(deviceId: string): DeviceRecord | undefined;
  addUser(seed: UserSeed): void;
  /** Changes fields of a device; those of a device that is not there are lost. */
  setFields(deviceId: string, fields: StoredFields): void;
  setHemsState(userId: string, hemsState: UserRecord["hemsState"]): void;
  plugIn(deviceId: string): void;
  unplug(deviceId: string): void;
}

export function createOrganisation(deps: {
  readonly store: RecordStore;
  readonly clock: Clock;
}): Organisation {
  const { store, clock } = deps;

  function change(deviceId: string, changed: (device: DeviceRecord) => DeviceRecord): void {
    const device = store.get("device", deviceId);
    if (device !== undefined) store.put("device", deviceId, device.userId, changed(device));
  }

  return {
    users: () => store.list("user"),
    user: (userId) => store.get("user", userId),
    devices: (userId) => store.list("device", userId),
    device: (deviceId) => store.get("device", deviceId),
    addUser: (seed) => seedUser(store, seed, clock.wallMs()),
    setFields(deviceId, fields) {
      change(deviceId, (device) => ({
        ...device,
        fields: {
          ...device.fields,
          ...fields,
          id: deviceId,
          external_device_id: fields.external_device_id ?? device.fields.external_device_id,
        },
      }));
    },
    setHemsState(userId, hemsState) {
      const user = store.get("user", userId);
      if (user !== undefined) store.put("user", userId, userId, { ...user, hemsState });
    },
    plugIn: (deviceId) => change(deviceId, (device) => pluggedIn(device, clock.wallMs())),
    unplug: (deviceId) => change(deviceId, unplugged),
  };
}
