import { FACTORS, type Variant, variantMean } from "./sweep-runs.ts";

const COLUMNS = 4;
const CELL = { width: 210, height: 120, left: 34, top: 26, right: 10, bottom: 20 } as const;
const COLOURS = ["#1d6fb8", "#e0a100", "#58a66b"] as const;

/** One small chart for each constant: the cost of a mean day over its factor, against the law as it is. */
export function plateauSvg(variants: readonly Variant[], sets: readonly string[]): string {
  const constants = [...new Set(variants.map(({ constant }) => constant))];
  const rows = Math.ceil(constants.length / COLUMNS);
  const size = { width: COLUMNS * CELL.width, height: rows * CELL.height + 24 };
  const cells = constants.map((constant, index) => {
    const at = { x: (index % COLUMNS) * CELL.width, y: 24 + Math.floor(index / COLUMNS) * CELL.height };
    return `<g transform="translate(${at.x} ${at.y})">${cell(constant, variants, sets)}</g>`;
  });
  const legend = sets.map(
    (set, index) =>
      `<rect x="${CELL.left + index * 90}" y="6" width="10" height="10" fill="${COLOURS[index]}"/><text x="${CELL.left + 14 + index * 90}" y="15">${set}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="10">`,
    "<title>Cost of a mean day when one constant of the law is multiplied</title>",
    `<rect width="${size.width}" height="${size.height}" fill="#ffffff"/>`,
    ...legend,
    ...cells,
    "</svg>\n",
  ].join("\n");
}

/** Half a kilowatt-hour a day more or less fills the chart. */
const HALF_RANGE_KWH = 0.5;

function cell(constant: string, variants: readonly Variant[], sets: readonly string[]): string {
  const width = CELL.width - CELL.left - CELL.right;
  const height = CELL.height - CELL.top - CELL.bottom;
  const x = (index: number) => CELL.left + (index / (FACTORS.length - 1)) * width;
  const y = (changeKwh: number) => {
    const share = Math.min(1, Math.max(-1, changeKwh / HALF_RANGE_KWH));
    return CELL.top + (height / 2) * (1 - share);
  };
  const curves = sets.map((set, at) => {
    const costs = FACTORS.map((factor) => costKwh(variants, { constant, factor, set }));
    const base = costs[FACTORS.indexOf(1)] ?? 0;
    const points = costs.map((cost, index) => `${x(index).toFixed(1)},${y(cost - base).toFixed(1)}`);
    return `<polyline fill="none" stroke="${COLOURS[at]}" stroke-width="1.6" points="${points.join(" ")}"/>`;
  });
  return [
    `<text x="${CELL.left}" y="${CELL.top - 8}" font-size="11">${constant}</text>`,
    ...[-HALF_RANGE_KWH, 0, HALF_RANGE_KWH].map(
      (kWh) =>
        `<line x1="${CELL.left}" x2="${CELL.left + width}" y1="${y(kWh)}" y2="${y(kWh)}" stroke="#e5e7eb"/><text x="${CELL.left - 4}" y="${y(kWh) + 3}" text-anchor="end" fill="#555555">${kWh > 0 ? "+" : ""}${kWh}</text>`,
    ),
    ...FACTORS.map(
      (factor, index) =>
        `<text x="${x(index).toFixed(1)}" y="${CELL.height - 6}" text-anchor="middle" fill="#555555">${factor}</text>`,
    ),
    ...curves,
  ].join("");
}

function costKwh(
  variants: readonly Variant[],
  { constant, factor, set }: { readonly constant: string; readonly factor: number; readonly set: string },
): number {
  const found = variants.find((variant) => variant.constant === constant && variant.factor === factor);
  return found === undefined ? 0 : variantMean(found, set).cost_kwh;
}
