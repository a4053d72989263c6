import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHistoryThread, type HistoryThread } from "../../src/history/history-thread.ts";
import { createSystemClock } from "../../src/service/clock.ts";
import { batch, DAY_S, minuteRecord, RETENTION } from "../history/support/records.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { ask } from "./support/http.ts";
import { serve } from "./support/serve.ts";

const folder = temporaryFolder();
const at = (minute: number) => (DAY_S + minute * 60) * 1_000;
let history: HistoryThread;

/** Two days of minutes, three sessions and an event, behind the real thread. */
beforeAll(async () => {
  history = createHistoryThread(
    { stateDir: folder, timeZone: "Europe/Berlin", retention: RETENTION, meta: {} },
    { clock: createSystemClock({ unref: true }) },
  );
  const session = (minute: number, costCt: number | undefined) => ({
    wallbox: "garage",
    startMs: at(minute),
    endMs: at(minute + 60),
    chargingS: 3_000,
    energyWh: 6_000,
    solarWh: 4_500,
    gridWh: 1_500,
    maxPowerW: 7_000,
    costCt,
    idTag: costCt === 0 ? "=CARD-1" : undefined,
    registerWh: costCt === 0 ? 6_010.4 : undefined,
  });
  const written = await history.write(
    batch({
      minutes: Array.from({ length: 2 * 1_440 }, (_, minute) => minuteRecord(minute)),
      sessions: [session(0, undefined), session(600, 45), session(1_440, 0)],
      events: [{ atMs: at(5), event: "mode_changed", detail: { from: "hems", to: "spot" } }],
    }),
    at(0),
  );
  expect(written).toMatchObject({ ok: true });
});
afterAll(() => history.close());

describe("GET /api/history", () => {
  it("tells the energies of a range in the resolution asked for", async () => {
    const { port } = await serve({}, { history });
    const answer = await ask(
      port,
      `/api/history?from=2026-06-21T00:00Z&to=2026-06-21T00:30Z&resolution=quarter`,
    );
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({
      resolution: "quarter",
      from: "2026-06-21T00:00:00.000Z",
      to: "2026-06-21T00:30:00.000Z",
      next: null,
      rows: [0, 15].map((minute) => ({
        start: new Date(at(minute)).toISOString(),
        seen_s: 900,
        valid_s: 900,
        import_wh: 0,
        export_wh: 150,
        pv_wh: 750,
        load_wh: 150,
        battery_charge_wh: null,
        battery_discharge_wh: null,
        battery_soc_pct: null,
        surplus_wh: null,
        charge_wh: 450,
        solar_wh: 450,
        state: "active",
        mode: "hems",
        hems_min_export_to_start_w: 900,
        hems_max_import_before_stopping_w: 700,
        wallboxes: [{ name: "garage", charge_wh: 450, solar_wh: 450, setpoint_a: 10, phases: 1 }],
      })),
    });
  });

  it.each([
    ["2026-06-21", "2026-06-22", "minute", 1_440],
    ["2026-06-01", "2026-07-01", "quarter", 2 * 96],
    ["2026-01-01", "2026-12-31", "day", 3],
  ])("from %s to %s it chooses %s by itself", async (from, to, resolution, count) => {
    const { port } = await serve({}, { history });
    const answer = (await ask(port, `/api/history?from=${from}&to=${to}`)).json();
    // A date is the midnight of the house: two hours of the first day lie before the records.
    expect(answer).toMatchObject({ resolution, next: null });
    const rows = (answer as { rows: unknown[] }).rows.length;
    expect(rows).toBe(resolution === "minute" ? count - 120 : count);
  });

  it("holds no more than 3000 rows in one answer and says where to go on", async () => {
    const { port } = await serve({}, { history });
    const path = "/api/history?resolution=minute&from=2026-06-20&to=";
    expect((await ask(port, `${path}2026-07-20`)).json()).toMatchObject({ next: null });
    const later = createHistoryThread(
      { stateDir: folder, timeZone: "Europe/Berlin", retention: RETENTION, meta: {} },
      { clock: createSystemClock({ unref: true }) },
    );
    await later.write(
      batch({ minutes: Array.from({ length: 200 }, (_, i) => minuteRecord(2_880 + i)) }),
      at(0),
    );
    const page = (await ask(port, `${path}2026-07-20`)).json() as { next: string; rows: unknown[] };
    expect([page.rows.length, page.next]).toEqual([3_000, new Date(at(3_000)).toISOString()]);
    const rest = (await ask(port, `/api/history?resolution=minute&from=${page.next}&to=2026-07-20`)).json();
    expect((rest as { rows: unknown[] }).rows).toHaveLength(80);
    await later.close();
  });

  it.each([
    ["from=yesterday", "from", "ISO 8601"],
    ["to=2026-13-01", "to", "ISO 8601"],
    ["from=2026-06-22&to=2026-06-21", "from", "before to"],
    ["resolution=hour", "resolution", "minute"],
    ["form=2026-06-21", undefined, "form"],
  ])("refuses %s with the field and what to write", async (query, field, words) => {
    const { port } = await serve({}, { history });
    for (const path of ["/api/history", "/api/sessions", "/api/sessions.csv", "/api/history/events"]) {
      const answer = await ask(port, `${path}?${query}`);
      expect(answer.status).toBe(422);
      const { detail } = answer.json() as { detail: { loc: string[]; msg: string }[] };
      expect(detail[0]?.loc).toEqual(field === undefined ? ["query"] : ["query", field]);
      expect(detail[0]?.msg).toContain(words);
    }
  });

  it("answers 503 where nothing is recorded, or the disk is away", async () => {
    const without = await serve();
    const closed = createHistoryThread(
      { stateDir: join(folder, "none"), timeZone: "UTC", retention: RETENTION, meta: {} },
      { clock: createSystemClock({ unref: true }) },
    );
    const away = await serve({}, { history: closed });
    for (const path of ["/api/history", "/api/sessions", "/api/sessions.csv", "/api/history/events"]) {
      expect(await ask(without.port, path)).toMatchObject({
        status: 503,
        text: expect.stringMatching(/records nothing/),
      });
      expect(await ask(away.port, path)).toMatchObject({
        status: 503,
        text: expect.stringMatching(/nothing is recorded yet/),
      });
    }
    await closed.close();
  });
});

describe("GET /api/sessions", () => {
  it("tells each session with the part of the sun", async () => {
    const { port } = await serve({}, { history });
    const answer = (await ask(port, "/api/sessions?from=2026-06-21T09:00Z&to=2026-06-22T00:00Z")).json();
    expect(answer).toEqual({
      from: "2026-06-21T09:00:00.000Z",
      to: "2026-06-22T00:00:00.000Z",
      next: null,
      sessions: [
        {
          wallbox: "garage",
          start: "2026-06-21T10:00:00.000Z",
          end: "2026-06-21T11:00:00.000Z",
          duration_s: 3_600,
          charging_s: 3_000,
          energy_wh: 6_000,
          solar_wh: 4_500,
          grid_wh: 1_500,
          solar_share_pct: 75,
          max_power_w: 7_000,
          cost_ct: 45,
          id_tag: null,
          register_wh: null,
        },
      ],
    });
  });

  it("gives the same as a table for a spreadsheet", async () => {
    const { port } = await serve({}, { history });
    const { headers, text } = await ask(port, "/api/sessions.csv?from=2026-06-01&to=2026-07-01");
    expect(headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(text.split("\r\n")).toEqual([
      "wallbox,start,end,duration_s,charging_s,energy_wh,solar_wh,grid_wh,solar_share_pct,max_power_w,cost_ct,id_tag,register_wh",
      "garage,2026-06-21T00:00:00.000Z,2026-06-21T01:00:00.000Z,3600,3000,6000,4500,1500,75,7000,,,",
      "garage,2026-06-21T10:00:00.000Z,2026-06-21T11:00:00.000Z,3600,3000,6000,4500,1500,75,7000,45,,",
      "garage,2026-06-22T00:00:00.000Z,2026-06-22T01:00:00.000Z,3600,3000,6000,4500,1500,75,7000,0,'=CARD-1,6010",
      "",
    ]);
  });
});

describe("GET /api/history/events", () => {
  it("tells what happened", async () => {
    const { port } = await serve({}, { history });
    expect((await ask(port, "/api/history/events?from=2026-06-21&to=2026-06-22")).json()).toMatchObject({
      next: null,
      events: [{ ts: "2026-06-21T00:05:00.000Z", event: "mode_changed", from: "hems", to: "spot" }],
    });
  });
});
