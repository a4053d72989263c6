/** Below this nobody calls it export or import, W: meters wobble. */
export const BALANCED_W = 20;

export function power(watts: number | null): string {
  if (watts === null) return "–";
  const size = Math.abs(watts);
  if (size < 1_000) return `${Math.round(size)}\u00a0W`;
  return `${decimal(size / 1_000, size < 9_950 ? 2 : 1)}\u00a0kW`;
}

export function energy(wattHours: number | null): string {
  return wattHours === null ? "–" : `${decimal(wattHours / 1_000, 1)}\u00a0kWh`;
}

export function amps(current: number): string {
  return `${decimal(current, Number.isInteger(current) ? 0 : 1)}\u00a0A`;
}

export function decimal(value: number, digits: number): string {
  return value.toLocaleString(document.documentElement.lang, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

export function clockTime(iso: string): string {
  return new Date(iso).toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}

export function dayAndTime(iso: string): string {
  return new Date(iso).toLocaleString(document.documentElement.lang, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}

export function dayOnly(iso: string): string {
  return new Date(iso).toLocaleDateString(document.documentElement.lang, {
    weekday: "short",
    day: "numeric",
    month: "short",
  });
}

/** The house without the car, from the same pass, W. */
export function houseW(load: number | null, charge: number | null): number | null {
  return load === null ? null : Math.max(0, load - (charge ?? 0));
}
