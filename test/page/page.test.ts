import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, type BenchOptions, onBench } from "../hil/support/bench.ts";
import { constantTrace } from "../hil/support/constant-trace.ts";
import { DESKTOP, type Looks, openPage, PHONE, seriousViolations, startBrowser } from "./support/browser.ts";

const NIGHT = constantTrace({ pvW: 0, loadW: 500 });

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

interface Opened {
  readonly bench: Bench;
  readonly page: Page;
  readonly errors: readonly string[];
}

/** Runs `test` before the real daemon in the simulated house, once the page is live. */
function onPage(
  looks: Looks,
  test: (opened: Opened) => Promise<void>,
  house: BenchOptions = {},
): () => Promise<void> {
  return onBench({ ...house, isLive: true }, async (bench) => {
    bench.startDaemon();
    await bench.within(300, async () => (await bench.state()) !== undefined);
    const { page, errors } = await openPage(browser, `http://127.0.0.1:${bench.ports.page}/`, looks);
    await page.getByText("live", { exact: true }).waitFor();
    await test({ bench, page, errors });
    expect(errors).toEqual([]);
    await page.context().close();
  });
}

describe.each([
  ["phone", PHONE],
  ["desktop", DESKTOP],
])("the page on a %s", (_, viewport) => {
  it(
    "says why in the gateway's words, and nothing is wider than the screen",
    onPage({ viewport }, async ({ bench, page }) => {
      await bench.says("following_surplus", 400);
      await page.getByText(/Charging from surplus: .+ available, 11\sA allowed\./).waitFor();
      const overflowPx = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect(overflowPx).toBeLessThanOrEqual(0);
    }),
  );

  it(
    "changes the mode, and boosts until it is cancelled",
    onPage({ viewport }, async ({ bench, page }) => {
      await page.getByRole("button", { name: "No steering" }).click();
      await bench.within(60, async () => (await bench.state())?.state.mode === "none");
      await page.getByRole("button", { name: "Sun", exact: true }).click();
      await bench.within(60, async () => (await bench.state())?.state.mode === "hems");
      await page.getByRole("button", { name: "Charge now" }).click();
      await page.getByRole("button", { name: "Cancel charge now" }).click();
      await page.getByRole("button", { name: "Charge now", exact: true }).waitFor();
    }),
  );

  it(
    "changes the thresholds by keyboard, warns of a pair that is too narrow, and shows that the partner refuses it",
    onPage({ viewport }, async ({ bench, page }) => {
      const startW = async () => (await bench.state())?.state.thresholds.hems_min_export_to_start_w;
      await page.getByLabel("Start at an export of").focus();
      for (let press = 0; press < 2; press++) await page.keyboard.press("ArrowLeft");
      await page.getByRole("button", { name: "Save" }).click();
      await bench.within(60, async () => (await startW()) === 4_000);

      await page.getByLabel("Start at an export of").focus();
      for (let press = 0; press < 5; press++) await page.keyboard.press("ArrowLeft");
      await page.getByText(/too close together for this wallbox/).waitFor();
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText(/Your partner refused the last change/).waitFor();
      await bench.within(60, async () => (await startW()) === 4_000);
    }),
  );
});

describe("the page", () => {
  it(
    "shows what each limit leaves the car, and lights the one that binds",
    onPage({ viewport: PHONE }, lightsTheFuse, { trace: NIGHT, mainFuseA: 12, mode: "none" }),
  );

  it(
    "checks the config, hands out a support bundle, and begins a test of the wallbox",
    onPage({ viewport: PHONE }, async ({ page }) => {
      page.on("dialog", (dialog) => void dialog.accept());
      await page.getByRole("button", { name: "System", exact: true }).click();
      await page.getByRole("button", { name: "Check the config" }).click();
      await page.getByText(/^(Valid, \d+ to look at:|The config is good\.)$/).waitFor();
      const download = page.waitForEvent("download");
      await page.getByRole("link", { name: "Download support bundle" }).click();
      const bundle = readFileSync(await (await download).path(), "utf8");
      expect(Object.keys(JSON.parse(bundle))).toContain("wallboxes.json");
      expect(bundle).not.toContain("simulated-password");
      const asked = page.waitForRequest((request) => request.url().endsWith("/selftest"));
      await page.getByRole("button", { name: "Test the phases" }).click();
      expect((await asked).postDataJSON()).toEqual({ kind: "phases" });
      const card = page.getByRole("article").filter({ hasText: "Test the phases" });
      await expect.poll(() => card.getByRole("status").textContent(), { timeout: 20_000 }).not.toBe("");
    }),
  );

  it(
    "keeps what is typed while the gateway's answer is on its way",
    onPage({ viewport: PHONE }, async ({ bench, page }) => {
      let letGo = () => {};
      const isHeld = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      await page.route("**/api/charge-plan", async (route) => {
        await isHeld;
        await route.continue();
      });
      await page.reload();
      const energy = page.getByRole("spinbutton");
      await energy.fill("12");
      const answered = page.waitForResponse("**/api/charge-plan");
      letGo();
      await (await answered).finished();
      await page.getByRole("button", { name: "Set", exact: true }).click();
      await expect
        .poll(async () => (await bench.answer("/api/charge-plan")).goal)
        .toMatchObject({ energy_kwh: 12 });
      expect(await energy.inputValue()).toBe("12");
    }),
  );

  it(
    "explains what the gateway refuses",
    onPage({ viewport: PHONE }, async ({ page }) => {
      await page.getByRole("spinbutton").fill("5000");
      await page.getByRole("button", { name: "Set", exact: true }).click();
      await page.getByText(/energy_kwh: .*200/).waitFor();
    }),
  );

  it(
    "says that its values are old while the daemon is away, and is live again by itself",
    onBench({ isLive: true }, async (bench) => {
      const daemon = bench.startDaemon();
      await bench.within(300, async () => (await bench.state()) !== undefined);
      const url = `http://127.0.0.1:${bench.ports.page}/`;
      const { page } = await openPage(browser, url, { viewport: PHONE });
      await page.getByText("live", { exact: true }).waitFor();
      daemon.kill("SIGKILL");
      await page.getByText("The values below are old", { exact: false }).waitFor();
      bench.startDaemon();
      await page.getByText("live", { exact: true }).waitFor({ timeout: 60_000 });
      await page.context().close();
    }),
  );

  it(
    "speaks German",
    onPage({ viewport: PHONE }, async ({ page }) => {
      await page.getByRole("button", { name: "Deutsch" }).click();
      await page.getByRole("heading", { name: "Energie jetzt" }).waitFor();
      expect(await page.evaluate("document.documentElement.lang")).toBe("de");
      await page
        .locator(".sentence")
        .filter({ hasText: /Überschuss|Einspeisung|Wartet/ })
        .waitFor();
      const fuse = page
        .getByRole("region", { name: "Grenzen" })
        .getByRole("listitem")
        .filter({ hasText: "Hauptsicherung" });
      await fuse.getByText("genug fürs Auto").waitFor();
    }),
  );

  it.each(["light", "dark"] as const)(
    "has no serious accessibility violation on any view in %s colours",
    (colorScheme) =>
      onPage({ viewport: PHONE, colorScheme }, async ({ page }) => {
        for (const view of ["Now", "Day", "History", "System"]) {
          await page.getByRole("button", { name: view, exact: true }).click();
          await page.getByRole("heading", { level: 2 }).first().waitFor();
          expect(await seriousViolations(page), view).toEqual([]);
        }
      })(),
  );

  it("is small: script and style under 120 kB compressed", () => {
    const sizes = ["app.js", "index.css"].map(
      (name) => gzipSync(readFileSync(join(import.meta.dirname, "../../ui/dist", name))).length,
    );
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(120_000);
  });
});

/** A fuse of 12 A under which a car may take 16 A. */
async function lightsTheFuse({ bench, page }: Opened): Promise<void> {
  // Drawn, not only offered: before that other limits may be the smallest.
  await bench.within(600, async () => {
    const now = await bench.state();
    return now?.state.limited_by === "main_fuse" && (now.telemetry.charge_w ?? 0) > 7_000;
  });
  const slots = page.getByRole("region", { name: "Limits" }).getByRole("listitem");
  const fuse = slots.filter({ hasText: "main fuse" });
  await fuse.getByText("binds now").waitFor();
  await fuse.getByText(/^11(\.\d)?\sA$/).waitFor();
  await fuse.getByText(/of 12\sA in use$/).waitFor();
  await slots
    .filter({ hasText: "rating of the wallbox" })
    .getByText(/^16\sA$/)
    .waitFor();
  expect(await slots.getByText("binds now").count()).toBe(1);
}
