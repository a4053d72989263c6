import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createAccessFile } from "../../src/api/login/access-file.ts";
import { createToken } from "../../src/api/login/api-tokens.ts";
import { isPassword } from "../../src/api/login/password-hash.ts";
import type { TypedInput } from "../../src/cli/command.ts";
import { ask } from "../api/support/http.ts";
import { serve } from "../api/support/serve.ts";
import { capturedCli } from "../support/captured-cli.ts";
import { sampleReport } from "../support/sample-report.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const PASSWORD = "correct horse";

function stateFolder() {
  const folder = temporaryFolder();
  return { folder, path: join(folder, "access.json"), file: createAccessFile(folder) };
}

function typed(folder: string, argv: readonly string[], stdin?: TypedInput) {
  return capturedCli([...argv, "--state-dir", folder], { HEMS_EDGE_CONFIG: "/nonexistent" }, stdin);
}

/** A terminal at which somebody types `lines`, each after its prompt. */
function terminal(lines: readonly string[]) {
  const keys = [...lines];
  const shown: boolean[] = [];
  const stdin: TypedInput = Object.assign(new Readable({ read() {} }), {
    isTTY: true,
    setRawMode(isRaw: boolean) {
      shown.push(isRaw);
      const line = isRaw ? keys.shift() : undefined;
      if (line !== undefined) stdin.push(Buffer.from(line));
    },
  });
  return { stdin, shown };
}

describe("password set", () => {
  it("takes the password from a pipe and keeps only its hash, for the service's user alone", async () => {
    const { folder, path, file } = stateFolder();
    const { code, out } = await typed(folder, ["password", "set"], Readable.from([`${PASSWORD}\n`]));
    expect([code, out]).toEqual([0, expect.stringContaining("password set")]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, "utf8")).not.toContain(PASSWORD);
    const read = file.read();
    const hash = read.ok ? (read.record.password_hash ?? "") : "";
    expect(hash).toMatch(/^scrypt\$15\$8\$3\$/);
    expect(await isPassword(PASSWORD, hash)).toBe(true);
    expect(await isPassword("correct house", hash)).toBe(false);
  });

  it("asks twice at a terminal, hidden, and takes back what is erased", async () => {
    const { folder, file } = stateFolder();
    const { stdin, shown } = terminal([`${PASSWORD}x\u007f\r`, `${PASSWORD}\r`]);
    const { code, out, err } = await typed(folder, ["password", "set"], stdin);
    expect([code, err]).toEqual([0, "New password: \nThe same again: \n"]);
    expect(out).not.toContain(PASSWORD);
    expect(shown).toEqual([true, false, true, false]);
    expect(file.read()).toMatchObject({ ok: true, record: { password_hash: expect.any(String) } });
  });

  it.each<[string, () => TypedInput | undefined, RegExp]>([
    ["a short one", () => Readable.from(["short"]), /at least 10 characters/],
    ["an endless one", () => Readable.from([Buffer.alloc(5_000, "x")]), /too long/],
    ["two that differ", () => terminal([`${PASSWORD}\r`, "correct house\r"]).stdin, /not the same/],
    ["Ctrl-C", () => terminal(["cor\u0003"]).stdin, /nothing changed/],
    ["nothing to read", () => undefined, /standard input/],
  ])("refuses %s and changes nothing", async (_case, stdin, problem) => {
    const { folder, file } = stateFolder();
    const { code, err } = await typed(folder, ["password", "set"], stdin());
    expect(code).toBe(1);
    expect(err).toMatch(problem);
    expect(file.read()).toEqual({ ok: true, record: { tokens: [] } });
  });

  it("takes no password from the command line", async () => {
    const { folder } = stateFolder();
    expect((await typed(folder, ["password", "set", PASSWORD])).code).toBe(2);
  });
});

describe("tokens", () => {
  it("are made, listed without their text, and revoked", async () => {
    const { folder, path } = stateFolder();
    const made = await typed(folder, ["token", "create", "prometheus", "--json"]);
    const { token, ...shown } = JSON.parse(made.out);
    expect(shown).toEqual({ id: expect.any(String), name: "prometheus", scope: "read" });
    expect(token).toMatch(/^hems_[\w-]{43}$/);
    expect(readFileSync(path, "utf8")).not.toContain(token);
    await typed(folder, ["token", "create", "Home Assistant", "--scope", "control"]);
    const { out } = await typed(folder, ["token", "list"]);
    expect(out).toMatch(/prometheus {6}read .*\n.*Home Assistant {2}control /);
    expect(out).not.toContain(token);
    expect(await typed(folder, ["token", "revoke", "prometheus"])).toMatchObject({ code: 0 });
    expect(JSON.parse((await typed(folder, ["token", "list", "--json"])).out).tokens).toHaveLength(1);
  });

  it.each<[string, readonly string[], number, RegExp]>([
    ["a scope that is none", ["create", "x", "--scope", "root"], 2, /read, control, admin/],
    ["a name with a line break", ["create", "x\ny"], 2, /letters, digits/],
    ["a name that is taken", ["create", "taken"], 1, /taken already/],
    ["one that is not there", ["revoke", "other"], 1, /no token other/],
  ])("refuse %s", async (_case, argv, code, problem) => {
    const { folder } = stateFolder();
    await typed(folder, ["token", "create", "taken"]);
    const refused = await typed(folder, ["token", ...argv]);
    expect(refused.code).toBe(code);
    expect(refused.err).toMatch(problem);
  });

  it("are at most sixty-four", async () => {
    const { folder, file } = stateFolder();
    const token = (id: number) => ({
      id: `${id}`,
      name: `${id}`,
      scope: "read" as const,
      hash: "x",
      created: "",
    });
    file.change(() => ({ tokens: Array.from({ length: 64 }, (_, id) => token(id)) }));
    expect((await typed(folder, ["token", "create", "one more"])).err).toMatch(/64 tokens already/);
  });
});

describe("a daemon where everybody has to log in", () => {
  const TLS = join(import.meta.dirname, "../drivers/ocpp/support/tls");
  const file = (name: string) => readFileSync(join(TLS, name), "utf8");

  it("is asked with the token of the environment, over TLS with the config's certificate and no other", async () => {
    const { folder, file: accessFile } = stateFolder();
    const tls = { cert: file("server-cert.pem"), key: file("server-key.pem") };
    const { api, port } = await serve({ login: "always", tls }, { accessFile });
    api.report(sampleReport());
    const made = createToken(accessFile, { name: "cli", scope: "read" }, 0);
    const config = (certificate: string) => {
      const path = join(folder, certificate);
      const paths = `cert_file: ${join(TLS, certificate)}, key_file: ${join(TLS, "server-key.pem")}`;
      writeFileSync(path, `api: { port: ${port}, tls: { ${paths} } }\n`);
      return path;
    };
    const mode = (certificate: string, token?: string) =>
      capturedCli(
        ["mode", "--config", config(certificate)],
        token === undefined ? {} : { HEMS_EDGE_TOKEN: token },
      );
    const token = made.ok ? made.token : "";
    expect(await mode("server-cert.pem", token)).toMatchObject({ code: 0, out: "hems\n" });
    expect((await mode("server-cert.pem", "wrong")).err).toMatch(/does not take the token/);
    expect((await mode("server-cert.pem")).err).toMatch(/wants a token: set HEMS_EDGE_TOKEN/);
    expect((await mode("foreign-cert.pem", token)).err).toMatch(/cannot reach/);
  });
});

describe("the file of password and tokens", () => {
  it("is read again when somebody else changed it", async () => {
    const { folder, file } = stateFolder();
    expect(file.read()).toEqual({ ok: true, record: { tokens: [] } });
    await typed(folder, ["token", "create", "prometheus"]);
    expect(file.read()).toMatchObject({ ok: true, record: { tokens: [{ name: "prometheus" }] } });
  });

  it.each(["", "{", "[]", '{"tokens":[{"name":1}]}', '{"tokens":[],"passwordhash":"x"}'])(
    "lets nobody in when it holds %s, and is not written over",
    async (text) => {
      const { folder, path, file } = stateFolder();
      writeFileSync(path, text);
      expect(file.read()).toEqual({ ok: false, detail: expect.stringMatching(/damaged: remove it/) });
      const { code, err } = await typed(folder, ["token", "create", "prometheus"]);
      expect([code, err]).toEqual([1, expect.stringContaining("damaged")]);
      expect(readFileSync(path, "utf8")).toBe(text);
    },
  );

  it("says so when it cannot be written", async () => {
    const { folder } = stateFolder();
    const { code, err } = await typed(join(folder, "none"), ["token", "create", "prometheus"]);
    expect([code, err]).toEqual([1, expect.stringContaining("cannot be written (ENOENT)")]);
  });
});

describe("status, of a gateway whose page has no password yet", () => {
  /** A page for the whole network, with its state folder; `status` is typed on the gateway itself. */
  async function newGateway() {
    const { folder, file } = stateFolder();
    const served = await serve({ host: "0.0.0.0" }, { accessFile: file });
    served.api.report(sampleReport());
    const config = join(folder, "config.yaml");
    writeFileSync(config, `api: { host: 0.0.0.0, port: ${served.port} }\nstate_dir: ${folder}\n`);
    const status = (...argv: string[]) => capturedCli(["status", ...argv], { HEMS_EDGE_CONFIG: config });
    return { ...served, folder, file, status, codeFile: join(folder, "set-up-code") };
  }

  it("shows the set-up code to whoever may read the state folder, until it has been used", async () => {
    const { port, status, codeFile } = await newGateway();
    expect(statSync(codeFile).mode & 0o777).toBe(0o600);
    const { code, out } = await status();
    expect(code).toBe(0);
    const shown = /set-up code (\w{4}-\w{4})\n$/.exec(out)?.[1];
    expect((await status("--json")).out).not.toContain(shown);
    expect((await status("--url", `http://127.0.0.1:${port}`)).out).not.toContain("set-up code");

    const answer = await ask(port, "/api/access/first-password", {
      method: "POST",
      body: { code: shown, password: PASSWORD },
    });
    expect(answer.status).toBe(204);
    expect(existsSync(codeFile)).toBe(false);
    expect((await status()).out).not.toContain("set-up code");
  });

  it("shows no code that no longer counts", async () => {
    const { api, file, folder, status, codeFile } = await newGateway();
    await typed(folder, ["password", "set"], Readable.from([`${PASSWORD}\n`]));
    expect((await status()).out).not.toContain("set-up code");
    file.change(() => ({ tokens: [] }));
    await api.stop();
    expect(await status()).toMatchObject({ code: 1, out: "" });
    expect(existsSync(codeFile)).toBe(true);
    await serve({ host: "127.0.0.1" }, { accessFile: file });
    expect(existsSync(codeFile)).toBe(false);
  });
});
