import type { HistoryEnergies, HistoryRow, WallboxRow } from "../ports/history.ts";

const ENERGIES = [
  "importWh",
  "exportWh",
  "pvWh",
  "loadWh",
  "batteryChargeWh",
  "batteryDischargeWh",
  "surplusWh",
  "chargeWh",
  "solarWh",
] as const satisfies readonly (keyof HistoryEnergies)[];

/** Adds up rows in order of time to one that starts at `startMs`; what the last one says in words stands for all. */
export function createDaySum(startMs: number): { add(row: HistoryRow): void; row(): HistoryRow } {
  let sum: HistoryRow | undefined;
  /** Ampere-seconds of each wallbox: a mean cannot be added up. */
  const chargesAs = new Map<string, number>();

  function addWallboxes(row: HistoryRow): void {
    for (const { name, setpointA } of row.wallboxes) {
      chargesAs.set(name, (chargesAs.get(name) ?? 0) + setpointA * row.seenS);
    }
  }

  return {
    add(row) {
      addWallboxes(row);
      const before = sum;
      if (before === undefined) {
        sum = { ...row, startMs };
        return;
      }
      const energies = Object.fromEntries(ENERGIES.map((key) => [key, added(before[key], row[key])]));
      sum = {
        ...row,
        ...(energies as unknown as HistoryEnergies),
        startMs,
        seenS: before.seenS + row.seenS,
        validS: before.validS + row.validS,
        batterySocPct: row.batterySocPct ?? before.batterySocPct,
        wallboxes: mergedWallboxes(before.wallboxes, row.wallboxes),
      };
    },
    row() {
      if (sum === undefined) throw new Error("a day without any row");
      const { seenS, wallboxes } = sum;
      const mean = (name: string) => (seenS === 0 ? 0 : (chargesAs.get(name) ?? 0) / seenS);
      return { ...sum, wallboxes: wallboxes.map((box) => ({ ...box, setpointA: mean(box.name) })) };
    },
  };
}

function added(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : a + (b ?? 0);
}

function mergedWallboxes(before: readonly WallboxRow[], more: readonly WallboxRow[]): readonly WallboxRow[] {
  const byName = new Map(before.map((box) => [box.name, box]));
  for (const box of more) {
    const known = byName.get(box.name);
    byName.set(box.name, {
      ...box,
      chargeWh: box.chargeWh + (known?.chargeWh ?? 0),
      solarWh: box.solarWh + (known?.solarWh ?? 0),
    });
  }
  return [...byName.values()];
}
