import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../../simulator/free-port.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { type Program, run, start } from "../programs.ts";

export const GATEWAY = { username: "hems-edge", password: "gateway-secret" };
const PASSWORDS: Readonly<Record<string, string>> = {
  [GATEWAY.username]: GATEWAY.password,
  "home-assistant": "ha-secret",
  guest: "guest-secret",
};

export interface Mosquitto {
  readonly url: string;
  /** PEM file of the broker's authority; only with TLS. */
  readonly caFile: string | undefined;
  /** The broker dies without a word and is started anew on the same port; it has forgotten everything. */
  restart(): Promise<void>;
  /** A client that prints `RETAINED QOS TOPIC PAYLOAD` of every message. */
  subscriber(filters: readonly string[], user?: string): Program;
  /** Gives what the client printed. */
  publish(topic: string, payload: string, user?: string): Promise<string>;
}

/** Debian's broker with passwords, the access list of our documentation, and no memory. */
export async function startMosquitto({
  protocolVersion,
  isTls = false,
}: {
  readonly protocolVersion: 4 | 5;
  readonly isTls?: boolean;
}): Promise<Mosquitto> {
  const folder = temporaryFolder();
  const file = (name: string) => join(folder, name);
  const port = await freePort();
  const caFile = isTls ? await certificates(folder) : undefined;
  writeFileSync(file("acl"), accessList());
  writeFileSync(file("passwords"), "");
  for (const [user, password] of Object.entries(PASSWORDS)) {
    await run("mosquitto_passwd", ["-b", file("passwords"), user, password]);
  }
  const tls = isTls ? [`certfile ${file("server.crt")}`, `keyfile ${file("server.key")}`] : [];
  const lines = [
    // A broker that root starts would become another user, who may not read the files.
    "user root",
    `listener ${port} 127.0.0.1`,
    ...tls,
    "allow_anonymous false",
    `password_file ${file("passwords")}`,
    `acl_file ${file("acl")}`,
    "persistence false",
  ];
  writeFileSync(file("mosquitto.conf"), `${lines.join("\n")}\n`);
  const launch = async () => {
    const program = start("mosquitto", ["-v", "-c", file("mosquitto.conf")]);
    await program.printed(/mosquitto version \S+ running/);
    return program;
  };
  let broker = await launch();
  const asUser = (user: string) => [
    ...["-h", "127.0.0.1", "-p", String(port), "-V", protocolVersion === 5 ? "mqttv5" : "mqttv311"],
    ...["-u", user, "-P", PASSWORDS[user] ?? ""],
    ...(caFile === undefined ? [] : ["--cafile", caFile]),
  ];
  return {
    url: `${isTls ? "mqtts" : "mqtt"}://127.0.0.1:${port}`,
    caFile,
    async restart() {
      await broker.kill();
      broker = await launch();
    },
    subscriber(filters, user = "home-assistant") {
      const topics = filters.flatMap((filter) => ["-t", filter]);
      // Retain as published keeps the flag of live messages in MQTT 5, as 3.1.1 never does.
      return start("mosquitto_sub", [...asUser(user), "-q", "1", "-F", "%r %q %t %p", ...topics]);
    },
    publish: (topic, payload, user = "home-assistant") =>
      run("mosquitto_pub", [...asUser(user), "-q", "1", "-t", topic, "-m", payload]),
  };
}

/** What docs/monitoring.md tells people to write, and two more users. */
function accessList(): string {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/monitoring.md"), "utf8");
  const documented = /```\n(user hems-edge\n[^`]+)```/.exec(text)?.[1];
  if (documented === undefined) throw new Error("the documentation has lost its access list");
  return `${documented}\nuser home-assistant\ntopic readwrite #\n\nuser guest\ntopic read #\n`;
}

/** An authority of our own and a certificate of it for 127.0.0.1; gives the authority's file. */
async function certificates(folder: string): Promise<string> {
  const file = (name: string) => join(folder, name);
  await authority(folder, "ca");
  const key = ["-newkey", "rsa:2048", "-nodes", "-keyout", file("server.key")];
  const signer = ["-CA", file("ca.crt"), "-CAkey", file("ca.key")];
  const subject = ["-subj", "/CN=broker", "-addext", "subjectAltName=IP:127.0.0.1"];
  const extensions = ["-addext", "basicConstraints=critical,CA:FALSE"];
  await run("openssl", [
    ...["req", "-x509", "-days", "2", ...key, ...signer, ...subject, ...extensions],
    ...["-out", file("server.crt")],
  ]);
  return file("ca.crt");
}

/** A certificate authority that nobody knows; gives its file. */
export async function authority(folder: string, name: string): Promise<string> {
  const key = ["-newkey", "rsa:2048", "-nodes", "-keyout", join(folder, `${name}.key`)];
  const certificate = join(folder, `${name}.crt`);
  await run("openssl", ["req", "-x509", "-days", "2", ...key, "-subj", `/CN=${name}`, "-out", certificate]);
  return certificate;
}
