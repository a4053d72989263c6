import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { peerKey } from "../../../drivers/ocpp/peer-address.ts";
import { eventually } from "../../support/eventually.ts";
import { createTestSite, type TestSite } from "./support/test-site.ts";

let site: TestSite;
afterEach(() => site.close());

const pem = (name: string) => readFileSync(join(import.meta.dirname, "support", "tls", name), "utf8");
const tls = {
  port: 0,
  cert: pem("server-cert.pem"),
  key: pem("server-key.pem"),
  clientCa: pem("ca-cert.pem"),
};
const boxCertificate = { cert: pem("box-cert.pem"), key: pem("box-key.pem") };

/** 101, or the status by which the dial was refused. */
async function dialTls(identity: string, options: Record<string, unknown> = {}): Promise<number> {
  const started = await site.centralSystem.start();
  if (!started.ok) throw new Error(started.fault.detail);
  return statusOf(`wss://127.0.0.1:${started.tlsPort}/${identity}`, { ca: tls.clientCa, ...options });
}

function statusOf(url: string, options: Record<string, unknown> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, ["ocpp1.6"], { rejectUnauthorized: false, ...options });
    socket.once("open", () => {
      socket.terminate();
      resolve(101);
    });
    socket.once("unexpected-response", (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    socket.on("error", reject);
  });
}

const basic = (password: string) => ({ headers: { authorization: `Basic ${btoa(`BOX1:${password}`)}` } });
const plain = (options = {}) => statusOf(`ws://127.0.0.1:${site.port}/BOX1`, options);

describe("security profile", () => {
  it("0 lets in by name only", async () => {
    site = await createTestSite({ central: { accounts: [{ identity: "BOX1", security: "open" }] } });
    expect(await plain()).toBe(101);
  });

  it("1 asks for the password", async () => {
    site = await createTestSite({
      central: { accounts: [{ identity: "BOX1", security: "password", password: "right" }] },
    });
    expect(await plain()).toBe(401);
    expect(await plain(basic("wrong"))).toBe(401);
    expect(await plain(basic("right"))).toBe(101);
  });

  it("2 asks for the password over TLS, and takes none in the clear", async () => {
    site = await createTestSite({
      central: { tls, accounts: [{ identity: "BOX1", security: "tls", password: "right" }] },
    });
    expect(await plain(basic("right"))).toBe(403);
    expect(await dialTls("BOX1", basic("wrong"))).toBe(401);
    expect(await dialTls("BOX1", basic("right"))).toBe(101);
  });

  it("3 asks for a certificate of the box's name that our authority signed", async () => {
    site = await createTestSite({
      central: { tls, accounts: [{ identity: "BOX1", security: "mutual_tls" }] },
    });
    expect(await dialTls("BOX1")).toBe(403);
    const foreign = { cert: pem("foreign-cert.pem"), key: pem("foreign-key.pem") };
    expect(await dialTls("BOX1", foreign)).toBe(403);
    expect(await dialTls("BOX1", { cert: tls.cert, key: tls.key })).toBe(403);
    expect(await dialTls("BOX1", boxCertificate)).toBe(101);
  });

  it("3 can have a certificate of another name", async () => {
    site = await createTestSite({
      central: {
        tls,
        accounts: [{ identity: "BOX1", security: "mutual_tls", certificateName: "SERIAL-9" }],
      },
    });
    expect(await dialTls("BOX1", boxCertificate)).toBe(403);
  });

  it("2 and 3 alone open no port for the clear", async () => {
    site = await createTestSite({
      central: { tls, accounts: [{ identity: "BOX1", security: "tls", password: "right" }], port: undefined },
    });
    const started = await site.centralSystem.start();
    expect(started).toMatchObject({ ok: true });
    expect(started.ok && started.port).toBe(started.ok && started.tlsPort);
  });

  it("1 needs no TLS port, and old TLS is not spoken on one", async () => {
    site = await createTestSite({
      central: { tls, accounts: [{ identity: "BOX1", security: "password", password: "right" }] },
    });
    await expect(dialTls("BOX1", { ...basic("right"), maxVersion: "TLSv1.1" })).rejects.toThrow();
    expect(await dialTls("BOX1", basic("right"))).toBe(101);
  });

  it("tells when our certificate ends", async () => {
    site = await createTestSite({ central: { tls } });
    expect(site.centralSystem.certificate()).toMatchObject({ subject: "CN=hems-edge test" });
  });
});

describe("guessing passwords", () => {
  it("is refused before the password is looked at, and time heals", async () => {
    site = await createTestSite({
      central: { accounts: [{ identity: "BOX1", password: "right" }], handshakeBurst: 12 },
    });
    const statuses: number[] = [];
    for (let guess = 0; guess < 14; guess++) {
      statuses.push(await plain(basic(`guess${guess}`)));
      await site.clock.advance(1_000);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(13);
    expect(statuses.at(-1)).toBe(429);
    expect(await plain(basic("right"))).toBe(429);
    await site.clock.advance(10_000);
    expect(await plain(basic("right"))).toBe(101);
  });
});

describe("a box without a password", () => {
  const neighbours = { text: "" };
  const arp = (hardware: string) =>
    `IP address  HW type  Flags  HW address\n127.0.0.1  0x1  0x2  ${hardware}  *  eth0\n`;
  const open = () =>
    createTestSite({
      central: { accounts: [{ identity: "BOX1", pinsPeer: true }] },
      neighbours: () => neighbours.text,
    });

  it("is only believed from the machine that was the first to dial, until it is paired anew", async () => {
    neighbours.text = arp("aa:bb:cc:dd:ee:01");
    site = await open();
    expect(await plain()).toBe(101);
    neighbours.text = arp("aa:bb:cc:dd:ee:02");
    expect(await plain()).toBe(403);
    expect(site.centralSystem.strangers()).toMatchObject([{ identity: "BOX1", reason: "another_machine" }]);
    site.wallbox.pairAnew();
    expect(site.centralSystem.strangers()).toEqual([]);
    await eventually(async () => (await plain()) === 101);
    neighbours.text = arp("aa:bb:cc:dd:ee:01");
    expect(await plain()).toBe(403);
  });

  it.each([
    ["192.0.2.9", arp("aa:bb:cc:dd:ee:01"), "192.0.2.9"],
    ["::ffff:127.0.0.1", arp("AA:bb:cc:dd:ee:01"), "aa:bb:cc:dd:ee:01"],
    ["127.0.0.1", arp("00:00:00:00:00:00"), "127.0.0.1"],
    ["127.0.0.1", "", "127.0.0.1"],
  ])("is told apart by hardware address where that is known: %s", (address, text, key) => {
    expect(peerKey(address, () => text)).toBe(key);
  });
});

describe("strangers", () => {
  it("are listed with their reason, the newest first, a bounded number", async () => {
    site = await createTestSite();
    for (let index = 0; index < 40; index++) {
      expect(await statusOf(`ws://127.0.0.1:${site.port}/NEW-${index}`)).toBe(404);
    }
    expect(await statusOf(`ws://127.0.0.1:${site.port}/NEW-39`)).toBe(404);
    const strangers = site.centralSystem.strangers();
    expect(strangers).toHaveLength(32);
    expect(strangers[0]).toMatchObject({ identity: "NEW-39", reason: "unknown", attempts: 2 });
  });

  it("are forgotten when they are let in", async () => {
    site = await createTestSite({ central: { accounts: [{ identity: "BOX1", password: "right" }] } });
    await plain(basic("wrong"));
    expect(site.centralSystem.strangers()).toMatchObject([{ reason: "wrong_password" }]);
    await plain(basic("right"));
    expect(site.centralSystem.strangers()).toEqual([]);
  });
});

describe("a new password over the connection", () => {
  const accounts = [{ identity: "BOX1", password: "old" }];

  it("is taken from then on, the old one is refused, and both survive a restart", async () => {
    site = await createTestSite({ central: { accounts } });
    const box = await site.dialReady("Available", { password: "old" });
    const change = await site.wallbox.changeKey();
    if (!change.ok) throw new Error(change.detail);
    expect(change.key).toMatch(/^[0-9a-f]{40}$/);
    expect(box.calls("ChangeConfiguration")).toContainEqual({ key: "AuthorizationKey", value: change.key });
    expect(await plain(basic("old"))).toBe(401);
    expect(await plain(basic(change.key))).toBe(101);

    const { store } = site;
    await site.close();
    site = await createTestSite({ central: { accounts }, store });
    expect(await plain(basic("old"))).toBe(401);
    expect(await plain(basic(change.key))).toBe(101);
    await site.close();
    site = await createTestSite({ central: { accounts: [{ identity: "BOX1", password: "third" }] }, store });
    expect(await plain(basic("third"))).toBe(101);
  });

  it("that is refused changes nothing", async () => {
    site = await createTestSite({ central: { accounts } });
    const box = await site.dialReady("Available", { password: "old" });
    box.on("ChangeConfiguration", () => ({ status: "Rejected" }));
    expect(await site.wallbox.changeKey()).toMatchObject({ ok: false });
    expect(await plain(basic("old"))).toBe(101);
  });

  it("that is not answered leaves both right until one is used", async () => {
    site = await createTestSite({ central: { accounts } });
    const box = await site.dialReady("Available", { password: "old" });
    box.on("ChangeConfiguration", () => "silence");
    const changing = site.wallbox.changeKey();
    await eventually(() => box.calls("ChangeConfiguration").some(({ key }) => key === "AuthorizationKey"));
    await site.clock.advance(45_000);
    expect(await changing).toMatchObject({ ok: false });
    const key = String(
      box.calls("ChangeConfiguration").find((call) => call.key === "AuthorizationKey")?.value,
    );
    expect(await plain(basic(key))).toBe(101);
    expect(await plain(basic("old"))).toBe(401);
  });

  it("needs a connection", async () => {
    site = await createTestSite();
    expect(await site.wallbox.changeKey()).toEqual({ ok: false, detail: "the wallbox is not connected" });
  });
});
