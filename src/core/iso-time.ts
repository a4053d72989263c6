const ISO_PATTERN =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d{2}:?\d{2})?$/;

/** `2026-11-21T02:45:16.000Z` for milliseconds since 1970; throws outside the years 0000 to 9999. */
export function isoUtc(wallMs: number): string {
  const whole = Math.floor(wallMs);
  const { year, month, day } = civilDate(Math.floor(whole / 86_400_000));
  const inDayMs = whole - Math.floor(whole / 86_400_000) * 86_400_000;
  if (!(year >= 0 && year <= 9_999)) throw new RangeError(`no ISO time for ${wallMs} ms`);
  const hour = Math.floor(inDayMs / 3_600_000);
  const minute = Math.floor(inDayMs / 60_000) % 60;
  const second = Math.floor(inDayMs / 1_000) % 60;
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}.${pad(inDayMs % 1_000, 3)}Z`;
}

/**
 * Milliseconds since 1970 of an ISO 8601 time; a time without a zone is read as UTC, as wallboxes send it.
 * Undefined for anything else, including dates that do not exist.
 */
export function parseIsoMs(text: string): number | undefined {
  const match = ISO_PATTERN.exec(text.trim());
  if (match === null) return undefined;
  const part = (index: number) => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  if (month < 1 || month > 12 || hour > 24 || minute > 59 || second > 60) return undefined;
  const days = dayNumber(year, month, day);
  const date = civilDate(days);
  if (date.month !== month || date.day !== day) return undefined;
  const milliseconds = Math.floor(Number(`0.${match[7] ?? "0"}`) * 1_000);
  return ((days * 24 + hour) * 60 + minute - zoneMinutes(match[8])) * 60_000 + second * 1_000 + milliseconds;
}

function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === "Z" || zone === "z") return 0;
  const digits = zone.replace(":", "");
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5));
  return zone.startsWith("-") ? -minutes : minutes;
}

/** Days since 1970-01-01 of a proleptic Gregorian date. */
function dayNumber(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear -
    719_468
  );
}

function civilDate(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1,
  };
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
