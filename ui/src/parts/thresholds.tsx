import { useEffect, useState } from "preact/hooks";
import { AnswerLine, useAnswer } from "../answer.tsx";
import { get, send } from "../api.ts";
import { power } from "../format.ts";
import type { HistoryRow, ThresholdPair, View } from "../wire.ts";
import { say } from "../words.ts";

const STEP_W = 100;
const LEAST_AXIS_W = 6_000;
const WIDTH = 320;
const HEIGHT = 70;
const BASE_Y = 52;

/** The two thresholds as handles on a power axis, over a shadow of what the grid did today. */
export function Thresholds({ view, isLive }: { view: View; isLive: boolean }) {
  const asked = view.state.thresholds;
  const [draft, setDraft] = useState<ThresholdPair | undefined>(undefined);
  const { text, ask } = useAnswer();
  const shadow = useShadow();
  const pair = draft ?? asked;
  const startW = pair.hems_min_export_to_start_w;
  const stopW = pair.hems_max_import_before_stopping_w;
  const axisW = axisOf(startW, stopW, shadow);
  const x = (gridW: number) => WIDTH / 2 + (gridW / axisW) * (WIDTH / 2);

  function handle(key: keyof ThresholdPair, label: string) {
    return (
      <label>
        {say(label)} <b>{power(pair[key])}</b>
        <input
          type="range"
          min="0"
          max={axisW}
          step={STEP_W}
          value={pair[key]}
          disabled={!isLive}
          onInput={(event) => setDraft({ ...pairOf(pair), [key]: Number(event.currentTarget.value) })}
        />
      </label>
    );
  }

  async function save() {
    if (draft !== undefined && (await ask(send("PUT", "/api/thresholds", draft)))) setDraft(undefined);
  }

  return (
    <section aria-labelledby="thresholds-title" class="thresholds">
      <h2 id="thresholds-title">{say("head.thresholds")}</h2>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <Shadow gridW={shadow} axisW={axisW} />
        <rect class="band" x={x(-startW)} y="8" width={x(stopW) - x(-startW)} height={BASE_Y - 8} />
        <Forbidden draft={draft} view={view} x={x} />
        <line class="axis" x1="0" x2={WIDTH} y1={BASE_Y} y2={BASE_Y} />
        <line class="zero" x1={x(0)} x2={x(0)} y1="4" y2={BASE_Y} />
        <line class="start" x1={x(-startW)} x2={x(-startW)} y1="4" y2={BASE_Y} />
        <line class="stop" x1={x(stopW)} x2={x(stopW)} y1="4" y2={BASE_Y} />
        <text x="0" y={HEIGHT - 4}>
          {say("thresholds.export")} {power(axisW)}
        </text>
        <text x={WIDTH} y={HEIGHT - 4} text-anchor="end">
          {say("thresholds.import")} {power(axisW)}
        </text>
      </svg>
      {shadow.length > 0 ? <p class="word">{say("thresholds.shadow")}</p> : null}
      {handle("hems_min_export_to_start_w", "thresholds.start")}
      {handle("hems_max_import_before_stopping_w", "thresholds.stop")}
      <ForbiddenWords draft={draft} view={view} />
      <button type="button" disabled={!isLive || draft === undefined} onClick={save}>
        {say("thresholds.save")}
      </button>
      <AnswerLine text={text} />
    </section>
  );
}

/** The start that the gateway will really use for a pair, W. */
function usedStartW(draft: ThresholdPair | undefined, { state, min_band_w }: View): number {
  if (draft === undefined) return state.thresholds.effective.hems_min_export_to_start_w;
  const leastW = min_band_w - draft.hems_max_import_before_stopping_w;
  return Math.max(draft.hems_min_export_to_start_w, leastW);
}

/** Where the start may not be: less than the smallest charge above the stop. */
function Forbidden({
  draft,
  view,
  x,
}: {
  draft: ThresholdPair | undefined;
  view: View;
  x: (w: number) => number;
}) {
  const { hems_min_export_to_start_w: askedW } = draft ?? view.state.thresholds;
  const usedW = usedStartW(draft, view);
  if (usedW <= askedW) return null;
  return <rect class="forbidden" x={x(-usedW)} y="8" width={x(-askedW) - x(-usedW)} height={BASE_Y - 8} />;
}

function ForbiddenWords({ draft, view }: { draft: ThresholdPair | undefined; view: View }) {
  const { hems_min_export_to_start_w: askedW } = draft ?? view.state.thresholds;
  const usedW = usedStartW(draft, view);
  return usedW <= askedW ? null : (
    <p class="warning">{say("thresholds.forbidden", { start: power(usedW) })}</p>
  );
}

function pairOf({
  hems_min_export_to_start_w,
  hems_max_import_before_stopping_w,
}: ThresholdPair): ThresholdPair {
  return { hems_min_export_to_start_w, hems_max_import_before_stopping_w };
}

function axisOf(startW: number, stopW: number, shadow: readonly number[]): number {
  const largestW = Math.max(LEAST_AXIS_W, startW * 1.25, stopW * 1.25, ...shadow.map(Math.abs));
  return Math.ceil(largestW / 1_000) * 1_000;
}

/** Mean grid power of each quarter hour of the last day, W. */
function useShadow(): readonly number[] {
  const [gridW, setGridW] = useState<readonly number[]>([]);
  useEffect(() => {
    void get<{ rows: HistoryRow[] }>("/api/history?resolution=quarter").then((answer) => {
      if (!answer.ok) return;
      setGridW(
        answer.value.rows
          .filter(({ seen_s }) => seen_s > 0)
          .map(
            ({ import_wh, export_wh, seen_s }) => (((import_wh ?? 0) - (export_wh ?? 0)) * 3_600) / seen_s,
          ),
      );
    });
  }, []);
  return gridW;
}

const BINS = 40;

function Shadow({ gridW, axisW }: { gridW: readonly number[]; axisW: number }) {
  const counts = new Array<number>(BINS).fill(0);
  for (const watts of gridW) {
    const bin = Math.floor(((watts + axisW) / (2 * axisW)) * BINS);
    const index = Math.min(BINS - 1, Math.max(0, bin));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const most = Math.max(1, ...counts);
  const width = WIDTH / BINS;
  return (
    <g class="shadow">
      {counts.map((count, bin) => {
        const height = (Math.sqrt(count / most) * (BASE_Y - 12)) | 0;
        return <rect key={bin} x={bin * width} y={BASE_Y - height} width={width - 1} height={height} />;
      })}
    </g>
  );
}
