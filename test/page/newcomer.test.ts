import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { WALLBOX_IDENTITY } from "../../simulator/site.ts";
import { type Bench, onBench } from "../hil/support/bench.ts";
import { openPage, PHONE, seriousViolations, startBrowser } from "./support/browser.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** A gateway whose config names no house, and its page on a phone. */
function asNewcomer(test: (opened: { bench: Bench; page: Page }) => Promise<void>): () => Promise<void> {
  return onBench({ isLive: true, isWithoutHouse: true }, async (bench) => {
    const daemon = bench.startDaemon();
    await bench.within(600, () => daemon.messages().includes("page and API listening"));
    const { page, errors } = await openPage(browser, `http://127.0.0.1:${bench.ports.page}/`, {
      viewport: PHONE,
    });
    await page.getByText("Five steps, and your car charges from the sun.").waitFor();
    await test({ bench, page });
    expect(errors).toEqual([]);
    await page.context().close();
  });
}

describe("a newcomer", () => {
  it(
    "comes from an empty config to a car that charges from the sun, through the page alone",
    asNewcomer(async ({ bench, page }) => {
      await page.getByRole("button", { name: "63 A" }).click();
      await page.getByLabel("Solar modules together").fill("10000");

      const step = page.getByRole("region", { name: "Inverter and meter" });
      await takeDevice(step, bench.site.inverter.address());
      await step.getByText(/^Your modules make 8\.0\d\skW\.$/).waitFor();
      await takeDevice(step, bench.site.meter.address());
      const reading = step.getByText(/^Your house (takes|exports) \d/);
      const asWired = await reading.textContent();
      await step.getByRole("button", { name: "Grid: wrong way round" }).click();
      await expect
        .poll(() => reading.textContent())
        .toMatch(/takes/.test(asWired ?? "") ? /exports/ : /takes/);
      await step.getByRole("button", { name: "Grid: wrong way round" }).click();
      await expect.poll(() => reading.textContent(), { timeout: 20_000 }).toBe(asWired);

      await page.getByText(`ws://127.0.0.1:${bench.ports.ocpp}/`).waitFor();
      const wallbox = page.getByRole("listitem").filter({ hasText: WALLBOX_IDENTITY });
      await wallbox.getByRole("button", { name: "This is mine" }).click();

      await page.getByText("MQTT broker, for Home Assistant and others").click();
      await page.getByLabel("Address of the broker").fill(bench.site.broker.url);
      expect(await seriousViolations(page)).toEqual([]);
      await page.getByRole("button", { name: "Write and start" }).click();

      await page.getByText("live", { exact: true }).waitFor({ timeout: 60_000 });
      await bench.offers(11, 600);
      await page.getByText(/Charging from surplus/).waitFor();
      await bench.within(60, async () => (await bench.state())?.mqtt?.is_connected === true);
      expect(statSync(bench.configPath).mode & 0o777).toBe(0o600);
      expect(parse(readFileSync(bench.configPath, "utf8"))).toMatchObject({
        site: { main_fuse_a: 63, pv_peak_w: 10_000 },
        devices: [{ roles: ["pv"] }, { roles: ["grid"] }],
        wallbox: { identity: WALLBOX_IDENTITY, phases: 3, max_current_a: 16 },
        api: { port: bench.ports.page },
      });
    }),
  );

  it(
    "is told what is missing, and nothing is written",
    asNewcomer(async ({ bench, page }) => {
      const before = readFileSync(bench.configPath, "utf8");
      await page.getByLabel("Main fuse").fill("5");
      await page.getByRole("button", { name: "Write and start" }).click();
      const problems = page.getByRole("region", { name: "Check and start" }).getByRole("listitem");
      await problems.filter({ hasText: "site.main_fuse_a must be at least 10" }).waitFor();
      await problems.filter({ hasText: "no device measures the grid" }).waitFor();
      expect(readFileSync(bench.configPath, "utf8")).toBe(before);
      expect((await bench.answer("/api/setup")).is_needed).toBe(true);
    }),
  );

  it(
    "is handed the config where the gateway cannot write it",
    asNewcomer(async ({ bench, page }) => {
      // Whoever runs the tests may write everywhere, but nobody writes over a folder.
      mkdirSync(join(`${bench.configPath}.new`, "in the way"), { recursive: true });
      await page.getByRole("button", { name: "35 A" }).click();
      await page.getByLabel("Solar modules together").fill("10000");
      await page.getByLabel("Its name (identity)").fill(WALLBOX_IDENTITY);
      await page.getByRole("button", { name: "Write and start" }).click();
      await page.getByText(/cannot write .+: let the user of this program write to its folder/).waitFor();
      const text = await page.getByLabel(bench.configPath).inputValue();
      expect(parse(text)).toMatchObject({
        site: { main_fuse_a: 35 },
        wallbox: { identity: WALLBOX_IDENTITY },
      });
    }),
  );
});

async function takeDevice(step: Locator, { host, port }: { host: string; port: number }): Promise<void> {
  await step.getByLabel("Address of a device").fill(`${host}:${port}`);
  await step.getByRole("button", { name: "Ask it" }).click();
  await step.getByRole("button", { name: "Take this one" }).first().click({ timeout: 90_000 });
}
