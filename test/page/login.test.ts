import { pino } from "pino";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMemoryAccessFile } from "../../src/api/login/access-file.ts";
import { hashPassword } from "../../src/api/login/password-hash.ts";
import { createSystemClock } from "../../src/service/clock.ts";
import { ask } from "../api/support/http.ts";
import { serve } from "../api/support/serve.ts";
import { sampleReport } from "../support/sample-report.ts";
import { openPage, PHONE, seriousViolations, startBrowser } from "./support/browser.ts";

const PASSWORD = "correct horse";
const COST = { logN: 4, r: 8, p: 1 };
const HASH = await hashPassword(PASSWORD, COST);

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** A phone before a gateway where everybody has to log in. */
async function phone(record: { readonly password_hash?: string } = { password_hash: HASH }) {
  const lines: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
  const accessFile = createMemoryAccessFile({ tokens: [], ...record });
  const viewerClock = createSystemClock({ unref: true });
  const { api, port, url } = await serve({ login: "always" }, { log, accessFile, viewerClock });
  api.report(sampleReport());
  const { page, errors } = await openPage(browser, url, { viewport: PHONE });
  return { api, port, page, errors, accessFile, lines };
}

async function logIn(page: Page, password = PASSWORD): Promise<void> {
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

describe("the page from another machine", () => {
  it("takes the first password with the code of the log, and is open from then on", async () => {
    const { page, errors, lines } = await phone({});
    await page.getByRole("heading", { name: "Set a password" }).waitFor();
    const code = /"setUpCode":"([\w-]+)"/.exec(lines.join())?.[1] ?? "";
    await page.getByLabel("Set-up code").fill("AAAA-AAAA");
    await page.getByLabel("New password").fill(PASSWORD);
    await page.getByRole("button", { name: "Set password" }).click();
    await page.getByText(/wrong code/).waitFor();
    await page.getByLabel("Set-up code").fill(code);
    await page.getByRole("button", { name: "Set password" }).click();
    await page.getByText("live", { exact: true }).waitFor();
    await page.reload();
    await page.getByText("live", { exact: true }).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it("asks for the password, says when it is wrong, and closes with the logout", async () => {
    const { page, errors } = await phone();
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    expect(await seriousViolations(page)).toEqual([]);
    await logIn(page, "wrong");
    await page.getByText("wrong password").waitFor();
    await logIn(page);
    await page.getByText("live", { exact: true }).waitFor();
    expect(await page.evaluate("document.cookie")).toBe("");
    await page.getByRole("button", { name: "System", exact: true }).click();
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it("comes back to the password when the login is over", async () => {
    const { api, page, accessFile } = await phone();
    await logIn(page);
    await page.getByText("live", { exact: true }).waitFor();
    const password_hash = await hashPassword("another password", COST);
    accessFile.change((record) => ({ ...record, password_hash }));
    api.report(sampleReport());
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    await page.context().close();
  });

  it("makes a token, shows it once, and revokes it", async () => {
    const { page, port } = await phone();
    await logIn(page);
    await page.getByRole("button", { name: "System", exact: true }).click();
    await page.getByLabel("Name").fill("Home Assistant");
    await page.getByLabel("May").selectOption("control");
    await page.getByRole("button", { name: "Make a token" }).click();
    const token = (await page.getByText(/^hems_/).textContent()) ?? "";
    const headers = { authorization: `Bearer ${token}` };
    const boost = async () => (await ask(port, "/api/boost", { method: "POST", headers })).status;
    expect(await boost()).toBe(204);
    page.on("dialog", (dialog) => void dialog.accept());
    await page.getByRole("button", { name: "Revoke Home Assistant" }).click();
    await page.getByRole("button", { name: "Revoke Home Assistant" }).waitFor({ state: "detached" });
    expect(await boost()).toBe(401);
    await page.context().close();
  });
});
