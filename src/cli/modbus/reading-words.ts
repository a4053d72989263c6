import type { SiteChannels } from "../../ports/site-source.ts";

/** Losses and meters that disagree, W. */
const TOLERANCE_W = 200;

/** What a device's values mean, one sentence each: a person sees at once whether a sign is wrong. */
export function readingSentences(values: SiteChannels): readonly string[] {
  const { gridPowerW, gridPhaseCurrentsA, pvPowerW, batteryPowerW, batterySocPct } = values;
  return [
    gridPowerW === undefined ? undefined : gridSentence(gridPowerW),
    gridPhaseCurrentsA === undefined
      ? undefined
      : `phase currents ${gridPhaseCurrentsA.map((currentA) => currentA.toFixed(1)).join(", ")} A`,
    pvPowerW === undefined ? undefined : `PV makes ${watts(pvPowerW)}`,
    batteryPowerW === undefined ? undefined : batterySentence(batteryPowerW),
    batterySocPct === undefined ? undefined : `the battery is at ${Math.round(batterySocPct)} %`,
    loadSentence(values),
  ].filter((sentence) => sentence !== undefined);
}

function gridSentence(gridPowerW: number): string {
  if (Math.round(gridPowerW) === 0) return "your house neither takes from the grid nor exports";
  return gridPowerW < 0
    ? `your house exports ${watts(-gridPowerW)}`
    : `your house takes ${watts(gridPowerW)} from the grid`;
}

function batterySentence(batteryPowerW: number): string {
  if (Math.round(batteryPowerW) === 0) return "the battery rests";
  return batteryPowerW < 0
    ? `the battery charges with ${watts(-batteryPowerW)}`
    : `the battery gives ${watts(batteryPowerW)}`;
}

function loadSentence({ gridPowerW, pvPowerW, batteryPowerW = 0 }: SiteChannels): string | undefined {
  if (gridPowerW === undefined || pvPowerW === undefined) return undefined;
  const loadW = pvPowerW + gridPowerW + batteryPowerW;
  return loadW < -TOLERANCE_W
    ? `so the house would make ${watts(-loadW)}, which cannot be: a sign or a scale is wrong`
    : `so the house uses ${watts(loadW)}`;
}

/** 2310 as "2 310 W". */
function watts(powerW: number): string {
  return `${String(Math.round(powerW)).replace(/\B(?=(\d{3})+$)/g, " ")} W`;
}
