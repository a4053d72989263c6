import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { householdSeed } from "../../../simulator/partner/seed.ts";
import { spawnProgram } from "../../hil/support/daemon-process.ts";
import { ANNA, BEN } from "../../partner/organisation-fixture.ts";
import { eventually } from "../../support/eventually.ts";
import { type PartnerProgram, partnerProgram } from "./partner-program.ts";

const FAST = ["--rate", "2000", "--concurrency", "16"];

/** Users without devices, which load quickly. */
function manyUsers(count: number) {
  return Array.from({ length: count }, (_, index) => ({ user: householdSeed(index).user }));
}

function csvOf(users: ReturnType<typeof manyUsers>): string {
  const rows = users.map(({ user }, index) => `${user.id},new_${index}`);
  return ["user_id,external_user_id", ...rows, ""].join("\n");
}

function resultRows(path: string): readonly (readonly string[])[] {
  const [, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => line.split(","));
}

async function program(
  rows: string,
  name = "users.csv",
): Promise<PartnerProgram & { readonly file: string }> {
  const made = await partnerProgram();
  const file = join(made.folder, name);
  writeFileSync(file, rows);
  return { ...made, file };
}

describe("5000 users", () => {
  it("with failures, a kill in the middle and a dead token end with one result row and one update each", async () => {
    const users = manyUsers(5_000);
    const { server, folder, environment, run } = await partnerProgram({ users });
    const file = join(folder, "users.csv");
    const out = `${file}.results.csv`;
    writeFileSync(file, csvOf(users));
    server.inject({ kind: "server_error" }, { scope: "fleet", share: 0.03 });
    server.inject({ kind: "broken" }, { scope: "fleet", share: 0.02, isAfter: true });
    const argv = ["users", "bulk-update", file, "--batch", "500", ...FAST];
    const updated = () => users.filter(({ user }) => server.organisation.user(user.id)?.updates === 1).length;

    const first = spawnProgram(["partner", ...argv], environment);
    onTestFinished(() => first.kill("SIGKILL"));
    await eventually(() => server.counters().requests > 2_000 || !first.isRunning, 30_000);
    first.kill("SIGKILL");
    expect(await first.ended).toEqual({ code: null, signal: "SIGKILL" });
    expect(updated()).toBeGreaterThan(500);
    expect(updated()).toBeLessThan(4_500);
    expect(existsSync(out)).toBe(false);

    const grantsBefore = server.counters().tokenGrants;
    const resumed = run(...argv);
    const requestsBefore = server.counters().requests;
    await eventually(() => server.counters().requests > requestsBefore + 1_500, 30_000);
    server.revokeAccessTokens();
    expect((await resumed).json()).toMatchObject({ rows: 5_000, failed: 0 });
    expect((await resumed).code).toBe(0);
    expect(server.counters().tokenGrants - grantsBefore).toBe(2);

    const rows = resultRows(out);
    expect(rows.map(([row]) => Number(row))).toEqual(users.map((_, index) => index + 1));
    expect(rows.map(([, userId]) => userId)).toEqual(users.map(({ user }) => user.id));
    expect(rows.every(([, , status]) => status === "updated")).toBe(true);
    const counts = users.map(({ user }) => server.organisation.user(user.id)?.updates);
    expect(counts.every((count) => count === 1)).toBe(true);
    expect(existsSync(`${out}.journal`)).toBe(false);
    expect((await run(...argv)).err).toMatch(/is there already/);
  }, 120_000);
});

describe("a bulk update", () => {
  it("changes only what differs, and every row has its result", async () => {
    const { run, server, file } = await program(
      `user_id,external_user_id,town\n${ANNA},cust_1,\n${BEN},cust_2,"Graz, ""the"" town"\n`,
    );
    const result = await run("users", "bulk-update", file);
    expect(result.json()).toMatchObject({ rows: 2, updated: 1, unchanged: 1, failed: 0 });
    expect(server.organisation.user(ANNA)?.updates).toBe(0);
    expect(server.organisation.user(BEN)?.wire).toMatchObject({
      external_user_id: "cust_2",
      town: 'Graz, "the" town',
    });
  });

  it("takes JSON, writes JSON, and ends with 1 when a row failed, which the same command tries again", async () => {
    const { run, server, folder, file } = await program(
      JSON.stringify([
        { user_id: ANNA, zip_code: "1020" },
        { user_id: "nobody", town: "Linz" },
      ]),
      "users.json",
    );
    const out = join(folder, "out.json");
    const argv = ["users", "bulk-update", file, "--out", out];
    server.inject(
      { kind: "status", status: 422, body: '{"detail":"No such zip."}' },
      { scope: "fleet", share: 0.5 },
    );
    expect((await run(...argv)).code).toBe(1);
    server.heal();
    const again = await run(...argv);
    expect([again.code, again.err]).toEqual([1, expect.stringMatching(/tries the failed rows again/)]);
    expect(JSON.parse(readFileSync(out, "utf8"))).toEqual([
      { row: 1, user_id: ANNA, status: "updated" },
      { row: 2, user_id: "nobody", status: "failed", error: "not_found", detail: "there is no such user" },
    ]);
    expect(server.organisation.user(ANNA)?.updates).toBe(1);
  });

  it("rehearses without sending anything", async () => {
    const { type, run, server, file } = await program(`user_id,town\n${ANNA},Linz\n`);
    expect((await type("users", "bulk-update", file, "--dry-run")).out).toMatch(/1 would change/);
    expect((await run("users", "bulk-update", file, "--dry-run")).json()).toMatchObject({ would_change: 1 });
    expect(server.organisation.user(ANNA)?.updates).toBe(0);
    expect(existsSync(`${file}.results.csv`)).toBe(false);
  });

  it("does not send again what the server did before a kill", async () => {
    const { run, server, file } = await program(`user_id,town\n${ANNA},Linz\n`);
    server.inject({ kind: "status", status: 403 }, { scope: "fleet", times: 1, share: 0.4 });
    await run("users", "bulk-update", file);
    const journal = `${file}.results.csv.journal`;
    const [job = ""] = readFileSync(journal, "utf8").split("\n");
    writeFileSync(journal, `${job}\n{"sent":1}\n{"resu`);
    await run("users", "update", ANNA, "--town", "Linz");
    expect((await run("users", "bulk-update", file)).json()).toMatchObject({ updated: 1 });
    expect(server.organisation.user(ANNA)?.updates).toBe(1);
  });

  it("does not send again what the server did although its answer got lost", async () => {
    const { run, server, file } = await program(`user_id,town\n${ANNA},Linz\n${BEN},Graz\n`);
    server.inject({ kind: "broken" }, { scope: "fleet", share: 0.7, times: 2, isAfter: true });
    expect((await run("users", "bulk-update", file)).json()).toMatchObject({ updated: 2, failed: 0 });
    expect([ANNA, BEN].map((id) => server.organisation.user(id)?.updates)).toEqual([1, 1]);
  });

  it("refuses the journal of another job", async () => {
    const { run, file } = await program(`user_id,town\n${ANNA},Linz\n`);
    writeFileSync(`${file}.results.csv.journal`, '{"job":{"inputSha256":"x","baseUrl":"y","orgId":"z"}}\n');
    expect(await run("users", "bulk-update", file)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/belongs to another file or server/),
    });
  });

  it("shows its progress on a terminal only", async () => {
    const { type, run, file, folder } = await program(`user_id,town\n${ANNA},Linz\n`);
    expect((await type("users", "bulk-update", file)).err).toMatch(/\[#{24}\] 1\/1 100 %/);
    expect((await run("users", "bulk-update", file, "--out", join(folder, "b.csv"))).err).toBe("");
  });

  it.each([
    ["an unknown column", "user_id,twon\nx,Linz\n", /there is no field twon, did you mean town/],
    ["no user", "user_id,town\n,Linz\n", /row 1: user_id is missing/],
    ["a user twice", "user_id,town\nx,Linz\nx,Graz\n", /row 2: the same user as in row 1/],
    ["nothing to change", "user_id,town\nx,\n", /row 1: row: nothing to change/],
    ["a country in words", "user_id,country\nx,Austria\n", /row 1: country: takes two capital letters/],
    ["a quote that never ends", 'user_id,town\nx,"Linz\n', /Quote Not Closed/],
    ["no rows", "user_id,town\n", /no rows/],
  ])("refuses a file with %s before anything is sent", async (_name, rows, problem) => {
    const { run, server, file } = await program(rows);
    expect(await run("users", "bulk-update", file)).toMatchObject({
      code: 2,
      err: expect.stringMatching(problem),
    });
    expect(server.counters().requests).toBe(0);
  });

  it("refuses JSON that is no list of objects, and a file that is not there", async () => {
    const { run, folder, file } = await program('{"user_id":"x"}', "users.json");
    expect((await run("users", "bulk-update", file)).err).toMatch(/is no list of objects/);
    expect((await run("users", "bulk-update", join(folder, "none.csv"))).code).toBe(2);
  });
});
