import { cancelBoost, startBoost } from "../../partner/boost.ts";
import { getDevice } from "../../partner/devices.ts";
import type { PartnerError } from "../../partner/partner-error.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import { withDevice } from "./devices-commands.ts";
import { printRecord } from "./output.ts";
import { failed, misused, sessionOptions } from "./session.ts";

const REASONS: Readonly<Record<string, string>> = {
  already_charging: "a boost runs already",
  fully_charged: "the car is full",
  no_active_session: "no car is connected",
  internal_error: "the device cannot be reached",
};

export const partnerBoostCommand: Command = {
  options: {
    cancel: { summary: "Take it back. A car that charges already goes on; a wallbox returns to surplus." },
    json: { summary: "Print JSON." },
    ...sessionOptions,
  },
  positionals: { usage: "USER_ID DEVICE_ID", min: 2, max: 2 },
  example: "hems-edge partner boost USER_ID DEVICE_ID",
  run: (input) =>
    withDevice(input, async (session, { userId, kind, deviceId }, found) => {
      if (kind !== "electric_vehicle" && kind !== "wallbox") {
        return misused(input, `a ${kind.replaceAll("_", " ")} cannot be boosted`);
      }
      const isCancel = input.switches.has("cancel");
      const address = { userId, kind, deviceId } as const;
      const result = await session.write(isCancel ? cancelBoost(address) : startBoost(address), {
        action: isCancel ? "boost.cancel" : "boost.start",
        target: deviceId,
        before: { boost_state: found.boost_state },
      });
      if (!result.ok) return refusedBoost(input, result.error);
      const now = await session.api.call(getDevice(address));
      const record = { boost_state: now.ok ? now.value.boost_state : undefined };
      const text = isCancel ? "boost taken back" : "boost requested";
      printRecord(input, record, [`${text}; the device says ${record.boost_state ?? "nothing"}`]);
      return EXIT.ok;
    }),
};

function refusedBoost(input: CommandInput, error: PartnerError): number {
  const reason = REASONS[error.conflict?.reason ?? ""];
  if (reason === undefined) return failed(input, error);
  input.io.err(`hems-edge partner: refused, ${reason}\n`);
  return EXIT.failure;
}
