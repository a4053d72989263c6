export interface Series {
  readonly name: string;
  readonly colour: string;
  /** Evenly spaced over the hours of the plot, W. */
  readonly valuesW: readonly number[];
}

export interface Band {
  readonly name: string;
  readonly colour: string;
  readonly fromHour: number;
  readonly toHour: number;
}

export interface Plot {
  readonly title: string;
  readonly hours: number;
  readonly series: readonly Series[];
  /** A strip below the curves. */
  readonly bands: readonly Band[];
}

const WIDTH = 860;
const HEIGHT = 300;
const BOX = { left: 44, top: 40, right: 14, bottom: 48 } as const;
const PLOT_WIDTH = WIDTH - BOX.left - BOX.right;
const PLOT_HEIGHT = HEIGHT - BOX.top - BOX.bottom;
const STRIP = { top: HEIGHT - 38, height: 10 } as const;
const TICK_HOURS = 3;
const TICK_W = 2_000;

/** Powers over the hours of a day, as a small SVG that needs no style sheet. */
export function plotSvg({ title, hours, series, bands }: Plot): string {
  const highestW = Math.max(TICK_W, ...series.flatMap(({ valuesW }) => valuesW));
  const topW = Math.ceil(highestW / TICK_W) * TICK_W;
  const x = (hour: number) => BOX.left + (hour / hours) * PLOT_WIDTH;
  const y = (watts: number) => BOX.top + PLOT_HEIGHT * (1 - watts / topW);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${BOX.left}" y="16" font-size="12" fill="#222222">${escaped(title)}</text>`,
    ...legend(series, bands),
    ...wattLines(topW, y),
    ...hourTicks(hours, x),
    ...series.map((one) => curve(one, { hours, x, y })),
    ...bands.map(({ colour, fromHour, toHour }) => {
      const width = Math.max(0.3, x(toHour) - x(fromHour));
      return `<rect x="${fixed(x(fromHour))}" y="${STRIP.top}" width="${fixed(width)}" height="${STRIP.height}" fill="${colour}"/>`;
    }),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}

type Scale = (value: number) => number;

function curve(
  { colour, valuesW }: Series,
  { hours, x, y }: { readonly hours: number; readonly x: Scale; readonly y: Scale },
): string {
  const points = valuesW.map((watts, index) => {
    return `${fixed(x(((index + 0.5) / valuesW.length) * hours))},${fixed(y(watts))}`;
  });
  return `<polyline fill="none" stroke="${colour}" stroke-width="1.6" points="${points.join(" ")}"/>`;
}

function wattLines(topW: number, y: Scale): string[] {
  return Array.from({ length: topW / TICK_W + 1 }, (_, index) => {
    const watts = index * TICK_W;
    return [
      `<line x1="${BOX.left}" x2="${WIDTH - BOX.right}" y1="${fixed(y(watts))}" y2="${fixed(y(watts))}" stroke="#e5e7eb"/>`,
      `<text x="${BOX.left - 6}" y="${fixed(y(watts) + 4)}" text-anchor="end" fill="#555555">${watts / 1_000} kW</text>`,
    ].join("");
  });
}

function hourTicks(hours: number, x: Scale): string[] {
  return Array.from({ length: Math.floor(hours / TICK_HOURS) + 1 }, (_, index) => {
    const hour = index * TICK_HOURS;
    return `<text x="${fixed(x(hour))}" y="${HEIGHT - 12}" text-anchor="middle" fill="#555555">${hour} h</text>`;
  });
}

function legend(series: readonly Series[], bands: readonly Band[]): string[] {
  const states = new Map(bands.map(({ name, colour }) => [name, colour]));
  const entries = [...series.map(({ name, colour }) => [name, colour] as const), ...states];
  return entries.map(([name, colour], index) => {
    const left = BOX.left + index * 96;
    return `<rect x="${left}" y="23" width="10" height="10" fill="${colour}"/><text x="${left + 14}" y="32" fill="#222222">${escaped(name)}</text>`;
  });
}

function fixed(value: number): string {
  return value.toFixed(1);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
