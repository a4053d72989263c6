import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { freePort } from "../../simulator/free-port.ts";
import { configSchema } from "../../src/config/schema.ts";
import { eventually } from "../support/eventually.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { spawnProgram } from "./support/daemon-process.ts";

const PATIENCE_MS = 30_000;
const TLS = join(import.meta.dirname, "../drivers/ocpp/support/tls");
const LISTENING = "0A";

const HOUSE = {
  site: { main_fuse_a: 35, pv_peak_w: 9_000 },
  devices: [
    {
      name: "meter",
      driver: "sunspec",
      roles: ["grid"],
      connection: { type: "tcp", host: "127.0.0.1", port: 9 },
    },
  ],
  wallbox: { identity: "BOX", password: "a-password-of-the-box", phases: 3, max_current_a: 16 },
};

/** Addresses on which a process takes connections, and every datagram socket, as the kernel has them (proc(5)). */
function openSockets(pid: number): readonly string[] {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  return ["tcp", "tcp6", "udp", "udp6"].flatMap((protocol) =>
    readFileSync(`/proc/${pid}/net/${protocol}`, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(
        ([, , , state, , , , , , inode]) =>
          inode !== undefined && own.has(inode) && (state === LISTENING || protocol.startsWith("udp")),
      )
      .map(([, local = ""]) => `${protocol} ${addressOf(local)}`),
  );
}

/** `0100007F:1F90` is 127.0.0.1:8080: the address in the machine's byte order, which is little-endian here. */
function addressOf(local: string): string {
  const [address = "", port = ""] = local.split(":");
  const bytes =
    address
      .match(/../g)
      ?.reverse()
      .map((byte) => Number.parseInt(byte, 16)) ?? [];
  return `${bytes.length === 4 ? bytes.join(".") : address}:${Number.parseInt(port, 16)}`;
}

async function listensOn(parts: object, expected: readonly string[]): Promise<void> {
  const folder = temporaryFolder();
  const config = join(folder, "config.yaml");
  writeFileSync(config, stringify({ ...HOUSE, ...parts, state_dir: join(folder, "state") }), { mode: 0o600 });
  const daemon = spawnProgram(["run", "--config", config]);
  const found = () => (daemon.child.pid === undefined ? [] : openSockets(daemon.child.pid).toSorted());
  try {
    await eventually(
      () => daemon.messages().includes("set point changed") && found().length >= expected.length,
      PATIENCE_MS,
    );
    expect(found()).toEqual(expected.toSorted());
  } finally {
    daemon.kill("SIGKILL");
    await daemon.ended;
  }
}

describe("the daemon listens where docs/threat-model.md says, and nowhere else", { timeout: 60_000 }, () => {
  it("with the least config: wallboxes, and the page for this machine", async () => {
    const [ocpp, page] = [await freePort(), await freePort()];
    await listensOn({ ocpp: { port: ocpp }, api: { port: page } }, [
      `tcp 0.0.0.0:${ocpp}`,
      `tcp 127.0.0.1:${page}`,
    ]);
  });

  it("with everything that can listen", async () => {
    const [ocpp, tls, page, proxy] = [await freePort(), await freePort(), await freePort(), await freePort()];
    await listensOn(
      {
        ocpp: {
          ...{ host: "127.0.0.1", port: ocpp },
          tls: { port: tls, cert_file: join(TLS, "server-cert.pem"), key_file: join(TLS, "server-key.pem") },
        },
        api: { host: "0.0.0.0", port: page },
        modbus_proxy: [{ device: "meter", host: "127.0.0.1", port: proxy }],
      },
      [`tcp 127.0.0.1:${ocpp}`, `tcp 127.0.0.1:${tls}`, `tcp 0.0.0.0:${page}`, `tcp 127.0.0.1:${proxy}`],
    );
  });

  it("on the ports that are documented, unless the config names others", () => {
    const { ocpp, api, modbus_proxy } = configSchema.parse({
      ...HOUSE,
      ocpp: { tls: { cert_file: "c", key_file: "k" } },
      modbus_proxy: [{ device: "meter" }],
    });
    const page = readFileSync(join(import.meta.dirname, "../../docs/threat-model.md"), "utf8");
    const documented = [...page.matchAll(/^\| `([\d.]+:\d+)` \|/gm)].map(([, address]) => address);
    expect(documented).toEqual([
      `${ocpp.host}:${ocpp.port}`,
      `${ocpp.host}:${ocpp.tls?.port}`,
      `${api.host}:${api.port}`,
      `${modbus_proxy[0]?.host}:${modbus_proxy[0]?.port}`,
    ]);
  });
});
