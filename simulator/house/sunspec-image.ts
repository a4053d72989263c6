import { NOMINAL_VOLTAGE_V } from "../../src/core/units.ts";
import type { HomeBatteryOptions } from "./home-battery.ts";
import type { HouseReadings, ThreePhases } from "./house.ts";
import {
  IDENTITY_1,
  INVERTER_103,
  METER_203,
  MPPT_160,
  MPPT_160_MODULE,
  NAMEPLATE_120,
  STORAGE_124,
} from "./sunspec-models.ts";
import { blockRegisters, modelRegisters, scaled } from "./sunspec-points.ts";

/** What stands on the type plates. */
export interface InverterPlate {
  readonly serial: string;
  /** Rated AC power, W. */
  readonly peakW: number;
  readonly battery: HomeBatteryOptions | undefined;
}

export interface MeterPlate {
  readonly serial: string;
  /** Sign of power in the registers: SolarEdge meters count export as positive, most others import. */
  readonly sign: "import_positive" | "export_positive";
}

const MARKER = [0x5375, 0x6e53];
const END = [0xffff, 0];
/** Counters of devices that have been in service for a while; a zero would mean "not implemented". */
const LIFETIME_WH = { pv: 21_345_678, import: 7_654_321, export: 12_345_678, string: 9_876_543 };
/** Below it the inverter sleeps, W. */
const SLEEP_BELOW_W = 1;
const INVERTER_EFFICIENCY = 0.97;
const STRING_SHARES = [0.55, 0.45];
const STRING_VOLTAGE_V = 610;
const BATTERY_VOLTAGE_V = 400;
const STATE = { sleeping: 2, mppt: 4 };
/** Model 124 ChaSt. */
const STORAGE_STATE = { discharging: 3, charging: 4, full: 5, holding: 6 };

/** Registers from the base address on, for given readings of the house. */
export type ImageOf = (readings: HouseReadings) => readonly number[];

/** A three-phase inverter: models 1, 103, 120, 124 with a battery, 160. */
export function createInverterImage(plate: InverterPlate): ImageOf {
  const head = [...MARKER, ...identity("Simulated inverter", plate.serial)];
  const ratings = nameplate(plate);
  return (readings) => [
    ...head,
    ...inverter(readings, plate),
    ...ratings,
    ...(plate.battery === undefined ? [] : storage(readings, plate.battery)),
    ...strings(readings, plate),
    ...END,
  ];
}

/** A three-phase meter at the house connection: models 1 and 203. */
export function createMeterImage(plate: MeterPlate): ImageOf {
  const head = [...MARKER, ...identity("Simulated meter", plate.serial)];
  return (readings) => [...head, ...meter(readings, plate), ...END];
}

function meter(readings: HouseReadings, plate: MeterPlate): number[] {
  const sign = plate.sign === "import_positive" ? 1 : -1;
  const W_SF = Math.max(0, powerScale(Math.max(...readings.gridPhasePowersW.map(Math.abs)) * 3));
  const sf = { A_SF: -2, V_SF: -1, Hz_SF: -2, W_SF, TotWh_SF: 0 };
  const [l1W, l2W, l3W] = readings.gridPhasePowersW;
  // A current transformer knows amounts; the direction is in the power of the phase.
  const amountsA = readings.gridPhaseCurrentsA.map(Math.abs);
  const body = blockRegisters(METER_203, {
    ...sf,
    A: scaled(sum(amountsA), sf.A_SF),
    AphA: scaled(amountsA[0], sf.A_SF),
    AphB: scaled(amountsA[1], sf.A_SF),
    AphC: scaled(amountsA[2], sf.A_SF),
    PhV: scaled(sum(readings.voltagesV) / 3, sf.V_SF),
    ...voltages(readings.voltagesV, sf.V_SF),
    Hz: scaled(readings.frequencyHz, sf.Hz_SF),
    W: scaled(sign * readings.gridPowerW, sf.W_SF),
    WphA: scaled(sign * l1W, sf.W_SF),
    WphB: scaled(sign * l2W, sf.W_SF),
    WphC: scaled(sign * l3W, sf.W_SF),
    TotWhExp: LIFETIME_WH.export + readings.exportWh,
    TotWhImp: LIFETIME_WH.import + readings.importWh,
  });
  return modelRegisters(203, body);
}

function identity(Md: string, SN: string): number[] {
  return modelRegisters(1, blockRegisters(IDENTITY_1, { Mn: "hems-edge", Md, Vr: "1.0.0", SN }));
}

/** A sleeping inverter keeps its energy and its state; all else is "not implemented", as SMA's are at night. */
function inverter(readings: HouseReadings, plate: InverterPlate): number[] {
  const WH = LIFETIME_WH.pv + readings.pvWh;
  if (isAsleep(readings, plate)) {
    return modelRegisters(103, blockRegisters(INVERTER_103, { WH, WH_SF: 0, St: STATE.sleeping }));
  }
  const acW = readings.pvPowerW + readings.batteryPowerW;
  // Real inverters change their scale with the power; value and factor belong together.
  const sf = { A_SF: -2, V_SF: -1, W_SF: powerScale(acW), Hz_SF: -2, WH_SF: 0, Tmp_SF: -1 };
  const phaseA = readings.voltagesV.map((voltageV) => Math.abs(acW) / 3 / voltageV);
  const body = blockRegisters(INVERTER_103, {
    ...sf,
    A: scaled(sum(phaseA), sf.A_SF),
    AphA: scaled(phaseA[0], sf.A_SF),
    AphB: scaled(phaseA[1], sf.A_SF),
    AphC: scaled(phaseA[2], sf.A_SF),
    ...voltages(readings.voltagesV, sf.V_SF),
    W: scaled(acW, sf.W_SF),
    Hz: scaled(readings.frequencyHz, sf.Hz_SF),
    WH,
    TmpCab: scaled(30 + (20 * readings.pvPowerW) / plate.peakW, sf.Tmp_SF),
    St: STATE.mppt,
  });
  return modelRegisters(103, body);
}

function nameplate({ peakW, battery }: InverterPlate): number[] {
  const sf = { WRtg_SF: 1, VARtg_SF: 1, ARtg_SF: -1, WHRtg_SF: 1, MaxChaRte_SF: 1, MaxDisChaRte_SF: 1 };
  const body = blockRegisters(NAMEPLATE_120, {
    ...sf,
    DERTyp: battery === undefined ? 4 : 82,
    WRtg: scaled(peakW, sf.WRtg_SF),
    VARtg: scaled(peakW, sf.VARtg_SF),
    ARtg: scaled(peakW / 3 / NOMINAL_VOLTAGE_V, sf.ARtg_SF),
    WHRtg: scaled(battery?.capacityWh, sf.WHRtg_SF),
    MaxChaRte: scaled(battery?.maxChargeW, sf.MaxChaRte_SF),
    MaxDisChaRte: scaled(battery?.maxDischargeW, sf.MaxDisChaRte_SF),
  });
  return modelRegisters(120, body);
}

function storage(readings: HouseReadings, battery: HomeBatteryOptions): number[] {
  const sf = { WChaMax_SF: 0, MinRsvPct_SF: 0, ChaState_SF: -2, InOutWRte_SF: 0 };
  const body = blockRegisters(STORAGE_124, {
    ...sf,
    WChaMax: battery.maxChargeW,
    StorCtl_Mod: 0,
    MinRsvPct: scaled(battery.minSocPct, sf.MinRsvPct_SF),
    ChaState: scaled(readings.batterySocPct, sf.ChaState_SF),
    ChaSt: storageState(readings),
    OutWRte: 100,
    InWRte: 100,
    ChaGriSet: 0,
  });
  return modelRegisters(124, body);
}

function storageState({ batteryPowerW, batterySocPct = 0 }: HouseReadings): number {
  if (batteryPowerW > 0) return STORAGE_STATE.discharging;
  if (batteryPowerW < 0) return STORAGE_STATE.charging;
  return batterySocPct > 99 ? STORAGE_STATE.full : STORAGE_STATE.holding;
}

interface DcModule {
  readonly name: string;
  readonly voltageV: number;
  /** Undefined while the inverter sleeps. */
  readonly powerW: number | undefined;
  readonly countedWh: number;
}

/** DC side: two strings, and with a battery its charge and discharge as modules 3 and 4, as Fronius GEN24 does. */
function strings(readings: HouseReadings, plate: InverterPlate): number[] {
  const asleep = isAsleep(readings, plate);
  const modules: DcModule[] = STRING_SHARES.map((share, index) => ({
    name: `MPPT ${index + 1}`,
    voltageV: STRING_VOLTAGE_V,
    powerW: asleep ? undefined : (share * readings.pvPowerW) / INVERTER_EFFICIENCY,
    countedWh: LIFETIME_WH.string + (share * readings.pvWh) / INVERTER_EFFICIENCY,
  }));
  if (plate.battery !== undefined) {
    const { batteryPowerW, batteryChargedWh, batteryDischargedWh } = readings;
    modules.push(
      {
        name: "StCha 3",
        voltageV: BATTERY_VOLTAGE_V,
        powerW: Math.max(0, -batteryPowerW),
        countedWh: LIFETIME_WH.string + batteryChargedWh,
      },
      {
        name: "StDisCha 4",
        voltageV: BATTERY_VOLTAGE_V,
        powerW: Math.max(0, batteryPowerW),
        countedWh: LIFETIME_WH.string + batteryDischargedWh,
      },
    );
  }
  return mppt(modules);
}

function mppt(modules: readonly DcModule[]): number[] {
  const strongestW = Math.max(...modules.map((module) => module.powerW ?? 0));
  const sf = { DCA_SF: -2, DCV_SF: -1, DCW_SF: powerScale(strongestW), DCWH_SF: 0 };
  const body = blockRegisters(MPPT_160, { ...sf, N: modules.length });
  for (const [index, { name, voltageV, powerW, countedWh }] of modules.entries()) {
    const currentA = powerW === undefined ? undefined : powerW / voltageV;
    body.push(
      ...blockRegisters(MPPT_160_MODULE, {
        ID: index + 1,
        IDStr: name,
        DCA: scaled(currentA, sf.DCA_SF),
        DCV: powerW === undefined ? undefined : scaled(voltageV, sf.DCV_SF),
        DCW: scaled(powerW, sf.DCW_SF),
        DCWH: countedWh,
        DCSt: powerW === undefined ? STATE.sleeping : STATE.mppt,
      }),
    );
  }
  return modelRegisters(160, body);
}

/** A battery keeps its inverter awake. */
function isAsleep(readings: HouseReadings, plate: InverterPlate): boolean {
  return plate.battery === undefined && readings.pvPowerW < SLEEP_BELOW_W;
}

/** Scale factor with which a power still fits a signed register. */
function powerScale(watts: number): number {
  if (Math.abs(watts) < 3_000) return -1;
  return Math.abs(watts) < 32_000 ? 0 : 1;
}

function voltages([l1V, l2V, l3V]: ThreePhases, sf: number) {
  return {
    PhVphA: scaled(l1V, sf),
    PhVphB: scaled(l2V, sf),
    PhVphC: scaled(l3V, sf),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
