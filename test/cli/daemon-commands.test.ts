import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { typed } from "./support/typed.ts";

const STATE = {
  state: {
    mode: "hems",
    boost: "off",
    phase: "active",
    ux_phase: "active",
    reason: "following_surplus",
    reason_text: "Follows 4.2 kW of surplus.",
    setpoint_a: 6,
    phases: 3,
    limited_by: "cable",
    thresholds: {
      hems_min_export_to_start_w: 1500,
      hems_max_import_before_stopping_w: 200,
      effective: { hems_min_export_to_start_w: 3940, hems_max_import_before_stopping_w: 200 },
      is_widened: true,
    },
    valid: true,
    ts: "2026-11-21T12:00:00.000Z",
  },
  telemetry: { grid_w: -120, pv_w: 5300, load_w: 5180, charge_w: null },
};

let server: Server | undefined;
afterEach(() => server?.close());

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A daemon that answers as told and remembers what it was asked. */
async function listen(answer: Answer) {
  const asked: string[] = [];
  const listening = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      asked.push(`${request.method} ${request.url} ${body}`.trimEnd());
      answer(request, response);
    });
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return { asked, url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}` };
}

const json =
  (status: number, body: unknown): Answer =>
  (_, response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

describe("asking the running daemon", () => {
  it("status shows house, car and reason", async () => {
    const { url, asked } = await listen(json(200, STATE));
    const { code, out } = await typed("status", "--url", url);
    expect(code).toBe(0);
    expect(asked).toEqual(["GET /api/state"]);
    expect(out).toContain("allowed 6 A on 3 phases, limited by cable");
    expect(out).toContain("grid 120 W export");
    expect(out).toContain("car       unknown");
    expect(out).toContain("Follows 4.2 kW of surplus.");
  });

  it("status --json passes on all that the daemon says", async () => {
    const { url } = await listen(json(200, { ...STATE, more: 1 }));
    expect(JSON.parse((await typed("status", "--json", "--url", url)).out)).toEqual({ ...STATE, more: 1 });
  });

  it("why names the reason and the thresholds that hold", async () => {
    const { url } = await listen(json(200, STATE));
    const { out } = await typed("why", "--url", url);
    expect(out).toBe(
      "Follows 4.2 kW of surplus.\nStarts from 3940 W export, raised for this wallbox, stops above 200 W import.\n",
    );
  });

  it("mode shows the mode, and sets it", async () => {
    const { url, asked } = await listen((request, response) =>
      request.method === "PUT" ? response.writeHead(204).end() : json(200, STATE)(request, response),
    );
    expect(await typed("mode", "--url", url)).toMatchObject({ code: 0, out: "hems\n" });
    expect(await typed("mode", "spot", "--url", url)).toMatchObject({ code: 0, out: "mode spot\n" });
    expect(asked[1]).toBe('PUT /api/mode {"mode":"spot"}');
  });

  it("boost is requested and cancelled", async () => {
    const { url, asked } = await listen((_, response) => response.writeHead(204).end());
    expect(await typed("boost", "--url", url)).toMatchObject({ code: 0, out: "boost requested\n" });
    expect(await typed("boost", "--cancel", "--json", "--url", url)).toMatchObject({
      out: '{"boost":false}\n',
    });
    expect(await typed("boost", "--wallbox", "yard", "--json", "--url", url)).toMatchObject({
      out: '{"boost":true,"wallbox":"yard"}\n',
    });
    expect(asked).toEqual(["POST /api/boost", "DELETE /api/boost", "POST /api/boost?wallbox=yard"]);
  });

  it("a refusal is told with the daemon's own sentence", async () => {
    const { url } = await listen(json(409, { detail: "The car is full.", reason: "fully_charged" }));
    expect(await typed("boost", "--url", url)).toEqual({
      code: 1,
      out: "",
      err: "hems-edge: The car is full.\n",
    });
  });

  it("the address is found in the config, even when the rest of it is wrong", async () => {
    const { url } = await listen(json(200, STATE));
    const folder = temporaryFolder();
    const path = join(folder, "config.yaml");
    writeFileSync(path, `api: { host: 0.0.0.0, port: ${new URL(url).port} }\nsite: wrong\n`);
    const { out } = await typed("mode", "--config", path);
    expect(out).toBe("hems\n");
  });
});

describe("when the daemon does not answer well", () => {
  it.each<readonly [string, Answer, RegExp]>([
    ["not JSON", (_, response) => response.end("<html>"), /is not hems-edge/],
    ["another shape", json(200, { state: {} }), /another version/],
    ["nothing", (_, response) => response.writeHead(200).end(), /another version/],
    ["an error without words", json(500, []), /answered 500/],
    ["a cut line", (_, response) => response.destroy(), /cannot reach/],
    [
      "a redirect",
      (_, response) => response.writeHead(302, { location: "http://192.0.2.1/" }).end(),
      /answered 302/,
    ],
  ])("%s is one sentence and exit 1", async (_, answer, message) => {
    const { url } = await listen(answer);
    const { code, out, err } = await typed("status", "--url", url);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(message);
    expect(err.trimEnd()).not.toContain("\n");
  });

  it("nobody there is one sentence with what to do", async () => {
    const { url } = await listen(() => {});
    await new Promise((resolve) => server?.close(resolve));
    const { code, err } = await typed("status", "--url", url);
    expect(code).toBe(1);
    expect(err).toMatch(/no daemon runs at http:\/\/127\.0\.0\.1:\d+; start it/);
  });

  it("an address that is none is one sentence", async () => {
    expect(await typed("status", "--url", "nonsense")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/cannot reach nonsense/),
    });
  });
});

const PLAN = {
  goal: {
    days: {
      mon: { charge_deadline: "07:00" },
      tue: { charge_deadline: "07:00" },
      wed: { charge_deadline: "07:00" },
      thu: null,
      fri: { charge_deadline: "07:00" },
      sat: { charge_deadline: "09:30" },
      sun: null,
    },
    energy_kwh: 15,
    sources: { deadline: "local", amount: "config" },
  },
  plan: {
    stance: "wait",
    energy_needed_kwh: 12,
    energy_short_kwh: 0,
    expected_sun_kwh: 3,
    expected_cost_ct: 98.4,
    deadline_text: "07:00",
    prices_until_text: "00:00",
    slots: [
      { start_text: "23:00", end_text: "23:30", energy_kwh: 2, price_ct_kwh: 9.61 },
      { start_text: "02:00", end_text: "04:15", energy_kwh: 10, price_ct_kwh: null },
    ],
  },
};

describe("the plan", () => {
  it("names the zone of a time that is not the house's own", async () => {
    const day = { charge_deadline: "07:00", time_zone: "Europe/London" };
    const goal = { ...PLAN.goal, days: { ...PLAN.goal.days, mon: day, tue: day } };
    const { url } = await listen(json(200, { ...PLAN, goal }));
    const { out } = await typed("plan", "--url", url);
    expect(out).toContain("ready by  mon-tue 07:00 Europe/London, wed 07:00, fri 07:00, sat 09:30");
  });

  it("is a table that a tenant understands", async () => {
    const { url, asked } = await listen(json(200, PLAN));
    const { code, out } = await typed("plan", "--url", url);
    expect(code).toBe(0);
    expect(asked).toEqual(["GET /api/charge-plan"]);
    expect(out).toBe(
      [
        "ready by  mon-wed 07:00, fri 07:00, sat 09:30 (chosen here)",
        "amount    15 kWh a session (from the config)",
        "now       waiting",
        "needed    12.0 kWh by 07:00",
        "sun       about 3.0 kWh expected",
        "cost      about 0.98 EUR for the hours below",
        "prices    known until 00:00",
        "",
        "from    to        energy        price",
        "23:00   23:30    2.0 kWh   9.6 ct/kWh",
        "02:00   04:15   10.0 kWh    not known",
        "",
      ].join("\n"),
    );
  });

  it("says that there is none, and that something will be missing", async () => {
    const none = await listen(json(200, { ...PLAN, plan: null }));
    expect((await typed("plan", "--url", none.url)).out).toContain("plan      none: the mode needs none");
    server?.close();
    const day = { charge_deadline: "06:00", charge_percentage: 80 };
    const late = await listen(
      json(200, {
        goal: {
          ...PLAN.goal,
          days: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day },
        },
        plan: { ...PLAN.plan, stance: "due", energy_short_kwh: 2.5, expected_cost_ct: null, slots: [] },
      }),
    );
    const { out } = await typed("plan", "--url", late.url);
    expect(out).toContain("ready by  06:00 (chosen here)\namount    80 % of the battery");
    expect(out).toContain("now       charging for the deadline");
    expect(out).toContain("missing   about 2.5 kWh");
    expect(out).not.toContain("cost");
  });

  it("passes on as JSON all that the daemon says", async () => {
    const { url, asked } = await listen(json(200, { ...PLAN, more: 1 }));
    const { out } = await typed("plan", "--json", "--wallbox", "my box", "--url", url);
    expect(JSON.parse(out)).toEqual({ ...PLAN, more: 1 });
    expect(asked).toEqual(["GET /api/charge-plan?wallbox=my%20box"]);
  });

  it.each([
    [["--deadline", "07:00", "--energy-kwh", "20"], { deadline: "07:00", energy_kwh: 20 }],
    [
      ["--target-soc", "80", "--car-battery-kwh", "58.5", "--arrival-soc", "35", "--wallbox", "garage"],
      { target_soc_pct: 80, car_battery_kwh: 58.5, arrival_soc_pct: 35, wallbox: "garage" },
    ],
    [
      ["--days", "fri-mon=09:00,sat=none, tue=06:30"],
      {
        days: {
          fri: { charge_deadline: "09:00" },
          sat: null,
          sun: { charge_deadline: "09:00" },
          mon: { charge_deadline: "09:00" },
          tue: { charge_deadline: "06:30" },
        },
      },
    ],
  ])("is chosen by %j", async (argv, body) => {
    const { url, asked } = await listen((request, response) =>
      request.method === "PUT" ? response.writeHead(204).end() : json(200, PLAN)(request, response),
    );
    expect((await typed("plan", ...argv, "--url", url)).code).toBe(0);
    const [put = ""] = asked;
    expect(put.startsWith("PUT /api/charge-plan ")).toBe(true);
    expect(JSON.parse(put.slice("PUT /api/charge-plan ".length))).toEqual(body);
  });

  it("is cleared", async () => {
    const { url, asked } = await listen((request, response) =>
      request.method === "DELETE" ? response.writeHead(204).end() : json(200, PLAN)(request, response),
    );
    expect((await typed("plan", "--clear", "--url", url)).code).toBe(0);
    expect(asked).toEqual(["DELETE /api/charge-plan", "GET /api/charge-plan"]);
  });

  it("tells why the daemon refuses it", async () => {
    const detail = [
      { type: "battery_unknown", loc: ["body", "target_soc_pct"], msg: "give car_battery_kwh" },
    ];
    const { url } = await listen(json(422, { detail }));
    expect(await typed("plan", "--target-soc", "80", "--url", url)).toEqual({
      code: 1,
      out: "",
      err: "hems-edge: give car_battery_kwh\n",
    });
  });

  it.each([
    [["--deadline", "7"], "--deadline takes HH:MM, not 7"],
    [["--energy-kwh", "much"], "--energy-kwh takes a number, not much"],
    [["--days", "mond=07:00"], "--days: unknown day mond, did you mean mon?"],
    [["--days", "xyz=07:00"], "--days: unknown day xyz, use mon, tue, wed, thu, fri, sat, sun"],
    [["--days", "mon-xyz=07:00"], "--days: unknown day xyz, use mon, tue, wed, thu, fri, sat, sun"],
    [["--days", "mon-tue-wed=07:00"], "--days: unknown day"],
    [["--days", "mon"], "--days takes mon=HH:MM or mon=none"],
    [["--days", "mon=07:00=08:00"], "--days takes mon=HH:MM or mon=none"],
    [["--clear", "--deadline", "07:00"], "--clear goes alone"],
  ])("%j is a mistake of the person", async (argv, message) => {
    const { code, err } = await typed("plan", ...argv, "--url", "http://127.0.0.1:1");
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe("hems-edge limits", () => {
  const period = {
    limit: "grid_operator",
    source: "operator",
    value: 4200,
    unit: "W",
    start: "2026-11-25T18:00:00.000Z",
    end: "2026-11-25T18:30:00.000Z",
    is_over: true,
    charge_w: { min: 3900, mean: 4100, max: 4140 },
    grid_w: null,
  };

  it("lists what was in force and what was drawn", async () => {
    const fuse = { ...period, limit: "main_fuse", source: "house", value: 35, unit: "A", is_over: false };
    const { url, asked } = await listen(json(200, { limits: [period, fuse] }));
    const result = await typed("limits", "--from", "2026-11-01T00:00:00Z", "--url", url);
    expect(asked).toEqual(["GET /api/limits?from=2026-11-01T00%3A00%3A00Z"]);
    expect(result.code).toBe(0);
    const [first, second] = result.out.split("\n");
    expect(first).toContain(
      "2026-11-25T18:00:00.000Z  to 2026-11-25T18:30:00.000Z  grid_operator (operator): 4200 W",
    );
    expect(first).toContain("car 3900 to 4140 W, mean 4100 W, grid not measured");
    expect(second).toMatch(/to now +main_fuse: 35 A/);
  });

  it("says so where there was none, and prints JSON", async () => {
    const { url } = await listen(json(200, { limits: [] }));
    expect((await typed("limits", "--url", url)).out).toBe("No limit has been in force.\n");
    expect(JSON.parse((await typed("limits", "--json", "--url", url)).out)).toEqual({ limits: [] });
  });

  it("refuses a time that is none, and answers that are not its own", async () => {
    expect(await typed("limits", "--to", "now")).toMatchObject({ code: 2 });
    const { url } = await listen(json(200, { limits: [{}] }));
    expect((await typed("limits", "--url", url)).code).toBe(1);
    server?.close();
    const other = await listen(json(404, { detail: "there is nothing at this address" }));
    expect((await typed("limits", "--url", other.url)).err).toContain("there is nothing");
  });
});
