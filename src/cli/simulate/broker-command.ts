import { createBroker } from "../../../simulator/broker.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import { createOptionReader } from "./option-reader.ts";
import { listenAddress, listenOptions } from "./peer-options.ts";
import { runPeer } from "./run-peer.ts";

const { "clock-speed": _noTimesOfItsOwn, ...options } = listenOptions;

export const brokerCommand: Command = {
  options,
  example: "hems-edge simulate broker --port 1883",
  async run(input) {
    const reader = createOptionReader(input);
    const address = listenAddress(reader);
    const problem = reader.problem();
    if (problem !== undefined) {
      input.io.err(`hems-edge simulate broker: ${problem}\n`);
      return EXIT.usage;
    }
    return runPeer("broker", input.io, async () => {
      const broker = await createBroker(address);
      return { lines: [`broker ${broker.url}, MQTT 3.1.1`], close: broker.close };
    });
  },
};
