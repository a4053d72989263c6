import { describe, expect, it } from "vitest";
import { createGoalKeeper } from "../../src/control/goal-keeper.ts";
import { createLocalCommands } from "../../src/control/local-commands.ts";
import { createSettingsKeeper } from "../../src/control/settings-keeper.ts";
import type { PlanAdvice } from "../../src/core/planner/plan-advice.ts";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import { sampleAdvice } from "../support/sample-advice.ts";
import { silentLog } from "../support/silent-log.ts";
import { ask } from "./support/http.ts";
import { serve } from "./support/serve.ts";

const PATH = "/api/charge-plan";
const NO_DAYS = { mon: null, tue: null, wed: null, thu: null, fri: null, sat: null, sun: null };

/** The API over the real commands and the real keeper of goals, for two boxes. */
async function house(advice?: PlanAdvice) {
  const store = createMemoryStateStore();
  const names = ["garage", "yard"];
  const keepers = new Map(
    names.map((name) => {
      const keeper = createGoalKeeper(
        { days: {}, energyWh: 15_000, battery: undefined },
        createMemoryStateStore(),
      );
      return [name, { ...keeper, advice: () => advice }] as const;
    }),
  );
  const commands = createLocalCommands({
    settings: createSettingsKeeper(
      {
        mode: "spot",
        thresholds: { minExportToStartW: 900, maxImportBeforeStoppingW: 700 },
        maxCurrentA: undefined,
      },
      { store, log: silentLog },
    ),
    latest: () => undefined,
    requestBoost() {},
    wallboxNames: names,
    configuredMaxA: 16,
    changes: undefined,
    chargePlans: keepers,
  });
  const { port } = await serve({}, { commands, chargePlans: keepers });
  return {
    get: async (query = "") => (await ask(port, `${PATH}${query}`)).json(),
    put: (body: unknown) => ask(port, PATH, { method: "PUT", body }),
    clear: (query = "") => ask(port, `${PATH}${query}`, { method: "DELETE" }),
    port,
  };
}

describe("GET /api/charge-plan", () => {
  it("tells the goal and who chose it, and no plan where none is wanted", async () => {
    const { get } = await house();
    expect(await get()).toEqual({
      wallbox: "garage",
      goal: {
        days: NO_DAYS,
        energy_kwh: 15,
        car_battery_kwh: null,
        arrival_soc_pct: null,
        sources: { deadline: "config", amount: "config" },
      },
      plan: null,
    });
  });

  it("tells every slot of the plan", async () => {
    const { get } = await house(sampleAdvice());
    expect(await get("?wallbox=yard")).toMatchObject({
      wallbox: "yard",
      plan: {
        stance: "wait",
        energy_needed_kwh: 7.36,
        deadline_text: "07:00",
        slots: [
          {
            start: "2022-03-19T02:00:00.000Z",
            start_text: "02:00",
            end: "2022-03-19T04:00:00.000Z",
            end_text: "04:00",
            energy_kwh: 7.36,
            price_ct_kwh: 8.24,
          },
        ],
      },
    });
  });

  it("knows only the boxes that there are", async () => {
    const { port } = await house();
    expect((await ask(port, `${PATH}?wallbox=cellar`)).status).toBe(404);
  });
});

describe("PUT /api/charge-plan", () => {
  it("takes deadline and energy, and keeps what is not named", async () => {
    const { get, put } = await house();
    expect((await put({ deadline: "07:00" })).status).toBe(204);
    expect((await put({ energy_kwh: 20 })).status).toBe(204);
    expect(await get()).toMatchObject({
      goal: {
        days: { mon: { charge_deadline: "07:00" }, sun: { charge_deadline: "07:00" } },
        energy_kwh: 20,
        sources: { deadline: "local", amount: "local" },
      },
    });
  });

  it("takes days, a target and the car's battery, at one box", async () => {
    const { get, put } = await house();
    const body = {
      wallbox: "yard",
      deadline: "06:30",
      days: { sat: { charge_deadline: "09:00", charge_percentage: 100 }, sun: null },
      target_soc_pct: 80,
      car_battery_kwh: 58,
      arrival_soc_pct: 35,
    };
    expect((await put(body)).status).toBe(204);
    expect(await get("?wallbox=yard")).toMatchObject({
      goal: {
        days: {
          mon: { charge_deadline: "06:30", charge_percentage: 80 },
          sat: { charge_deadline: "09:00", charge_percentage: 100 },
          sun: null,
        },
        car_battery_kwh: 58,
        arrival_soc_pct: 35,
      },
    });
    expect(await get()).toMatchObject({ goal: { sources: { deadline: "config" } } });
  });

  it.each<[unknown, string, readonly string[]]>([
    [{}, "custom", []],
    [{ wallbox: "yard" }, "custom", []],
    [{ deadline: "7:00" }, "custom", ["deadline"]],
    [{ deadline: "24:00" }, "custom", ["deadline"]],
    [{ energy_kwh: -1 }, "too_small", ["energy_kwh"]],
    [{ energy_kwh: 201 }, "too_big", ["energy_kwh"]],
    [{ energy_kwh: 5, target_soc_pct: 80 }, "custom", ["target_soc_pct"]],
    [{ days: { monday: null } }, "unrecognized_keys", ["days"]],
    [{ energy_kwh: 1, energy: 5 }, "unrecognized_keys", []],
    [{ target_soc_pct: 80 }, "battery_unknown", ["target_soc_pct"]],
    [{ target_soc_pct: 80, car_battery_kwh: 50 }, "deadline_missing", ["target_soc_pct"]],
    [{ deadline: "07:00", wallbox: "cellar" }, "unknown_wallbox", ["wallbox"]],
  ])("refuses %j as %s and changes nothing", async (body, type, path) => {
    const { get, put } = await house();
    const before = await get();
    const answer = await put(body);
    expect(answer.status).toBe(422);
    expect(answer.json()).toMatchObject({
      detail: [{ type, loc: ["body", ...path], msg: expect.any(String) }],
    });
    expect(await get()).toEqual(before);
  });
});

describe("DELETE /api/charge-plan", () => {
  it("goes back to what stands beneath, at one box or at all", async () => {
    const { get, put, clear } = await house();
    await put({ deadline: "07:00" });
    expect((await clear("?wallbox=yard")).status).toBe(204);
    expect(await get("?wallbox=yard")).toMatchObject({
      goal: { days: NO_DAYS, sources: { deadline: "config" } },
    });
    expect(await get()).toMatchObject({ goal: { sources: { deadline: "local" } } });
    expect((await clear()).status).toBe(204);
    expect(await get()).toMatchObject({ goal: { sources: { deadline: "config" } } });
    expect((await clear("?wallbox=cellar")).status).toBe(422);
  });
});
