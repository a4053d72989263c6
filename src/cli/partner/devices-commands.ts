import { z } from "zod";
import { deviceUpdateSchemas } from "../../partner/device-update.ts";
import {
  type DeviceAddress,
  getDevice,
  type PartnerDevice,
  resetDevice,
  updateDevice,
} from "../../partner/devices.ts";
import type { PartnerResult } from "../../partner/partner-error.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import { locateDevice } from "./device-location.ts";
import { fieldOptions, fieldProblems, givenFields } from "./field-options.ts";
import { deviceName, listAllDevices, type OwnedDevice } from "./household.ts";
import { type Column, outputOptions, printRecord, printRows } from "./output.ts";
import { failed, misused, type PartnerSession, sessionOptions, withPartner } from "./session.ts";
import { changedFields } from "./user-changes.ts";

type DeviceRow = PartnerDevice & Pick<OwnedDevice, "kind">;

const columns: readonly Column<DeviceRow>[] = [
  { title: "kind", cell: ({ kind }) => kind },
  { title: "id", cell: ({ id }) => id },
  { title: "device", cell: (device) => deviceName({ kind: device.kind, device }) },
  { title: "connected", cell: ({ is_authenticated }) => yesNo(is_authenticated) },
  { title: "optimised", cell: (device) => yesNo(device.is_smart_optimization_active) },
  { title: "updated", cell: (device) => device.current_state_last_updated_at },
];

const device = { usage: "USER_ID DEVICE_ID", min: 2, max: 2 } as const;

/** All fields of all kinds; the device's own schema decides which of them it takes. */
const anyUpdateSchema = z.object(
  Object.assign({}, ...Object.values(deviceUpdateSchemas).map(({ shape }) => shape)),
);

export const devicesListCommand: Command = {
  options: { ...outputOptions, ...sessionOptions },
  positionals: { usage: "USER_ID", min: 1, max: 1 },
  example: "hems-edge partner devices list USER_ID",
  run: (input) =>
    withPartner(input, async ({ api }) => {
      const devices = await listAllDevices(api, input.positionals[0] ?? "");
      if (!devices.ok) return failed(input, devices.error);
      const rows = devices.value.map(({ kind, device }): DeviceRow => ({ ...device, kind }));
      printRows(input, rows, columns);
      return EXIT.ok;
    }),
};

export const devicesGetCommand: Command = {
  options: { json: { summary: "Print JSON." }, ...sessionOptions },
  positionals: device,
  example: "hems-edge partner devices get USER_ID DEVICE_ID",
  run: (input) =>
    withDevice(input, async ({ api }, address) => tell(input, await api.call(getDevice(address)))),
};

export const devicesUpdateCommand: Command = {
  options: { ...fieldOptions(anyUpdateSchema), json: { summary: "Print JSON." }, ...sessionOptions },
  positionals: device,
  example: "hems-edge partner devices update USER_ID DEVICE_ID --charge-deadline-at 07:00",
  run: (input) =>
    withDevice(input, async ({ write }, address, found) => {
      const schema = deviceUpdateSchemas[address.kind];
      const fields = schema.safeParse(givenFields(anyUpdateSchema, input));
      if (!fields.success) return misused(input, `${address.kind}: ${fieldProblems(fields.error)}`);
      const result = await write(updateDevice(address, fields.data), {
        action: "devices.update",
        target: address.deviceId,
        ...changedFields(found, fields.data),
      });
      return tell(input, result);
    }),
};

export const devicesResetCommand: Command = {
  options: { json: { summary: "Print JSON." }, ...sessionOptions },
  positionals: device,
  example: "hems-edge partner devices reset USER_ID DEVICE_ID",
  run: (input) =>
    withDevice(input, async ({ write }, address, found) => {
      const result = await write(resetDevice(address), {
        action: "devices.reset",
        target: address.deviceId,
        ...changedFields(found, { is_smart_optimization_active: true, pause_power_until: undefined }),
      });
      return tell(input, result);
    }),
};

/** Finds the device among the user's of every kind. */
export function withDevice(
  input: CommandInput,
  run: (session: PartnerSession, address: DeviceAddress, found: PartnerDevice) => Promise<number>,
): Promise<number> {
  return withPartner(input, async (session) => {
    const [userId = "", deviceId = ""] = input.positionals;
    const located = await locateDevice(session.api, userId, deviceId);
    if (!located.ok) return failed(input, located.error);
    return run(session, located.value.address, located.value.device);
  });
}

function tell(input: CommandInput, result: PartnerResult<PartnerDevice>): number {
  if (!result.ok) return failed(input, result.error);
  printRecord(input, result.value);
  return EXIT.ok;
}

function yesNo(value: boolean | undefined): string {
  return value === undefined ? "-" : value ? "yes" : "no";
}
