import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { freePort } from "../../../simulator/free-port.ts";
import { createSite, WALLBOX_IDENTITY } from "../../../simulator/site.ts";
import { createScaledClock } from "../../../src/service/clock.ts";
import { type Message, startBroker } from "../../telemetry/support/broker.ts";
import { SUNNY } from "./bench.ts";
import { spawnProgram } from "./daemon-process.ts";
import { createGossip } from "./gossips.ts";

/** One secret for each field of the config that takes one, by its path; none of them may be seen anywhere. */
export const CANARIES = {
  "wallbox.password": "canary-of-the-wallbox-1",
  "wallbox.upstream.password": "canary-of-the-backend-2",
  "partner.auth.password": 'canary of the "user" 3',
  "partner.auth.client_id": "canary-of-the-client-4",
  "partner.auth.client_secret": "canary-of-the-organisation-5",
  "mqtt.password": 'canary\\of the "broker" 6',
  "grid_operator.source.token": "canary-of-the-operator-7",
  "influx.token": "canary-of-the-database-8",
  "notifications.channels.url": "canary-of-the-topic-10",
  "notifications.channels.token": "canary-of-the-phone-11",
  "notifications.channels.secret": "canary-of-the-hook-12",
} as const;
/** What the Partner API gives in return. */
export const ACCESS_TOKEN = "canary-of-the-access-token-9";

export type Grant = "password" | "client_credentials";

/** Fast, so that minutes come by; nothing here depends on what happens when. */
const SPEED = 20;

export interface SecretHouse {
  readonly configPath: string;
  readonly pageUrl: string;
  readonly stateDir: string;
  readonly messages: readonly Message[];
  /** What the peers were told: every secret must be in it, else nothing was tested. */
  heard(): string;
  /** All that the daemon has written to its log. */
  log(): string;
  close(): Promise<void>;
}

/** The real daemon at work with every secret there is, among peers that repeat in their errors what they were told. */
export async function createSecretHouse(grant: Grant): Promise<SecretHouse> {
  const folder = mkdtempSync(join(tmpdir(), "hems-edge-secrets-"));
  const configPath = join(folder, "config.yaml");
  const stateDir = join(folder, "state");
  const ports = { ocpp: await freePort(), page: await freePort() };
  const gossip = await createGossip(ACCESS_TOKEN);
  let heardByBroker = "";
  const broker = await startBroker({
    authenticate: (_client, _username, password, done) => {
      heardByBroker += `${password}\n`;
      done(null, true);
    },
  });
  const site = await createSite({ trace: SUNNY, clock: createScaledClock(SPEED) });
  const config = {
    site: { name: "secrets", main_fuse_a: 35, pv_peak_w: 10_000 },
    devices: [
      {
        name: "meter",
        driver: "sunspec",
        roles: ["grid"],
        connection: { type: "tcp", ...site.meter.address() },
      },
    ],
    ocpp: { host: "127.0.0.1", port: ports.ocpp },
    wallbox: {
      ...{ identity: WALLBOX_IDENTITY, phases: 3, max_current_a: 16, rated_current_a: 16 },
      password: CANARIES["wallbox.password"],
      upstream: { url: `ws://127.0.0.1:${gossip.port}`, password: CANARIES["wallbox.upstream.password"] },
    },
    partner: {
      ...{ base_url: `http://127.0.0.1:${gossip.port}`, poll_s: 30 },
      org_id: "3d6f0a3e-6a55-4b0c-9b7e-0c6c2a1f9d01",
      user_id: "b0f7c9de-21aa-4c3c-8f0d-5e2a7e4d8c02",
      auth: authOf(grant),
    },
    mqtt: { url: broker.url, username: "house", password: CANARIES["mqtt.password"] },
    grid_operator: { source: { type: "http", token: CANARIES["grid_operator.source.token"] } },
    influx: {
      type: "http",
      url: `http://127.0.0.1:${gossip.port}/write?precision=s`,
      token: CANARIES["influx.token"],
    },
    notifications: {
      channels: [
        {
          type: "ntfy",
          url: `http://127.0.0.1:${gossip.port}/${CANARIES["notifications.channels.url"]}`,
          token: CANARIES["notifications.channels.token"],
        },
        {
          type: "webhook",
          url: `http://127.0.0.1:${gossip.port}/${CANARIES["notifications.channels.url"]}`,
          secret: CANARIES["notifications.channels.secret"],
        },
      ],
    },
    api: { port: ports.page },
    state_dir: stateDir,
    log_level: "trace",
  };
  writeFileSync(configPath, stringify(config), { mode: 0o600 });
  const box = site.connectWallbox(`ws://127.0.0.1:${ports.ocpp}`, { password: CANARIES["wallbox.password"] });
  const daemon = spawnProgram(["run", "--config", configPath, "--clock-speed", `${SPEED}`]);
  let log = "";
  for (const stream of [daemon.child.stdout, daemon.child.stderr])
    stream?.on("data", (chunk) => {
      log += chunk;
    });

  return {
    configPath,
    pageUrl: `http://127.0.0.1:${ports.page}`,
    stateDir,
    messages: broker.messages,
    // A box that is let in has shown its password.
    heard: () =>
      `${gossip.heard()}${heardByBroker}${box.state().isConnected ? CANARIES["wallbox.password"] : ""}`,
    log: () => log,
    async close() {
      daemon.kill("SIGKILL");
      await daemon.ended;
      gossip.close();
      await Promise.all([site.close(), broker.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function authOf(grant: Grant) {
  if (grant === "password") {
    return { grant, username: "owner@example.com", password: CANARIES["partner.auth.password"] };
  }
  return {
    grant,
    client_id: CANARIES["partner.auth.client_id"],
    client_secret: CANARIES["partner.auth.client_secret"],
  };
}
