const DEGREE = Math.PI / 180;
const DAY_MS = 86_400_000;
/** 2000-01-01T12:00:00Z. */
const J2000_MS = 946_728_000_000;

/** Where on earth, degrees; north and east are positive. */
export interface Place {
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
}

/** Unit vector to the sun: east, north, up. */
export type SunVector = readonly [east: number, north: number, up: number];

/** Low-precision formulae of the Astronomical Almanac: good to 0.01 degrees, without refraction. */
export function sunVector({ latitudeDeg, longitudeDeg }: Place, wallMs: number): SunVector {
  const days = (wallMs - J2000_MS) / DAY_MS;
  const meanLongitudeDeg = 280.46 + 0.9856474 * days;
  const anomaly = (357.528 + 0.9856003 * days) * DEGREE;
  const longitude = (meanLongitudeDeg + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * DEGREE;
  const obliquity = (23.439 - 4e-7 * days) * DEGREE;
  const ascension = Math.atan2(Math.cos(obliquity) * Math.sin(longitude), Math.cos(longitude));
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(longitude));
  const siderealDeg = 280.46061837 + 360.98564736629 * days + longitudeDeg;
  const hourAngle = siderealDeg * DEGREE - ascension;
  const latitude = latitudeDeg * DEGREE;
  return [
    -Math.cos(declination) * Math.sin(hourAngle),
    Math.sin(declination) * Math.cos(latitude) -
      Math.cos(declination) * Math.sin(latitude) * Math.cos(hourAngle),
    Math.sin(declination) * Math.sin(latitude) +
      Math.cos(declination) * Math.cos(latitude) * Math.cos(hourAngle),
  ];
}
