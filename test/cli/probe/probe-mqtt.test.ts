import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { capturedCli } from "../../support/captured-cli.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { startBroker } from "../../telemetry/support/broker.ts";

const LOGIN = { user: "hems", password: "broker-canary" };

async function guardedBroker() {
  const broker = await startBroker({
    authenticate: (_client, user, password, done) =>
      done(null, user === LOGIN.user && password?.toString() === LOGIN.password),
  });
  const folder = temporaryFolder();
  onTestFinished(() => broker.close());
  return { broker, folder };
}

const probe = (...argv: string[]) => capturedCli(["probe", "mqtt", "--listen-s", "1", ...argv]);

describe("hems-edge probe mqtt", () => {
  it("shows what is published at a broker, without publishing anything itself", async () => {
    const { broker, folder } = await guardedBroker();
    await broker.publish("roof/power", "1200", { isRetained: true });
    await broker.publish("roof/name", "\u001b[2Jx".padEnd(300, "y"), { isRetained: true });
    await broker.publish("other/power", "1", { isRetained: true });
    const secret = join(folder, "password");
    writeFileSync(secret, `${LOGIN.password}\n`, { mode: 0o600 });
    const login = ["--username", LOGIN.user, "--password-file", secret];
    const before = broker.messages.length;
    const { code, out } = await probe(broker.url, ...login, "--topic", "roof/#", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      broker: broker.url,
      login: "taken",
      filter: "roof/#",
      topics: [
        { topic: "roof/name", payload: expect.any(String), bytes: 300, is_retained: true, messages: 1 },
        { topic: "roof/power", payload: "1200", bytes: 4, is_retained: true, messages: 1 },
      ],
      left_out: 0,
    });
    expect(broker.messages).toHaveLength(before);
    const text = (await probe(broker.url, ...login)).out;
    expect(text).toMatch(/^kept {2}other\/power {2}1$/m);
    expect(text).not.toContain("\u001b");
  });

  it("uses the broker and the login of the config", async () => {
    const { broker, folder } = await guardedBroker();
    const path = join(folder, "config.yaml");
    const mqtt = { url: broker.url, username: LOGIN.user, password: LOGIN.password };
    const house = {
      site: { main_fuse_a: 35, pv_peak_w: 1 },
      wallbox: { identity: "B", phases: 1, max_current_a: 16 },
    };
    writeFileSync(path, JSON.stringify({ ...house, mqtt }), { mode: 0o600 });
    const { code, out } = await probe("--config", path);
    expect(code).toBe(0);
    expect(out).toMatch(/takes our login.\nNothing came in 1 s/);
    writeFileSync(path, JSON.stringify(house), { mode: 0o600 });
    expect(await probe("--config", path)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/names no broker/),
    });
  });

  it("says why the broker does not take us, without a secret", async () => {
    const { broker } = await guardedBroker();
    const refused = await probe(broker.url, "--username", "nobody");
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringMatching(/mqtt\.username and mqtt\.password/),
    });
    expect(await probe("mqtt://127.0.0.1:1")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/does the broker run/),
    });
  });

  it.each([
    [["mqtt://user:pass@host"], /url: use mqtt:\/\/HOST/],
    [["http://host"], /url: use mqtt/],
    [["mqtt://host", "--topic", "a/#/b"], /--topic takes/],
    [["mqtt://host", "--topic", ""], /--topic/],
    [["mqtt://host", "--protocol-version", "3"], /protocol_version/],
    [["mqtt://host", "--listen-s", "0"], /--listen-s takes/],
    [["mqtt://host", "--password-file", "/nonexistent"], /cannot read \/nonexistent/],
    [["--config", "/nonexistent"], /hems-edge check/],
  ])("refuses what was typed wrong: %j", async (argv, problem) => {
    expect(await probe(...argv)).toMatchObject({ code: 2, err: expect.stringMatching(problem) });
  });
});
