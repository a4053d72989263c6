import type { ModbusBus } from "../modbus/modbus-bus.ts";
import { type ModbusProfile, REGISTER_SIZES } from "./profile-schema.ts";
import { rawNumber } from "./register-value.ts";

/** Whether the device says that it is one of the profile; `untold` for profiles that know no sign of theirs. */
export type ProfileMatch = "matches" | "differs" | "untold";

/** Reads what tells the profile's devices from others. A device that does not answer differs. */
export async function matchesProfile(
  profile: ModbusProfile,
  unit: number,
  bus: ModbusBus,
): Promise<ProfileMatch> {
  if (profile.detect.length === 0) return "untold";
  for (const condition of profile.detect) {
    const spec = profile.registers[condition.register];
    if (spec === undefined) return "differs";
    const outcome = await bus.read({
      unit: spec.unit ?? unit,
      functionCode: spec.functionCode ?? profile.functionCode,
      address: spec.at,
      count: REGISTER_SIZES[spec.type],
    });
    if (!outcome.ok) return "differs";
    const value = rawNumber(spec.type, outcome.registers, spec.words ?? profile.words);
    const isMet =
      "oneOf" in condition
        ? condition.oneOf.includes(value)
        : value >= condition.between[0] && value <= condition.between[1];
    if (!isMet) return "differs";
  }
  return "matches";
}
