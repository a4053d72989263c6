import { pino } from "pino";
import { configPath, loadConfig } from "../../config/load-config.ts";
import { createPartnerClient } from "../../partner/partner-client.ts";
import { partnerClientOptions } from "../../partner/partner-options.ts";
import { createSystemClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import { configLines } from "./charging-config-commands.ts";
import { printRecord } from "./output.ts";
import { errorSentence, misused } from "./session.ts";

export const probePartnerCommand: Command = {
  options: {
    config: {
      summary: "The daemon's config; else $HEMS_EDGE_CONFIG, else /etc/hems-edge/config.yaml.",
      placeholder: "FILE",
    },
    json: { summary: "Print JSON." },
  },
  example: "hems-edge probe partner --config /etc/hems-edge/config.yaml",
  async run(input) {
    const { io, texts } = input;
    const path = configPath(texts.config, io.environment);
    const loaded = loadConfig(path, { environment: io.environment, isService: false });
    if (!loaded.ok) return misused(input, `${path} is not valid: hems-edge check --config ${path}`);
    const { partner } = loaded.config;
    if (partner === undefined) return misused(input, `${path} names no Partner API`);
    const options = partnerClientOptions(partner, io.environment);
    if (!options.ok) return misused(input, options.detail);

    const log = pino({ level: "silent" });
    const client = createPartnerClient(options.options, { clock: createSystemClock(), log });
    const config = await client.getChargingConfig();
    const token = client.tokenState();
    client.close();
    if (!config.ok) {
      io.err(`hems-edge probe partner: ${partner.base_url}: ${errorSentence(config.error)}\n`);
      return EXIT.failure;
    }
    const expiresText = token.kind === "valid" ? `, for ${Math.round(token.expiresInMs / 1_000)} s` : "";
    printRecord(input, { token: token.kind, charging_config: config.value }, [
      `login       taken by ${partner.base_url}${expiresText}`,
      ...configLines(config.value),
    ]);
    return EXIT.ok;
  },
};
