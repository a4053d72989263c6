import type { PhaseCurrentsA } from "../../src/core/units.ts";
import type { SiteChannels } from "../../src/ports/site-source.ts";
import type { MeterPoints } from "./models.ts";
import { type ModelImage, pointValue } from "./points.ts";

/** Grid power and phase currents of a meter, import positive whatever the meter's own sign is. */
export function gridChannels(
  image: ModelImage,
  points: MeterPoints,
  gridSign: "import_positive" | "export_positive",
): SiteChannels {
  const sign = gridSign === "import_positive" ? 1 : -1;
  const meterW = pointValue(image, points.W);
  const currentsA = phaseCurrentsA(image, points, sign);
  return {
    ...(meterW === undefined ? {} : { gridPowerW: sign === 1 ? meterW : 0 - meterW }),
    ...(currentsA === undefined ? {} : { gridPhaseCurrentsA: currentsA }),
  };
}

/** All phases or none: the main fuse cannot be watched on a part of them. */
function phaseCurrentsA(image: ModelImage, points: MeterPoints, sign: 1 | -1): PhaseCurrentsA | undefined {
  const l1 = phaseCurrentA(image, points, 0, sign);
  if (l1 === undefined) return undefined;
  if (!points.isThreePhase) return [l1, 0, 0];
  const l2 = phaseCurrentA(image, points, 1, sign);
  const l3 = phaseCurrentA(image, points, 2, sign);
  return l2 === undefined || l3 === undefined ? undefined : [l1, l2, l3];
}

/** Meters tell magnitudes; the phase's power has the direction. Without it, import is the safe side. */
function phaseCurrentA(
  image: ModelImage,
  points: MeterPoints,
  phase: 0 | 1 | 2,
  sign: 1 | -1,
): number | undefined {
  const currentA = pointValue(image, points.Aph[phase]);
  if (currentA === undefined) return undefined;
  const phaseW = pointValue(image, points.Wph[phase]) ?? 0;
  return sign * phaseW < 0 ? -Math.abs(currentA) : Math.abs(currentA);
}
