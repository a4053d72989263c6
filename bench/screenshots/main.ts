import { once } from "node:events";
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { createSystemClock } from "../../src/service/clock.ts";
import { firstPaintMs } from "./first-paint.ts";
import { type Program, startProgram } from "./program.ts";

/** Debian's; playwright's own builds are not for every machine. */
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FOLDER = join(import.meta.dirname, "../../docs/screenshots");
const PORT = 18_190;
const PAGE = `http://127.0.0.1:${PORT}/`;
/** The views in the order of their tabs, each with what is there once it has its values. */
const VIEWS = { now: ".slot", day: ".chart canvas", history: ".weeks", system: "article.card" } as const;
const SCHEMES = ["light", "dark"] as const;
const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1_280, height: 800 } } as const;
/** A whole day passes in five minutes: slow enough for a browser to draw. */
const SPEED = "288";
/** Sun, a car that follows it, and a morning that lies behind. */
const SHOWN_FROM = "12:30";
const PATIENCE_MS = 15 * 60_000;
const PAINTS = 5;

const clock = createSystemClock();

/** Takes the pictures of docs/screenshots from the demo's day, and measures how soon a cold daemon's page is drawn. */
async function main(): Promise<void> {
  if (!existsSync(CHROMIUM))
    throw new Error(`${CHROMIUM} is missing: install chromium, or name it in CHROMIUM`);
  mkdirSync(FOLDER, { recursive: true });
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--force-color-profile=srgb"],
  });
  try {
    await shootSetUp(browser);
    await shootDay(browser);
    await tellFirstPaint(browser);
  } finally {
    await browser.close();
  }
}

/** Lists of cards look alike on every screen: the system is shown on a phone only. */
async function shootDay(browser: Browser): Promise<void> {
  await withProgram(["demo", "--port", String(PORT), "--speed", SPEED, "--battery-kwh", "8"], async () => {
    await until(async () => ((await localTime()) ?? "") >= SHOWN_FROM);
    for (const [size, viewport] of Object.entries(SIZES)) {
      for (const colorScheme of SCHEMES) {
        const page = await open(browser, { viewport, colorScheme });
        for (const [index, [view, content]] of Object.entries(VIEWS).entries()) {
          if (size === "desktop" && view === "system") continue;
          await page.getByRole("navigation").getByRole("button").nth(index).click();
          await page.locator(content).first().waitFor();
          await shoot(page, `${view}-${size}-${colorScheme}`);
        }
        await page.context().close();
      }
    }
  });
}

/** The set-up as a newcomer finds it. */
async function shootSetUp(browser: Browser): Promise<void> {
  // The page shows this path: the same on every machine.
  const folder = join(tmpdir(), "hems-edge-screenshots");
  mkdirSync(folder, { recursive: true });
  const config = join(folder, "config.yaml");
  writeFileSync(
    config,
    `api: {port: ${PORT}}\nocpp: {host: 127.0.0.1, port: ${PORT + 1}}\nstate_dir: ${folder}/state\n`,
  );
  try {
    await withProgram(["run", "--config", config], async () => {
      for (const colorScheme of SCHEMES) {
        const page = await open(browser, { viewport: SIZES.phone, colorScheme });
        await page.locator("section.step").first().waitFor();
        await shoot(page, `set-up-phone-${colorScheme}`, { isWhole: false });
        await page.context().close();
      }
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tellFirstPaint(browser: Browser): Promise<void> {
  const paints: number[] = [];
  for (let run = 0; run < PAINTS; run++) {
    await withProgram(["demo", "--port", String(PORT), "--speed", "1"], async () => {
      const context = await browser.newContext({ viewport: SIZES.phone });
      paints.push(await firstPaintMs(await context.newPage(), PAGE));
      await context.close();
    });
  }
  const sorted = paints.toSorted((a, b) => a - b).map(Math.round);
  process.stdout.write(`first contentful paint of a cold daemon's page, ms: ${sorted.join(", ")}\n`);
}

async function withProgram(argv: readonly string[], work: () => Promise<void>): Promise<void> {
  const program: Program = startProgram(argv);
  try {
    await until(async () => (await answers()) || program.hasEnded());
    if (program.hasEnded()) throw new Error(`hems-edge ${argv[0]} has ended: ${program.output()}`);
    await work();
  } finally {
    program.child.kill("SIGTERM");
    if (!program.hasEnded()) await once(program.child, "exit");
  }
}

async function answers(): Promise<boolean> {
  try {
    return (await fetch(`${PAGE}healthz`)).status < 500;
  } catch {
    return false;
  }
}

/** Time of the demo's day at the house. */
async function localTime(): Promise<string | undefined> {
  const answer = await fetch(`${PAGE}api/state`);
  if (!answer.ok) return undefined;
  const { state } = (await answer.json()) as { state: { ts: string } };
  return new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: "America/Denver" }).format(
    Date.parse(state.ts),
  );
}

async function open(
  browser: Browser,
  looks: { readonly viewport: { width: number; height: number }; readonly colorScheme: "light" | "dark" },
): Promise<Page> {
  const context = await browser.newContext({
    ...looks,
    locale: "en-GB",
    timezoneId: "America/Denver",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await page.goto(PAGE);
  return page;
}

async function shoot(page: Page, name: string, { isWhole = true } = {}): Promise<void> {
  const path = join(FOLDER, `${name}.png`);
  await page.screenshot({ path, fullPage: isWhole, animations: "disabled" });
  process.stdout.write(`${path} ${Math.round(statSync(path).size / 1_000)} kB\n`);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadlineMs = clock.monotonicMs() + PATIENCE_MS;
  while (!(await condition())) {
    if (clock.monotonicMs() > deadlineMs) throw new Error("the demo takes too long");
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 50));
  }
}

await main();
