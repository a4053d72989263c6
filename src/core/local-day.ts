/** No time zone changes its offset between two quarters of an hour. */
const QUARTER_HOUR_MS = 900_000;

/** A function that gives the local date, `2026-11-21`, of a wall time in ms. Remembers the present quarter hour. */
export function createLocalDay(timeZone: string): (wallMs: number) => string {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  let quarter = Number.NaN;
  let day = "";
  return (wallMs) => {
    const current = Math.floor(wallMs / QUARTER_HOUR_MS);
    if (current !== quarter) {
      quarter = current;
      day = format.format(current * QUARTER_HOUR_MS);
    }
    return day;
  };
}
