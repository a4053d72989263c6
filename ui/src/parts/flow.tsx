import { BALANCED_W, energy, houseW, power } from "../format.ts";
import type { View } from "../wire.ts";
import { say } from "../words.ts";

interface Node {
  readonly name: "sun" | "house" | "grid" | "car" | "battery";
  readonly x: number;
  readonly y: number;
  readonly value: string;
  readonly note: string;
  /** Power towards the house, W; away from it below zero. */
  readonly towardsW: number;
}

const CENTRE = { x: 160, y: 118 };
/** Line width for the most that a house connection usually carries. */
const WIDEST = 7;
const MOST_W = 11_000;

/** The house in the middle, and what flows to and from it: the thicker the line the more, the dots show the way. */
export function Flow({ view }: { view: View }) {
  const nodes = nodesOf(view);
  const height = nodes.some(({ name }) => name === "battery") ? 236 : 150;
  const house = houseW(view.telemetry.load_w, view.telemetry.charge_w);
  return (
    <section aria-labelledby="flow-title">
      <h2 id="flow-title">{say("head.flow")}</h2>
      <svg class="flow" viewBox={`0 0 320 ${height}`} role="img" aria-label={pictureWords(view, house)}>
        {nodes.map((node) => (
          <Line key={node.name} node={node} />
        ))}
        <Bubble x={CENTRE.x} y={CENTRE.y} name="house" value={power(house)} note="" />
        {nodes.map(({ x, y, name, value, note }) => (
          <Bubble key={name} x={x} y={y} name={name} value={value} note={note} />
        ))}
      </svg>
      <p class="word">
        {energy(view.status.solar_kwh_today * 1_000)} {say("today.solar")}
      </p>
    </section>
  );
}

function nodesOf({ telemetry, wallbox }: View): readonly Node[] {
  const { pv_w, grid_w, charge_w, battery_w, battery_soc_pct } = telemetry;
  const nodes: Node[] = [
    { name: "sun", x: 160, y: 32, value: power(pv_w), note: "", towardsW: pv_w ?? 0 },
    {
      name: "grid",
      x: 44,
      y: 118,
      value: power(grid_w === null ? null : Math.abs(grid_w)),
      note: say(`flow.${gridDirection(grid_w)}`),
      towardsW: grid_w ?? 0,
    },
    {
      name: "car",
      x: 276,
      y: 118,
      value: power(charge_w),
      note: wallbox.is_connected ? say(`vehicle.${wallbox.vehicle}`) : say("device.away"),
      towardsW: -(charge_w ?? 0),
    },
  ];
  if (battery_w === null && battery_soc_pct === null) return nodes;
  const note = battery_soc_pct === null ? "" : `${Math.round(battery_soc_pct)} %`;
  const value = power(battery_w === null ? null : Math.abs(battery_w));
  return [...nodes, { name: "battery", x: 160, y: 204, value, note, towardsW: battery_w ?? 0 }];
}

function Line({ node }: { node: Node }) {
  const { name, x, y, towardsW } = node;
  const isIdle = Math.abs(towardsW) <= BALANCED_W;
  const width = isIdle ? 1 : 1.5 + Math.min(1, Math.abs(towardsW) / MOST_W) * WIDEST;
  const [from, to] = towardsW >= 0 ? [{ x, y }, CENTRE] : [CENTRE, { x, y }];
  const direction = name === "grid" ? (towardsW > 0 ? "import" : "export") : "";
  return (
    <line
      class={`line ${name} ${direction} ${isIdle ? "idle" : "moving"}`}
      x1={from.x}
      y1={from.y}
      x2={to.x}
      y2={to.y}
      stroke-width={width}
    />
  );
}

function Bubble(props: { x: number; y: number; name: string; value: string; note: string }) {
  const { x, y, name, value, note } = props;
  return (
    <g class={`bubble ${name}`} transform={`translate(${x} ${y})`}>
      <rect x="-43" y="-30" width="86" height="60" rx="14" />
      <text class="name" y="-13">
        {say(`flow.${name}`)}
      </text>
      <text class="number" y="6">
        {value}
      </text>
      <text class="note" y="21">
        {note}
      </text>
    </g>
  );
}

function gridDirection(gridW: number | null): string {
  if (gridW === null) return "unknown";
  if (gridW > BALANCED_W) return "importing";
  return gridW < -BALANCED_W ? "exporting" : "balanced";
}

function pictureWords({ telemetry }: View, house: number | null): string {
  return say("flow.picture", {
    sun: power(telemetry.pv_w),
    house: power(house),
    grid: power(telemetry.grid_w === null ? null : Math.abs(telemetry.grid_w)),
    direction: say(`flow.${gridDirection(telemetry.grid_w)}`),
    car: power(telemetry.charge_w),
  });
}
