import {
  createPartnerServer,
  SIMULATED_ORG_ID,
  SIMULATED_USER_ID,
} from "../../../simulator/partner/partner-server.ts";
import { SIMULATED_CREDENTIALS } from "../../../simulator/site.ts";
import { createScaledClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import { createOptionReader } from "./option-reader.ts";
import { listenAddress, listenOptions, partnerChoice, partnerOptions, speedOf } from "./peer-options.ts";
import { runPeer } from "./run-peer.ts";

export const partnerCommand: Command = {
  options: { ...listenOptions, ...partnerOptions },
  example: "hems-edge simulate partner --port 8089 --mode hems --thresholds 1500,200",
  async run(input) {
    const reader = createOptionReader(input);
    const address = listenAddress(reader);
    const speed = speedOf(reader);
    const chosen = partnerChoice(reader);
    const problem = reader.problem();
    if (problem !== undefined) {
      input.io.err(`hems-edge simulate partner: ${problem}\n`);
      return EXIT.usage;
    }
    return runPeer("partner", input.io, async () => {
      const clock = createScaledClock(speed);
      const partner = await createPartnerServer({ ...address, ...chosen, ...SIMULATED_CREDENTIALS, clock });
      return {
        lines: [
          `partner ${partner.address().url}`,
          `  org_id   ${SIMULATED_ORG_ID}`,
          `  user_id  ${SIMULATED_USER_ID}`,
          `  username ${SIMULATED_CREDENTIALS.username}`,
          `  password ${SIMULATED_CREDENTIALS.password}`,
        ],
        close: partner.close,
      };
    });
  },
};
