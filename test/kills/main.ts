import { parseArgs } from "node:util";
import { runKills } from "./run-kills.ts";

const { values } = parseArgs({
  options: {
    /** Far enough from each other that the gateway is trusted. */
    kills: { type: "string", default: "160" },
    /** One soon after the other: the gateway goes into its safe mode. */
    rapid: { type: "string", default: "40" },
    seed: { type: "string", default: "1" },
  },
});

const { figures, broken } = await runKills(
  { seed: Number(values.seed), kills: Number(values.kills), rapidKills: Number(values.rapid) },
  (index) => process.stderr.write(`\rkill ${index + 1}`),
);
process.stderr.write("\n");
process.stdout.write(`${JSON.stringify({ ...figures, broken })}\n`);
process.exitCode = broken.length === 0 ? 0 : 1;
