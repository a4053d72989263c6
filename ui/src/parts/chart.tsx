import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { clockTime } from "../format.ts";

export interface Series {
  readonly label: string;
  /** Name of a colour of the style sheet, such as `--sun`. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly isFilled?: boolean;
}

const HEIGHT_PX = 240;

/** Lines over time, in kW; `label` says what is shown to who cannot see it. */
export function Chart(props: { times: readonly number[]; series: readonly Series[]; label: string }) {
  const { times, series, label } = props;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const target = place.current;
    if (target === null || times.length === 0) return;
    const plot = new uPlot(
      options(target, series),
      [Array.from(times), ...series.map(({ values }) => Array.from(values))],
      target,
    );
    const resizing = new ResizeObserver(() => plot.setSize({ width: target.clientWidth, height: HEIGHT_PX }));
    resizing.observe(target);
    return () => {
      resizing.disconnect();
      plot.destroy();
    };
  }, [times, series]);
  return <div ref={place} class="chart" role="img" aria-label={label} />;
}

function options(target: HTMLElement, series: readonly Series[]): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 } };
  return {
    width: target.clientWidth,
    height: HEIGHT_PX,
    cursor: { drag: { x: false, y: false } },
    axes: [
      {
        ...axis,
        values: (_, ticks) => ticks.map((tick) => clockTime(new Date(tick * 1_000).toISOString())),
      },
      { ...axis, size: 44, values: (_, ticks) => ticks.map((tick) => `${tick} kW`) },
    ],
    series: [
      {
        value: (_: uPlot, value: number | null) =>
          value === null ? "–" : clockTime(new Date(value * 1_000).toISOString()),
      },
      ...series.map(({ label, colour: name, isFilled }) => ({
        label,
        stroke: colour(name),
        width: 1.5,
        points: { show: false },
        ...(isFilled === true ? { fill: `${colour(name)}33` } : {}),
        value: (_: uPlot, value: number | null) => (value === null ? "–" : `${value.toFixed(2)} kW`),
      })),
    ],
  };
}
