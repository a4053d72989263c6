import { useEffect, useState } from "preact/hooks";
import { get } from "../api.ts";
import { dayAndTime, dayOnly, decimal, energy, power } from "../format.ts";
import type { HistoryRow, Session } from "../wire.ts";
import { say } from "../words.ts";

const WEEKS_MS = 28 * 86_400_000;

/** Weeks of charging, and every session. */
export function History({ now }: { now: string }) {
  const [days, setDays] = useState<readonly HistoryRow[]>([]);
  const [sessions, setSessions] = useState<readonly Session[]>([]);
  useEffect(() => {
    const from = new Date(Date.parse(now) - WEEKS_MS).toISOString();
    void get<{ rows: HistoryRow[] }>(`/api/history?resolution=day&from=${from}`).then((answer) => {
      if (answer.ok) setDays(answer.value.rows);
    });
    void get<{ sessions: Session[] }>("/api/sessions").then((answer) => {
      if (answer.ok) setSessions(answer.value.sessions.toReversed());
    });
  }, []);
  return (
    <>
      <section aria-labelledby="weeks-title">
        <h2 id="weeks-title">{say("head.weeks")}</h2>
        {days.length === 0 ? <p class="word">{say("chart.empty")}</p> : <Weeks days={days} />}
      </section>
      <section aria-labelledby="sessions-title">
        <h2 id="sessions-title">{say("head.sessions")}</h2>
        {sessions.length === 0 ? <p class="word">{say("session.none")}</p> : <Sessions sessions={sessions} />}
        <p>
          <a href="/api/sessions.csv">{say("session.csv")}</a>
        </p>
      </section>
    </>
  );
}

/** A bar a day: sun below, grid on top. */
function Weeks({ days }: { days: readonly HistoryRow[] }) {
  const most = Math.max(1, ...days.map(({ charge_wh }) => charge_wh ?? 0));
  return (
    <table class="weeks">
      <thead>
        <tr>
          <th scope="col">{say("weeks.day")}</th>
          <th scope="col">{say("weeks.solar")}</th>
          <th scope="col">{say("weeks.grid")}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {days.map(({ start, charge_wh, solar_wh }) => {
          const solar = solar_wh ?? 0;
          const grid = Math.max(0, (charge_wh ?? 0) - solar);
          return (
            <tr key={start}>
              <th scope="row">{dayOnly(start)}</th>
              <td>{energy(solar)}</td>
              <td>{energy(grid)}</td>
              <td>
                <meter class="sun" min="0" max={most} value={solar} aria-label={say("weeks.solar")} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** The card has its column where anybody ever used one. */
function Sessions({ sessions }: { sessions: readonly Session[] }) {
  const hasTags = sessions.some(({ id_tag }) => id_tag !== null);
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{say("session.when")}</th>
          <th scope="col">{say("session.energy")}</th>
          <th scope="col">{say("session.solar")}</th>
          <th scope="col">{say("session.power")}</th>
          {hasTags && <th scope="col">{say("session.tag")}</th>}
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => (
          <tr key={`${session.wallbox} ${session.start}`}>
            <th scope="row">
              {dayAndTime(session.start)}
              {session.end === null ? ` (${say("session.running")})` : ""}
            </th>
            <td>{energy(session.energy_wh)}</td>
            <td>{session.solar_share_pct === null ? "–" : `${decimal(session.solar_share_pct, 0)} %`}</td>
            <td>{power(session.max_power_w)}</td>
            {hasTags && <td>{session.id_tag ?? "–"}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
