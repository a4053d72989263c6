import type { ConfiguredBox, ReplaySetup } from "../replay-config.ts";
import { deviceOf } from "../replay-device.ts";
import type { Scenario } from "./scenario-schema.ts";

/** What the config file of a scenario's house is made of. */
export function scenarioSetup(
  scenario: Pick<Scenario, "device" | "phases" | "config" | "more_boxes">,
): ReplaySetup & { readonly moreBoxes: readonly ConfiguredBox[] } {
  const { device, phases, config } = scenario;
  return {
    device: deviceOf(device),
    phases,
    config,
    moreBoxes: scenario.more_boxes.map((box) => ({
      device: deviceOf(box.device),
      phases: box.phases,
      config: box.wallbox,
    })),
  };
}
