import { configPath, loadConfig } from "../../config/load-config.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import { configLines } from "./charging-config-commands.ts";
import { printRecord } from "./output.ts";
import { visitPartner } from "./partner-visit.ts";
import { misused } from "./session.ts";

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
    const visit = await visitPartner(partner, io.environment);
    if (!visit.ok && visit.kind === "unreadable") return misused(input, visit.detail);
    if (!visit.ok) {
      io.err(`hems-edge probe partner: ${partner.base_url}: ${visit.detail}\n`);
      return EXIT.failure;
    }
    const { config, token, expiresInS } = visit;
    const expiresText = expiresInS === undefined ? "" : `, for ${expiresInS} s`;
    printRecord(input, { token, charging_config: config }, [
      `login       taken by ${partner.base_url}${expiresText}`,
      ...configLines(config),
    ]);
    return EXIT.ok;
  },
};
