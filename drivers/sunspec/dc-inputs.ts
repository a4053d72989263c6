import { DC_MODULES } from "./models.ts";
import { type ModelImage, type Point, pointValue, rawValue, text } from "./points.ts";

/** What hangs on a DC input of a hybrid inverter; both storage uses count upward. */
export type DcUse = "pv" | "charge" | "discharge";

export interface DcInput {
  readonly index: number;
  readonly use: DcUse;
}

/** Inputs whose power stands in the same read as their scale factor; real inverters have at most six. */
const MOST_INPUTS = 6;

/** The inputs that the multiple-MPPT extension describes. */
export function dcInputs(image: ModelImage): readonly DcInput[] {
  const count = Math.min(rawValue(image, DC_MODULES.N) ?? 0, MOST_INPUTS);
  const inputs: DcInput[] = [];
  for (let index = 0; index < count; index++) {
    if (dcInputEnd(index) > image.registers.length) break;
    inputs.push({ index, use: dcUse(image, index) });
  }
  return inputs;
}

/** DC power of one input, W. */
export function dcPowerW(image: ModelImage, { index }: DcInput): number | undefined {
  return pointValue(image, dcPowerPoint(index));
}

/** DC power of all inputs together, W: one at rest or unused has no value. Undefined without a usable scale factor. */
export function sumDcPowerW(image: ModelImage, inputs: readonly DcInput[]): number | undefined {
  let sumW = 0;
  for (const { index } of inputs) {
    const point = dcPowerPoint(index);
    if (rawValue(image, point) === undefined) continue;
    const powerW = pointValue(image, point);
    if (powerW === undefined) return undefined;
    sumW += powerW;
  }
  return sumW;
}

function dcPowerPoint(index: number): Point {
  return { type: "u16", offset: moduleOffset(index) + DC_MODULES.DCW, sf: DC_MODULES.DCW_SF };
}

/** First register after those that the power of input `index` needs. */
export function dcInputEnd(index: number): number {
  return moduleOffset(index) + DC_MODULES.DCW + 1;
}

/** Fronius names the two sides of its storage input "StCha" and "StDisCha"; strings have other names or none. */
function dcUse(image: ModelImage, index: number): DcUse {
  const { offset, count } = DC_MODULES.IDStr;
  const name = text(image, moduleOffset(index) + offset, count);
  if (name.startsWith("StDisCha")) return "discharge";
  return name.startsWith("StCha") ? "charge" : "pv";
}

function moduleOffset(index: number): number {
  return DC_MODULES.firstOffset + index * DC_MODULES.size;
}
