import { pino } from "pino";
import { configPath, loadConfig } from "../../config/load-config.ts";
import { mqttSchema } from "../../config/mqtt-schema.ts";
import { readSecret } from "../../config/secret.ts";
import { createSystemClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import {
  brokerLogin,
  type HeardRequest,
  type HeardTopic,
  heardTopics,
  remedyFor,
} from "../online/broker-visits.ts";
import { printable } from "../partner/output.ts";
import { createOptionReader, type OptionReader } from "../simulate/option-reader.ts";

const LONGEST_PAYLOAD = 200;

export const probeMqttCommand: Command = {
  positionals: { usage: "[mqtt://HOST[:PORT]]", min: 0, max: 1 },
  options: {
    config: {
      summary:
        "Without an address: the daemon's config; else $HEMS_EDGE_CONFIG, else /etc/hems-edge/config.yaml.",
      placeholder: "FILE",
    },
    topic: {
      summary: "Topics to listen to, with + and # as the broker has them; default #.",
      placeholder: "FILTER",
    },
    "listen-s": { summary: "How long to listen, 1 to 600 s; default 5.", placeholder: "N" },
    username: { summary: "User at the broker, with an address.", placeholder: "NAME" },
    "password-file": { summary: "File that holds the user's password.", placeholder: "FILE" },
    "ca-file": { summary: "PEM file of the broker's authority, with mqtts://.", placeholder: "FILE" },
    "protocol-version": { summary: "4 for MQTT 3.1.1 or 5, with an address; default 4.", placeholder: "N" },
    json: { summary: "Print JSON." },
  },
  example: "hems-edge probe mqtt mqtt://192.168.1.5 --topic 'shellies/#'",
  async run(input) {
    const reader = createOptionReader(input);
    const listenMs = reader.number("listen-s", { fallback: 5, min: 1, max: 600 }) * 1_000;
    const filter = reader.text("topic", "#");
    if (!isTopicFilter(filter)) reader.reject("--topic takes a filter such as # or house/+/power");
    const request = requestOf(input, reader, filter);
    const problem = reader.problem();
    if (problem !== undefined || request === undefined) {
      input.io.err(`hems-edge probe mqtt: ${problem}\n`);
      return EXIT.usage;
    }
    return probe(input, request, listenMs);
  },
};

async function probe(input: CommandInput, request: HeardRequest, listenMs: number): Promise<number> {
  const { io, switches } = input;
  const { url } = request.mqtt;
  const heard = await heardTopics(request, {
    clock: createSystemClock(),
    log: pino({ level: "silent" }),
    visitor: `hems-edge-probe-${process.pid}`,
    listenMs,
  });
  if (!heard.ok) {
    io.err(`hems-edge probe mqtt: ${url}: ${printable(heard.cause)}: ${remedyFor(heard.cause)}\n`);
    return EXIT.failure;
  }
  const topics = heard.topics.map(topicView).toSorted((a, b) => (a.topic < b.topic ? -1 : 1));
  const { leftOut } = heard;
  if (switches.has("json")) {
    io.out(
      `${JSON.stringify({ broker: url, login: "taken", filter: request.filter, topics, left_out: leftOut })}\n`,
    );
    return EXIT.ok;
  }
  io.out(`${url} takes our login.\n`);
  for (const { topic, payload, is_retained } of topics) {
    io.out(`${is_retained ? "kept" : "new "}  ${printable(topic)}  ${printable(payload)}\n`);
  }
  if (topics.length === 0) {
    io.out(`Nothing came in ${listenMs / 1_000} s: is the filter right, and may this user read there?\n`);
  }
  if (leftOut > 0) io.out("There are more topics than these: --topic FILTER shows others.\n");
  return EXIT.ok;
}

function topicView({ topic, payload, isRetained, messages }: HeardTopic) {
  const text = new TextDecoder().decode(payload);
  return {
    topic,
    payload: text.length <= LONGEST_PAYLOAD ? text : `${text.slice(0, LONGEST_PAYLOAD)}...`,
    bytes: payload.length,
    is_retained: isRetained,
    messages,
  };
}

/** The broker that was typed, else the one of the config; a mistake is left with the reader. */
function requestOf(input: CommandInput, reader: OptionReader, filter: string): HeardRequest | undefined {
  const [url] = input.positionals;
  return url === undefined ? configured(input, reader, filter) : typed(url, input, reader, filter);
}

function typed(
  url: string,
  { texts, io }: CommandInput,
  reader: OptionReader,
  filter: string,
): HeardRequest | undefined {
  const parsed = mqttSchema.safeParse({
    url,
    username: texts.username,
    ca_file: texts["ca-file"],
    protocol_version: Number(texts["protocol-version"] ?? 4),
  });
  const file = texts["password-file"];
  const password = file === undefined ? undefined : readSecret({ file }, io.environment);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    reader.reject(`${issue?.path.join(".")}: ${issue?.message}`);
  } else if (password?.ok === false) reader.reject(password.detail);
  else return { mqtt: parsed.data, password: password?.value, filter };
  return undefined;
}

function configured(
  { texts, io }: CommandInput,
  reader: OptionReader,
  filter: string,
): HeardRequest | undefined {
  const path = configPath(texts.config, io.environment);
  const loaded = loadConfig(path, { environment: io.environment, isService: false });
  if (!loaded.ok)
    reader.reject(`${path} is not valid: hems-edge check --config ${path}, or name the broker's address`);
  else if (loaded.config.mqtt === undefined) reader.reject(`${path} names no broker: name its address`);
  else {
    const login = brokerLogin(loaded.config, io.environment);
    if (login.ok) return { mqtt: loaded.config.mqtt, password: login.secret.password, filter };
    reader.reject(login.detail);
  }
  return undefined;
}

/** MQTT 3.1.1, 4.7.1: a wildcard is a whole level, and # the last one. */
function isTopicFilter(filter: string): boolean {
  const levels = filter.split("/");
  return (
    filter !== "" &&
    filter.length <= 1_000 &&
    levels.every((level, index) =>
      level === "#" ? index === levels.length - 1 : level === "+" || !/[#+\p{Cc}]/u.test(level),
    )
  );
}
