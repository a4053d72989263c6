import type { HistoryEnergies, HistoryRow } from "../../ports/history.ts";

const ENERGY_FIELDS = {
  import_wh: "importWh",
  export_wh: "exportWh",
  pv_wh: "pvWh",
  load_wh: "loadWh",
  battery_charge_wh: "batteryChargeWh",
  battery_discharge_wh: "batteryDischargeWh",
  surplus_wh: "surplusWh",
  charge_wh: "chargeWh",
  solar_wh: "solarWh",
} as const satisfies Readonly<Record<string, keyof HistoryEnergies>>;

/** A minute in InfluxDB's line protocol: a line for the house and one for each wallbox, in seconds since 1970. */
export function minuteLines(row: HistoryRow, site: string): readonly string[] {
  const timeS = Math.round(row.startMs / 1_000);
  const energies = Object.entries(ENERGY_FIELDS).flatMap(([field, key]) => numberField(field, row[key]));
  const house = [
    `seen_s=${row.seenS}i`,
    `valid_s=${row.validS}i`,
    ...energies,
    ...numberField("battery_soc_pct", row.batterySocPct),
    `state="${row.state}"`,
    `mode="${row.mode}"`,
  ];
  const boxes = row.wallboxes.map(({ name, chargeWh, solarWh, setpointA, phases }) => {
    const fields = [
      ...numberField("charge_wh", chargeWh),
      ...numberField("solar_wh", solarWh),
      ...numberField("setpoint_a", setpointA),
      `phases=${phases}i`,
    ];
    return `hems_edge_wallbox,site=${tag(site)},wallbox=${tag(name)} ${fields.join(",")} ${timeS}`;
  });
  return [`hems_edge,site=${tag(site)} ${house.join(",")} ${timeS}`, ...boxes];
}

/** To the hundredth; nothing for what is not known: the protocol has no null. */
function numberField(name: string, value: number | undefined): readonly string[] {
  return value === undefined ? [] : [`${name}=${Math.round(value * 100) / 100}`];
}

/** Site and device names hold none of these, but a name that did would end the tag. */
function tag(name: string): string {
  return name.replace(/[ ,=\\]/g, "\\$&");
}
