import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { loadConfig, parseConfig } from "../../src/config/load-config.ts";
import type { ConfigProblem } from "../../src/config/problem.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const SOUND = `
site: { main_fuse_a: 35, pv_peak_w: 10000 }
control:
  thresholds: { hems_min_export_to_start_w: 4000, hems_max_import_before_stopping_w: 200 }
devices:
  - name: inverter
    driver: sunspec
    roles: [pv, grid]
    connection: { type: tcp, host: 192.0.2.1 }
wallbox: { identity: BOX, phases: 3, max_current_a: 16 }
`;

const PARTNER = `
partner:
  base_url: https://partner.example
  org_id: 11111111-1111-4111-8111-111111111111
  user_id: 22222222-2222-4222-8222-222222222222
  auth: { grant: password, username: house, password: s3cret-text }
`;

/** A reference to the environment variable `name`, as the file has it. */
const ref = (name: string) => ["$", "{", name, "}"].join("");

function parse(text: string, environment: NodeJS.ProcessEnv = {}) {
  return parseConfig(text, { environment });
}

function problemsOf(text: string, environment: NodeJS.ProcessEnv = {}): readonly ConfigProblem[] {
  const outcome = parse(text, environment);
  return outcome.ok ? [] : outcome.problems;
}

function warningsOf(text: string) {
  const outcome = parse(text);
  return outcome.warnings.map(({ path }) => path);
}

function replaced(from: string, to: string, text = SOUND): string {
  expect(text).toContain(from);
  return text.replace(from, () => to);
}

describe("a sound config", () => {
  it("is read with all defaults and without a warning", () => {
    const outcome = parse(SOUND);
    expect(outcome).toMatchObject({
      ok: true,
      warnings: [],
      config: { control: { interval_ms: 1000, mode: "hems" }, api: { port: 8090 }, site: { name: "home" } },
    });
  });

  it("may use anchors, within reason", () => {
    const text = replaced(
      "connection: { type: tcp, host: 192.0.2.1 }",
      "connection: &line { type: tcp, host: a }",
    );
    const second = "  - { name: second, driver: sunspec, roles: [pv], connection: *line, unit: 2 }\nwallbox:";
    expect(parse(replaced("wallbox:", second, text)).ok).toBe(true);
  });
});

describe("a problem names its place, its line and a remedy", () => {
  const cases: readonly (readonly [string, string, string, RegExp, RegExp])[] = [
    [
      "a key typed wrong",
      replaced("main_fuse_a", "main_fus_a"),
      "site.main_fus_a",
      /not a known key/,
      /did you mean main_fuse_a/,
    ],
    [
      "a key from nowhere",
      replaced("pv_peak_w: 10000", "pv_peak_w: 10000, colour: red"),
      "site.colour",
      /not a known key/,
      /known here: .*main_fuse_a/,
    ],
    [
      "a window of the battery without a width",
      `${SOUND}\nhome_battery: { soc_window: { battery_below_pct: 70, car_from_pct: 70 } }`,
      "home_battery.soc_window.battery_below_pct",
      /not below car_from_pct of 70/,
      /leave some percent/,
    ],
    [
      "a contact of the grid operator on another kind of line",
      `${SOUND}\ngrid_operator: { source: { type: contact, address: 0, connection: { type: rtu_over_tcp, host: 192.0.2.1, port: 502 } } }`,
      "grid_operator.source.connection.type",
      /differs from the connection of inverter on the same line 192.0.2.1:502/,
      /share its type/,
    ],
    [
      "a topic of the grid operator without a broker",
      `${SOUND}\ngrid_operator: { source: { type: mqtt, topic: control-box } }`,
      "grid_operator.source.type",
      /names no broker/,
      /add the part mqtt/,
    ],
    ["an unknown part", `${SOUND}\nmqqt: {}`, "mqqt", /not a known key/, /did you mean mqtt/],
    [
      "a missing key",
      replaced("main_fuse_a: 35, ", ""),
      "site.main_fuse_a",
      /is missing/,
      /Rating of the main fuse/,
    ],
    [
      "a missing part",
      replaced("site: { main_fuse_a: 35, pv_peak_w: 10000 }", ""),
      "site",
      /is missing/,
      /The house/,
    ],
    [
      "a number in quotes",
      replaced("35", '"35"'),
      "site.main_fuse_a",
      /must be a number, not text/,
      /without quotes/,
    ],
    [
      "a reserve that the fuse does not hold",
      replaced("main_fuse_a: 35", "main_fuse_a: 35, house_reserve_a: 36"),
      "site.house_reserve_a",
      /36 A is above site.main_fuse_a of 35 A/,
      /lower it/,
    ],
    ["text for a number", replaced("35", "many"), "site.main_fuse_a", /must be a number/, /A per phase/],
    [
      "an empty value",
      replaced("main_fuse_a: 35", "main_fuse_a: "),
      "site.main_fuse_a",
      /is empty/,
      /write a number/,
    ],
    ["a value too small", replaced("35", "3"), "site.main_fuse_a", /at least 10/, /fuse/],
    ["a value too large", replaced("35", "3000"), "site.main_fuse_a", /at most 200/, /fuse/],
    ["not a number at all", replaced("35", ".nan"), "site.main_fuse_a", /must be a number/, /fuse/],
    [
      "a mode typed wrong",
      replaced("control:", "control:\n  mode: hemz"),
      "control.mode",
      /one of none, spot/,
      /did you mean hems\?/,
    ],
    ["a wrong choice", replaced("phases: 3", "phases: 2"), "wallbox.phases", /one of 1, 3/, /choose/],
    [
      "a wrong kind of connection",
      replaced("type: tcp", "type: tpc"),
      "devices[0].connection.type",
      /one of tcp/,
      /did you mean tcp/,
    ],
    [
      "a connection without a kind",
      replaced("type: tcp, ", ""),
      "devices[0].connection.type",
      /is missing/,
      /tcp, rtu_over_tcp, rtu/,
    ],
    ["a list for a text", `${SOUND}\nstate_dir: []`, "state_dir", /^must be text$/, /Folder/],
    ["no role", replaced("[pv, grid]", "[]"), "devices[0].roles", /must have at least 1 entry/, /measures/],
    [
      "PV to be turned round",
      replaced("[pv, grid]", "[pv, grid]\n    invert: [pv]"),
      "devices[0].invert[0]",
      /one of grid, battery/,
      /choose one/,
    ],
    [
      "a device that is no group",
      replaced("wallbox:", "  - inverter\nwallbox:"),
      "devices[1]",
      /must be a group of keys/,
      /./,
    ],
    [
      "a relative serial path",
      replaced("{ type: tcp, host: 192.0.2.1 }", "{ type: rtu, path: ttyUSB0 }"),
      "devices[0].connection.path",
      /absolute path/,
      /serial/i,
    ],
    [
      "a bad name",
      replaced("name: inverter", "name: My Inverter"),
      "devices[0].name",
      /form that is not allowed/,
      /MQTT/,
    ],
    [
      "an empty text",
      replaced("host: 192.0.2.1", 'host: ""'),
      "devices[0].connection.host",
      /must not be empty/,
      /./,
    ],
    [
      "a failsafe between 0 and 6",
      replaced("control:", "control:\n  failsafe_current_a: 3"),
      "control.failsafe_current_a",
      /at least 6/,
      /0 or at least 6/,
    ],
    [
      "an unknown time zone",
      replaced("pv_peak_w: 10000", "pv_peak_w: 10000, time_zone: Mars"),
      "site.time_zone",
      /not valid/,
      /IANA/,
    ],
    [
      "a secret reference typed wrong",
      replaced("identity: BOX", "identity: BOX, password: { fil: x }"),
      "wallbox.password.fil",
      /not a known key/,
      /did you mean file/,
    ],
    [
      "an address without a scheme",
      SOUND + replaced("https://partner", "partner", PARTNER),
      "partner.base_url",
      /http:\/\/ or https:\/\//,
      /./,
    ],
    [
      "an id that is no UUID",
      SOUND + replaced("11111111-1111", "1", PARTNER),
      "partner.org_id",
      /UUID/,
      /copy it/,
    ],
    [
      "credentials in the broker's address",
      `${SOUND}\nmqtt: { url: "mqtt://user:secret@host" }`,
      "mqtt.url",
      /not allowed/,
      /keys of their own/,
    ],
    [
      "two channels of notifications with one name",
      `${SOUND}\nnotifications: { channels: [{ type: webhook, url: "http://h/1" }, { type: webhook, url: "http://h/2" }] }`,
      "notifications.channels[1].name",
      /already named webhook/,
      /name of its own/,
    ],
    [
      "notifications over MQTT without a broker",
      `${SOUND}\nnotifications: { channels: [{ type: mqtt }] }`,
      "notifications.channels[0].type",
      /names no broker/,
      /add the part mqtt/,
    ],
    [
      "a notification that nobody knows",
      `${SOUND}\nnotifications: { channels: [{ type: ntfy, url: "https://ntfy.sh/x", only: [meter_lots] }] }`,
      "notifications.channels[0].only[0]",
      /must be one of meter_lost/,
      /meter_lost/,
    ],
    [
      "one role twice in one device",
      replaced("[pv, grid]", "[grid, grid]"),
      "devices[0].roles[1]",
      /already taken/,
      /leave grid/,
    ],
    [
      "a grid meter that is read too seldom",
      replaced("roles: [pv, grid]", "roles: [pv, grid]\n    poll_ms: 5001"),
      "devices[0].poll_ms",
      /at least every 5000 ms/,
      /lower poll_ms/,
    ],
    [
      "a maximum below the minimum",
      replaced("max_current_a: 16", "max_current_a: 8, min_current_a: 10"),
      "wallbox.max_current_a",
      /below min_current_a/,
      /raise/,
    ],
    [
      "a cable below the minimum",
      replaced("max_current_a: 16", "max_current_a: 16, min_current_a: 10, cable_current_a: 8"),
      "wallbox.cable_current_a",
      /below min_current_a/,
      /raise/,
    ],
    [
      "a failsafe above the maximum",
      replaced("control:", "control:\n  failsafe_current_a: 20"),
      "control.failsafe_current_a",
      /above wallbox.max_current_a/,
      /lower it/,
    ],
    [
      "two listeners on one port",
      `${SOUND}\napi: { port: 8887 }`,
      "api.port",
      /already used by ocpp/,
      /port of its own/,
    ],
    [
      "a device named wallbox",
      replaced("name: inverter", "name: wallbox"),
      "devices[0].name",
      /taken by the program/,
      /choose another/,
    ],
    [
      "a device named as a topic",
      replaced("name: inverter", "name: telemetry"),
      "devices[0].name",
      /taken by the program/,
      /choose another/,
    ],
    [
      "a wallbox named as a topic",
      replaced("identity: BOX", "identity: BOX, name: cmd"),
      "wallbox.name",
      /taken by the program/,
      /choose another/,
    ],
    [
      "an unreadable secret file",
      replaced("identity: BOX", "identity: BOX, password: { file: /nonexistent/secret }"),
      "wallbox.password",
      /cannot be read/,
      /ENOENT/,
    ],
    [
      "a credential without systemd",
      replaced("identity: BOX", "identity: BOX, password: { credential: box }"),
      "wallbox.password",
      /cannot be read/,
      /LoadCredential/,
    ],
    [
      "a missing variable",
      replaced("host: 192.0.2.1", `host: "${ref("NO_SUCH")}"`),
      "devices[0].connection.host",
      /NO_SUCH is not set/,
      /set NO_SUCH/,
    ],
    [
      "a reference that is not closed",
      replaced("host: 192.0.2.1", `host: "a${ref("HOST").slice(0, -1)}"`),
      "devices[0].connection.host",
      /never closed/,
      /\$\$\{/,
    ],
    [
      "a reference to nothing",
      replaced("host: 192.0.2.1", `host: "${ref("A-B")}"`),
      "devices[0].connection.host",
      /does not name/,
      /letters/,
    ],
    [
      "a key of the language's own",
      `${SOUND}\n__proto__: { a: 1 }`,
      "__proto__",
      /not a known key/,
      /remove/,
    ],
  ];

  it.each(cases)("%s", (_, text, path, problem, remedy) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.path).toBe(path);
    expect(problems[0]?.problem).toMatch(problem);
    expect(problems[0]?.remedy).toMatch(remedy);
    if (!["site", "__proto__"].includes(path)) expect(problems[0]?.line).toBeTypeOf("number");
  });

  it("gives the very line of the key", () => {
    expect(problemsOf(replaced("roles: [pv, grid]", "roles: []"))[0]?.line).toBe(8);
  });
});

describe("syntax", () => {
  it.each([
    ["a key twice", "site: {}\nsite: {}\n", 2, /unique/],
    ["a tab as indent", "site:\n\tmain_fuse_a: 35\n", 2, /[Tt]ab/],
    ["an open bracket", "site: [1,\n", undefined, /end with a \]/],
    ["two documents", "site: {}\n---\nsite: {}\n", undefined, /multiple documents/],
    ["an unknown tag", `${SOUND}log_level: !!js/function info\n`, 11, /tag/],
    ["an alias to nothing", "site: *nowhere\n", undefined, /alias/],
  ])("%s is a problem with its line", (_, text, line, problem) => {
    const found = problemsOf(text).filter((candidate) => problem.test(candidate.problem));
    expect(found).toHaveLength(1);
    if (line !== undefined) expect(found[0]?.line).toBe(line);
  });

  it.each([
    ["an empty file", ""],
    ["a comment only", "# nothing\n"],
    ["a list", "- 1\n"],
    ["a text", "hello"],
    ["a number", "42"],
    ["null", "null"],
    ["control characters", "\u0000\u0001"],
  ])("%s is refused without a crash", (_, text) => {
    expect(problemsOf(text).length).toBeGreaterThan(0);
  });

  it("an alias bomb is refused at once", () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(10).fill(`*${of}`).join(", ")}]`;
    const bomb = ["a: &a [x, x]", level("b", "a"), level("c", "b"), level("d", "c"), level("e", "d")].join(
      "\n",
    );
    expect(problemsOf(bomb)[0]?.remedy).toMatch(/without aliases/);
  });

  it.each([
    ["brackets", "[".repeat(30_000)],
    ["groups", `site: ${"{a: ".repeat(300)}1${"}".repeat(300)}`],
  ])("%s nested without end are refused, with few words", (_, text) => {
    const problems = problemsOf(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(30);
  });
});

describe("all problems come at once", () => {
  it("of every kind, in the order of the file", () => {
    const text = `
site: { main_fuse_a: 3, pv_peak_w: "10" }
control: { failsafe_current_a: 20, colour: red }
devices:
  - { name: one, driver: sunspec, roles: [grid], connection: { type: tcp, host: A.example } }
  - { name: one, driver: sunspec, roles: [grid, pv], connection: { type: tcp, host: a.example } }
  - { name: broken, driver: sunspec, roles: [sun], connection: { type: tcp, host: b } }
  - { name: battery, driver: sunspec, roles: [battery], connection: { type: rtu, path: /dev/a }, unit: 3 }
  - { name: meter, driver: sunspec, roles: [pv], connection: { type: rtu, path: /dev/a, parity: even }, unit: 4 }
wallbox: { identity: BOX, phases: 1, max_current_a: 16, password: "${ref("BOX_PASSWORD")}" }
`;
    expect(problemsOf(text).map(({ path }) => path)).toEqual([
      "site.main_fuse_a",
      "site.pv_peak_w",
      "control.colour",
      "devices[1].roles[0]",
      "devices[1].unit",
      "devices[1].name",
      "devices[2].roles[0]",
      "devices[4].connection",
      "wallbox.password",
    ]);
  });

  it("a key typed wrong is not also a missing key, but others are", () => {
    const text = replaced("main_fuse_a: 35, pv_peak_w: 10000", "main_fus_a: 35");
    expect(
      problemsOf(text)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(["site.main_fus_a", "site.pv_peak_w"]);
  });

  it("a missing variable is one problem, whatever its place asks for", () => {
    expect(
      problemsOf(SOUND + replaced("https://partner.example", `"${ref("PARTNER_URL")}"`, PARTNER)),
    ).toHaveLength(1);
  });
});

describe("the environment", () => {
  it("fills text in, in part or whole, and $${ stays", () => {
    const text = replaced("identity: BOX", `identity: "x${ref("ID")}-$${ref("ID")}"`);
    expect(parse(text, { ID: "7" })).toMatchObject({
      ok: true,
      config: { wallboxes: [{ identity: `x7-${ref("ID")}` }] },
    });
  });

  it("does not reach into what it filled in", () => {
    const outcome = parse(replaced("identity: BOX", `identity: "${ref("A")}"`), { A: ref("B"), B: "no" });
    expect(outcome).toMatchObject({ ok: true, config: { wallboxes: [{ identity: ref("B") }] } });
  });

  it("an empty variable is not a password", () => {
    const text = replaced("identity: BOX", `identity: BOX, password: "${ref("EMPTY")}"`);
    expect(problemsOf(text, { EMPTY: "" })[0]).toMatchObject({ path: "wallbox.password" });
  });

  it("no problem or warning repeats a secret", () => {
    const text = `${SOUND}${PARTNER}  colour: red\n`.replace(
      "BOX,",
      `BOX, password: "${ref("PW")}", step_a: "${ref("PW")}",`,
    );
    const outcome = parse(text, { PW: "canary-value" });
    expect(outcome.ok).toBe(false);
    expect(JSON.stringify(outcome)).not.toMatch(/canary-value|s3cret-text/);
  });
});

describe("warnings let the config pass", () => {
  it.each([
    [
      "a failsafe current above the operator's failsafe limit",
      `${SOUND}\ngrid_operator: { source: { type: static, limit_w: 5000 }, failsafe_limit_w: 4100 }`,
      "control.failsafe_current_a",
    ],
    [
      "a box of one phase above the unbalance limit",
      replaced("phases: 3, max_current_a: 16", "phases: 1, max_current_a: 21"),
      "site.unbalance_limit_va",
    ],
    [
      "an operator by HTTP whom nobody can reach",
      `${SOUND}\ngrid_operator: { source: { type: http, token: 0123456789abcdef } }`,
      "api.host",
    ],
    ["thresholds narrower than the wallbox's minimum", replaced("4000", "1500"), "control.thresholds"],
    ["no device that measures the grid", replaced("[pv, grid]", "[pv]"), "devices"],
    [
      "a maximum above the fuse",
      replaced("max_current_a: 16", "max_current_a: 50, rated_current_a: 50"),
      "wallbox.max_current_a",
    ],
    [
      "a maximum above the cable",
      replaced("max_current_a: 16", "max_current_a: 16, cable_current_a: 13"),
      "wallbox.max_current_a",
    ],
    [
      "a failsafe below the box's minimum",
      replaced("max_current_a: 16", "max_current_a: 16, min_current_a: 7").replace("4000", "5000"),
      "control.failsafe_current_a",
    ],
    [
      "a box without a fallback that gets less than its maximum because of it",
      replaced("max_current_a: 16", "max_current_a: 20, rated_current_a: 20, quirks: { dead_man: none }"),
      "wallbox.quirks.dead_man",
    ],
    [
      "administrator rights",
      SOUND +
        replaced(
          "grant: password, username: house, password: s3cret-text",
          "grant: client_credentials, client_id: id, client_secret: s",
          PARTNER,
        ),
      "partner.auth.grant",
    ],
    ["plain http to another machine", SOUND + replaced("https:", "http:", PARTNER), "partner.base_url"],
    [
      "plain http for tokens",
      SOUND + replaced("org_id", "token_url: http://auth.example/token\n  org_id", PARTNER),
      "partner.token_url",
    ],
  ])("%s", (_, text, path) => {
    expect(parse(text).ok).toBe(true);
    expect(warningsOf(text)).toEqual([path]);
  });

  it("says to what the start will be raised", () => {
    const { warnings } = parse(replaced("4000", "1500"));
    expect(warnings[0]?.remedy).toContain("3940 W");
  });

  it.each(["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:80"])("%s earns none", (address) => {
    expect(warningsOf(SOUND + replaced("https://partner.example", `"${address}"`, PARTNER))).toEqual([]);
  });

  it("mode none needs no grid meter, and two inverters may both be pv", () => {
    const second =
      "  - { name: two, driver: sunspec, roles: [pv], connection: { type: tcp, host: b } }\nwallbox:";
    const text = replaced("wallbox:", second, replaced("[pv, grid]", "[pv]"));
    expect(parse(replaced("control:", "control:\n  mode: none", text))).toMatchObject({
      ok: true,
      warnings: [],
    });
  });

  it("a check by hand only doubts a systemd credential", () => {
    const text = replaced("identity: BOX", "identity: BOX, password: { credential: box }");
    const outcome = parseConfig(text, { environment: {}, isService: false });
    expect(outcome).toMatchObject({ ok: true, warnings: [{ path: "wallbox.password" }] });
  });
});

describe("the file", () => {
  let folder = "";
  beforeEach(() => {
    folder = temporaryFolder();
  });

  function load(text: string, mode: number, environment: NodeJS.ProcessEnv = {}) {
    const path = join(folder, "config.yaml");
    writeFileSync(path, text);
    chmodSync(path, mode);
    return loadConfig(path, { environment });
  }

  it("with a secret that everybody may read earns a warning", () => {
    expect(load(SOUND + PARTNER, 0o644).warnings.map(({ path }) => path)).toEqual(["partner.auth.password"]);
    expect(load(SOUND + PARTNER, 0o640).warnings).toEqual([]);
  });

  it("may be readable when the secret comes from the environment", () => {
    const text = SOUND + replaced("s3cret-text", `"${ref("PW")}"`, PARTNER);
    expect(load(text, 0o644, { PW: "x" }).warnings).toEqual([]);
  });

  it("with a secret file that everybody may read earns a warning", () => {
    const secret = join(folder, "secret");
    writeFileSync(secret, "x\n");
    chmodSync(secret, 0o604);
    const text = SOUND + replaced("s3cret-text", `{ file: ${secret} }`, PARTNER);
    expect(load(text, 0o600).warnings).toMatchObject([
      { path: "partner.auth.password", remedy: `chmod o-r ${secret}` },
    ]);
  });

  it.each([
    ["is missing", () => join(folder, "none.yaml"), /ENOENT/],
    ["is a folder", () => folder, /not a file/],
    ["is a device that never ends", () => "/dev/zero", /not a file/],
  ])("that %s is one problem", (_, path, problem) => {
    const outcome = loadConfig(path(), { environment: {} });
    expect(outcome).toMatchObject({ ok: false, problems: [{ path: "", line: undefined }] });
    expect(outcome.ok ? "" : outcome.problems[0]?.problem).toMatch(problem);
  });

  it("that is too large is not read", () => {
    const outcome = load(`#${"x".repeat(256 * 1024)}`, 0o600);
    expect(outcome.ok ? "" : outcome.problems[0]?.problem).toMatch(/larger than 256 KiB/);
  });
});

describe("config/example.yaml", () => {
  const path = join(import.meta.dirname, "..", "..", "config", "example.yaml");
  const text = readFileSync(path, "utf8");

  it("is valid and earns no warning where its credentials are", () => {
    const folder = temporaryFolder();
    const ours = ["ocpp-password", "partner-password", "mqtt-password", "influx-token"];
    const channels = ["ntfy-url", "ntfy-token", "webhook-url", "webhook-secret"];
    for (const name of [...ours, ...channels]) writeFileSync(join(folder, name), "x");
    const outcome = loadConfig(path, { environment: { CREDENTIALS_DIRECTORY: folder } });
    expect(outcome).toMatchObject({ ok: true, warnings: [] });
  });

  it("shows every key that the schema knows", async () => {
    const { configJsonSchema, alternatives } = await import("../../src/config/json-schema.ts");
    type Node = ReturnType<typeof configJsonSchema>;
    const keys = (node: Node): string[] =>
      alternatives(node).flatMap((branch) => [
        ...Object.entries(branch.properties ?? {}).flatMap(([key, value]) => [key, ...keys(value)]),
        ...(branch.items === undefined ? [] : keys(branch.items)),
      ]);
    const missing = [...new Set(keys(configJsonSchema()))].filter(
      (key) => !new RegExp(`\\b${key}:`).test(text),
    );
    expect(missing).toEqual([]);
  });
});

describe("several wallboxes", () => {
  const ONE_BOX = "wallbox: { identity: BOX, phases: 3, max_current_a: 16 }\n";
  const box = (changes: string) =>
    `  - { name: garage, identity: A, phases: 3, max_current_a: 16${changes} }\n`;
  const list = (...boxes: readonly string[]) => replaced(ONE_BOX, `wallboxes:\n${boxes.join("")}`);
  const yard = "  - { name: yard, identity: B, phases: 1, max_current_a: 16, priority: 5 }\n";

  it("are a list in the order of the file, and one alone is a list of one", () => {
    expect(parse(list(box(""), yard))).toMatchObject({
      ok: true,
      config: {
        wallboxes: [
          { name: "garage", priority: 1 },
          { name: "yard", priority: 5 },
        ],
      },
    });
    expect(parse(replaced("", ""))).toMatchObject({ ok: true, config: { wallboxes: [{ name: "wallbox" }] } });
  });

  it.each<[string, string, string, RegExp]>([
    ["none at all", replaced(ONE_BOX, ""), "wallbox", /is missing/],
    [
      "both ways of writing",
      replaced("devices:", `wallboxes:\n${yard}devices:`),
      "wallboxes",
      /beside wallbox/,
    ],
    ["an empty list", replaced(ONE_BOX, "wallboxes: []\n"), "wallboxes", /at least 1/],
    [
      "the same name",
      list(box(""), yard.replace("yard", "garage")),
      "wallboxes[1].name",
      /already named garage/,
    ],
    [
      "the same identity",
      list(box(""), yard.replace("B", "A")),
      "wallboxes[1].identity",
      /already the identity/,
    ],
    ["a name that is a topic", list(box(""), yard.replace("yard", "grid")), "wallboxes[1].name", /taken/],
    [
      "a current below the minimum",
      list(box(", min_current_a: 20")),
      "wallboxes[0].max_current_a",
      /could never/,
    ],
    ["a priority out of range", list(box(", priority: 0")), "wallboxes[0].priority", /at least 1/],
    [
      "more than twenty",
      list(
        ...Array.from(
          { length: 21 },
          (_, index) => `  - { name: b${index}, identity: I${index}, phases: 1, max_current_a: 16 }\n`,
        ),
      ),
      "wallboxes",
      /at most 20/,
    ],
  ])("%s is refused", (_case, text, path, problem) => {
    const found = problemsOf(text).filter((entry) => entry.path === path);
    expect(found).toHaveLength(1);
    expect(found[0]?.problem).toMatch(problem);
  });

  it("are warned of when the fuse cannot bear the least of all, or their failsafe currents together", () => {
    const many = Array.from(
      { length: 8 },
      (_, index) => `  - { name: b${index}, identity: I${index}, phases: 3, max_current_a: 16 }\n`,
    );
    const outcome = parse(list(...many));
    expect(outcome).toMatchObject({
      ok: true,
      warnings: expect.arrayContaining([
        expect.objectContaining({ path: "wallboxes", problem: expect.stringContaining("48 A together") }),
        expect.objectContaining({
          path: "control.failsafe_current_a",
          problem: expect.stringContaining("when this gateway dies"),
        }),
      ]),
    });
  });
});
