/** The only file beside the clock that names `Date`: it writes and reads given times, and never asks for the time. */

const ISO_PATTERN =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})((?::\d{2}(?:[.,]\d{1,9})?)?)\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/** `2026-11-21T02:45:16.000Z` for milliseconds since 1970, to the nearest one, as the history keeps them. */
export function isoUtc(wallMs: number): string {
  return new Date(Math.round(wallMs)).toISOString();
}

/**
 * Milliseconds since 1970 of an ISO 8601 time; a time without a zone is read as UTC, as wallboxes send it.
 * Undefined for anything else, 30 February and 24:00 included.
 */
export function parseIsoMs(text: string): number | undefined {
  const match = ISO_PATTERN.exec(text.trim());
  if (match === null) return undefined;
  const [, date, minutes, rest = "", zone = "Z"] = match;
  const clockFace = `${date}T${minutes}`;
  const faceMs = Date.parse(`${clockFace}Z`);
  if (Number.isNaN(faceMs) || !isoUtc(faceMs).startsWith(clockFace)) return undefined;
  const wallMs = Date.parse(`${clockFace}${rest.replace(",", ".")}${zone.toUpperCase()}`);
  return Number.isNaN(wallMs) ? undefined : wallMs;
}
