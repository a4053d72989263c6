import type { RegisterMap } from "../profiles/profile-schema.ts";
import type { GridSign } from "./channel-plan.ts";

/** What a maker's SunSpec devices do otherwise than the specification says or leaves open. */
export interface VendorQuirk {
  /** How the manufacturer field of the common model begins. */
  readonly manufacturer: string;
  readonly gridSign: GridSign;
  /** A battery outside the SunSpec models. */
  readonly battery?: RegisterMap;
}

/** WillCodeForCats/solaredge-modbus-multi: const.py; f32 with the low word first; without a battery -3.4e38 stands there. */
const SOLAREDGE_BATTERY: RegisterMap = {
  functionCode: 3,
  words: "lowFirst",
  maxRegisters: 100,
  maxGap: 20,
  holes: [],
  registers: {
    chargeW: { at: 0xe174, type: "f32", min: -1_000_000, max: 1_000_000 },
    soc: { at: 0xe184, type: "f32", min: 0, max: 100 },
  },
  channels: {
    batteryPowerW: { sum: [{ register: "chargeW", factor: -1, isOptional: false }], poll: "fast" },
    batterySocPct: { sum: [{ register: "soc", factor: 1, isOptional: false }], poll: "fast" },
  },
};

/**
 * Fronius changes its scale factors over the day and SMA marks everything but its counters as missing at night: the
 * driver takes value and scale from one read and a sleeping inverter for 0 W, whoever made it. Kostal's choice of word
 * order is about its own registers, never about SunSpec's.
 */
const QUIRKS: readonly VendorQuirk[] = [
  { manufacturer: "SolarEdge", gridSign: "export_positive", battery: SOLAREDGE_BATTERY },
  { manufacturer: "Fronius", gridSign: "import_positive" },
  { manufacturer: "KOSTAL", gridSign: "import_positive" },
  { manufacturer: "SMA", gridSign: "import_positive" },
];

export function vendorQuirk(manufacturers: readonly string[]): VendorQuirk | undefined {
  return QUIRKS.find(({ manufacturer }) => manufacturers.some((name) => name.startsWith(manufacturer)));
}
