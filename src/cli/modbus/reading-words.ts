import type { SiteChannels } from "../../ports/site-source.ts";

/** Losses and meters that disagree, W. */
const TOLERANCE_W = 200;

/** What a device's values mean, one sentence each: a person sees at once whether a sign is wrong. */
export function readingSentences(values: SiteChannels): readonly string[] {
  return [...valueSentences(values), houseSentence(values)].filter((sentence) => sentence !== undefined);
}

/** As `readingSentences`, without what follows for the house: other devices may have a part in it. */
export function valueSentences(values: SiteChannels): readonly string[] {
  const { gridPowerW, gridPhaseCurrentsA, pvPowerW, batteryPowerW, batterySocPct } = values;
  return [
    gridPowerW === undefined ? undefined : gridSentence(gridPowerW),
    gridPhaseCurrentsA === undefined
      ? undefined
      : `phase currents ${gridPhaseCurrentsA.map((currentA) => currentA.toFixed(1)).join(", ")} A`,
    pvPowerW === undefined ? undefined : `PV makes ${watts(pvPowerW)}`,
    batteryPowerW === undefined ? undefined : batterySentence(batteryPowerW),
    batterySocPct === undefined ? undefined : `the battery is at ${Math.round(batterySocPct)} %`,
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

/** What the house uses, if the values tell it; or that they cannot be right. */
export function houseSentence(values: SiteChannels): string | undefined {
  const loadW = houseLoadW(values);
  if (loadW === undefined) return undefined;
  return isImpossible(loadW)
    ? `so the house would make ${watts(-loadW)}, which cannot be: a sign or a scale is wrong`
    : `so the house uses ${watts(loadW)}`;
}

function houseLoadW({ gridPowerW, pvPowerW, batteryPowerW = 0 }: SiteChannels): number | undefined {
  return gridPowerW === undefined || pvPowerW === undefined
    ? undefined
    : pvPowerW + gridPowerW + batteryPowerW;
}

function isImpossible(loadW: number): boolean {
  return loadW < -TOLERANCE_W;
}

/** Whether these values can be of one house at one time, losses allowed. */
export function canBeOneHouse(values: SiteChannels): boolean {
  const loadW = houseLoadW(values);
  return loadW === undefined || !isImpossible(loadW);
}

/** 2310 as "2 310 W". */
function watts(powerW: number): string {
  return `${String(Math.round(powerW)).replace(/\B(?=(\d{3})+$)/g, " ")} W`;
}
