const PATTERN = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(?:Z|\+00:?00)$/;
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;

/** Milliseconds since 1970 of an ISO 8601 time in UTC; undefined for anything else, 30 February included. */
export function isoUtcMs(text: string): number | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const dayCount = daysSince1970(year, month, day);
  if (dayCount === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  const fractionMs = Number((match[7] ?? "0").padEnd(3, "0"));
  return (((dayCount * 24 + hour) * 60 + minute) * 60 + second) * 1_000 + fractionMs;
}

function daysSince1970(year: number, month: number, day: number): number | undefined {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const before = DAYS_BEFORE_MONTH[month - 1];
  if (before === undefined || day < 1) return undefined;
  const monthEnd = (DAYS_BEFORE_MONTH[month] ?? 365) + (isLeap && month === 2 ? 1 : 0);
  if (before + day > monthEnd) return undefined;
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 477;
  return (year - 1970) * 365 + leapDays + before + day - 1 + (isLeap && month > 2 ? 1 : 0);
}
