import { EXIT } from "../service/exit-codes.ts";
import type { Command } from "./command.ts";
import { packageInfo } from "./package-info.ts";

export const versionCommand: Command = {
  options: { json: { summary: "Print JSON." } },
  example: "hems-edge version --json",
  async run({ switches, io }) {
    const { version, commit, libraries } = packageInfo();
    const info = { version, commit, node: process.versions.node, libraries };
    if (switches.has("json")) {
      io.out(`${JSON.stringify(info)}\n`);
      return EXIT.ok;
    }
    const named = Object.entries(libraries).map(([name, number]) => `${name} ${number}`);
    io.out(`hems-edge ${version} (${commit}), Node ${info.node}\n${named.join(", ")}\n`);
    return EXIT.ok;
  },
};
