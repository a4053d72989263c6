import { pino } from "pino";
import { type ConfigOutcome, configPath, loadConfig } from "../config/load-config.ts";
import type { Config } from "../config/schema.ts";
import { createSystemClock } from "../service/clock.ts";
import { EXIT } from "../service/exit-codes.ts";
import type { Command, CommandInput } from "./command.ts";
import { askDaemon, type DaemonAnswer, isDaemonRunning } from "./daemon-client.ts";
import { daemonStateSchema, partnerText } from "./daemon-state.ts";
import {
  clockDiagnosis,
  type Diagnosis,
  diagnosisLines,
  diskDiagnosis,
  listenerDiagnoses,
  nodeDiagnosis,
  serialDiagnoses,
  stateDirDiagnosis,
  systemdDiagnosis,
} from "./doctor-checks.ts";
import { certificateDiagnoses, failsafeDiagnoses } from "./doctor-wallboxes.ts";
import { brokerDiagnosis, brokerLogin } from "./online/broker-visits.ts";

export const doctorCommand: Command = {
  options: {
    config: {
      summary: "The daemon's config; else $HEMS_EDGE_CONFIG, else /etc/hems-edge/config.yaml.",
      placeholder: "FILE",
    },
    json: { summary: "Print JSON." },
  },
  example: "hems-edge doctor --config /etc/hems-edge/config.yaml",
  async run(input) {
    const { texts, switches, io } = input;
    const path = configPath(texts.config, io.environment);
    const outcome = loadConfig(path, { environment: io.environment, isService: false });
    const diagnoses = [
      nodeDiagnosis(process.versions.node),
      await clockDiagnosis(),
      systemdDiagnosis(io.environment),
      configDiagnosis(path, outcome),
      ...(await siteDiagnoses(input, outcome)),
    ];
    if (switches.has("json")) io.out(`${JSON.stringify(diagnoses)}\n`);
    else io.out(diagnosisLines(diagnoses));
    return diagnoses.some(({ verdict }) => verdict === "fail") ? EXIT.failure : EXIT.ok;
  },
};

function configDiagnosis(path: string, outcome: ConfigOutcome): Diagnosis {
  if (!outcome.ok) {
    const [first] = outcome.problems;
    const more = outcome.problems.length - 1;
    const rest = more > 0 ? ` and ${more} more` : "";
    return {
      name: "config",
      verdict: "fail",
      detail: `${first?.problem}${rest}: hems-edge check --config ${path}`,
    };
  }
  const count = outcome.warnings.length;
  return count === 0
    ? { name: "config", verdict: "ok", detail: `${path} is valid` }
    : { name: "config", verdict: "warn", detail: `${path} is valid, ${count} to look at: hems-edge check` };
}

/** What depends on the config; without a valid one only the defaults could be looked at, which helps nobody. */
async function siteDiagnoses(input: CommandInput, outcome: ConfigOutcome): Promise<readonly Diagnosis[]> {
  if (!outcome.ok) return [];
  const { config } = outcome;
  const health = await askDaemon(input, { method: "GET", path: "/api/state" });
  return [
    stateDirDiagnosis(config.state_dir),
    diskDiagnosis(config.state_dir),
    ...(await listenerDiagnoses(config, await isDaemonRunning(input))),
    ...serialDiagnoses(config.devices),
    ...certificateDiagnoses("ocpp", config.ocpp.tls, createSystemClock().wallMs()),
    ...certificateDiagnoses("api", config.api.tls, createSystemClock().wallMs()),
    ...(health.ok ? await failsafeDiagnoses(input) : []),
    daemonDiagnosis(health),
    ...(await brokerDiagnoses(input, config, health)),
    ...(config.partner === undefined ? [] : [partnerDiagnosis(health)]),
  ];
}

/** As the running daemon sees it; where none tells, the broker is asked from here, with the daemon's login. */
async function brokerDiagnoses(
  { io }: CommandInput,
  config: Config,
  answer: DaemonAnswer,
): Promise<readonly Diagnosis[]> {
  const { mqtt } = config;
  if (mqtt === undefined) return [];
  const seen = answer.ok ? daemonStateSchema.safeParse(answer.body).data?.mqtt : undefined;
  if (seen?.is_connected === true) {
    return [{ name: "mqtt broker", verdict: "ok", detail: `the daemon is connected to ${mqtt.url}` }];
  }
  return [
    await brokerDiagnosis(mqtt, brokerLogin(config, io.environment), {
      clock: createSystemClock(),
      log: pino({ level: "silent" }),
      visitor: `hems-edge-doctor-${process.pid}`,
    }),
  ];
}

/** As the running daemon sees it: a second login from here would say nothing of the service's own. */
function partnerDiagnosis(answer: DaemonAnswer): Diagnosis {
  const name = "partner api";
  const partner = answer.ok ? daemonStateSchema.safeParse(answer.body).data?.partner : undefined;
  if (partner === undefined || partner === null) {
    return { name, verdict: "unknown", detail: "the daemon does not tell yet" };
  }
  const verdict = partner.token === "refused" ? "fail" : partner.is_online ? "ok" : "warn";
  return { name, verdict, detail: partnerText(partner) };
}

function daemonDiagnosis(answer: DaemonAnswer): Diagnosis {
  return answer.ok
    ? { name: "daemon", verdict: "ok", detail: "runs and answers" }
    : { name: "daemon", verdict: "warn", detail: answer.detail };
}
