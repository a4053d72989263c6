import { useEffect, useMemo, useState } from "preact/hooks";
import { get } from "../api.ts";
import { clockTime, dayAndTime, energy } from "../format.ts";
import type { HistoryRow, PastEvent } from "../wire.ts";
import { say } from "../words.ts";
import { Chart, type Series } from "./chart.tsx";

const REFRESH_MS = 60_000;
const MOST_EVENTS = 30;

/** Today, minute by minute, and what happened. */
export function Day() {
  const [rows, setRows] = useState<readonly HistoryRow[]>([]);
  const [events, setEvents] = useState<readonly PastEvent[]>([]);
  useEffect(() => {
    const read = async () => {
      const history = await get<{ rows: HistoryRow[] }>("/api/history");
      if (history.ok) setRows(history.value.rows);
      const past = await get<{ events: PastEvent[] }>("/api/history/events");
      if (past.ok) setEvents(past.value.events.slice(-MOST_EVENTS).reverse());
    };
    void read();
    const timer = setInterval(read, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <section aria-labelledby="day-title">
        <h2 id="day-title">{say("head.day")}</h2>
        {rows.length === 0 ? <p class="word">{say("chart.empty")}</p> : <DayChart rows={rows} />}
      </section>
      <section aria-labelledby="events-title">
        <h2 id="events-title">{say("head.events")}</h2>
        {events.length === 0 ? <p class="word">{say("events.none")}</p> : null}
        <ul class="events">
          {events.map((event) => (
            <li key={`${event.ts} ${event.event} ${event.to ?? ""}`}>
              <time dateTime={event.ts}>{dayAndTime(event.ts)}</time> <b>{eventWords(event)}</b>{" "}
              <span>{event.reason_text}</span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function DayChart({ rows }: { rows: readonly HistoryRow[] }) {
  const times = useMemo(() => rows.map(({ start }) => Date.parse(start) / 1_000), [rows]);
  const series = useMemo(() => daySeries(rows), [rows]);
  return (
    <>
      <Chart times={times} series={series} label={say("head.day")} />
      <details>
        <summary>{say("chart.table")}</summary>
        <HourTable rows={rows} />
      </details>
    </>
  );
}

function daySeries(rows: readonly HistoryRow[]): readonly Series[] {
  const meanKw = (wattHours: number | null, { seen_s }: HistoryRow) =>
    wattHours === null || seen_s === 0 ? null : (wattHours * 3.6) / seen_s;
  return [
    {
      label: say("chart.sun"),
      colour: "--sun",
      isFilled: true,
      values: rows.map((row) => meanKw(row.pv_wh, row)),
    },
    { label: say("chart.house"), colour: "--quiet", values: rows.map((row) => meanKw(row.load_wh, row)) },
    { label: say("chart.car"), colour: "--accent", values: rows.map((row) => meanKw(row.charge_wh, row)) },
    { label: say("chart.grid"), colour: "--import", values: rows.map((row) => meanKw(row.import_wh, row)) },
  ];
}

/** The chart's numbers, an hour a line, for screen readers and for looking them up. */
function HourTable({ rows }: { rows: readonly HistoryRow[] }) {
  const hours = new Map<string, HistoryRow[]>();
  for (const row of rows) {
    const hour = row.start.slice(0, 13);
    hours.set(hour, [...(hours.get(hour) ?? []), row]);
  }
  const sum = (of: readonly HistoryRow[], key: "pv_wh" | "load_wh" | "charge_wh" | "import_wh") =>
    of.reduce((total, row) => total + (row[key] ?? 0), 0);
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{say("session.when")}</th>
          {["sun", "house", "car", "grid"].map((name) => (
            <th key={name} scope="col">
              {say(`chart.${name}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {[...hours].map(([hour, of]) => (
          <tr key={hour}>
            <th scope="row">{clockTime(`${hour}:00:00Z`)}</th>
            <td>{energy(sum(of, "pv_wh"))}</td>
            <td>{energy(sum(of, "load_wh"))}</td>
            <td>{energy(sum(of, "charge_wh"))}</td>
            <td>{energy(sum(of, "import_wh"))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function eventWords({ event, from, to }: PastEvent): string {
  const figures = {
    from: from === undefined ? "" : say(`state.${from}`),
    to: to === undefined ? "" : say(`state.${to}`),
  };
  return say(`event.${event}`, figures);
}
