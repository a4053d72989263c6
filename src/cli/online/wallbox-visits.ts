import type { Config } from "../../config/schema.ts";
import type { CommandInput } from "../command.ts";
import type { Diagnosis } from "../doctor-checks.ts";
import { askWallboxes, type Card } from "../wallbox/wallbox-answers.ts";

/** Wallboxes dial us, so only a running daemon knows them. */
export async function wallboxDiagnoses(
  { wallboxes, ocpp }: Config,
  input: CommandInput,
  isDaemonRunning: boolean,
): Promise<readonly Diagnosis[]> {
  const asked = isDaemonRunning
    ? await askWallboxes(input)
    : ({ ok: false, detail: "it dials in while the daemon runs: start it and check again" } as const);
  return wallboxes.map(({ name: wallbox, identity }) => {
    const name = `wallbox ${wallbox}`;
    if (!asked.ok) return { name, verdict: "unknown", detail: asked.detail };
    const card = asked.value.wallboxes.find((known) => known.identity === identity);
    if (card?.is_connected === true) return { name, verdict: "ok", detail: `connected: ${kindOf(card)}` };
    const scheme = ocpp.tls === undefined ? "ws" : "wss";
    const remedy =
      card === undefined
        ? "the running daemon does not know it: restart it with this config"
        : `does not dial in: enter ${scheme}://THIS-MACHINE:${ocpp.port} and ${identity} there; hems-edge wallbox shows who tried`;
    return { name, verdict: "fail", detail: remedy };
  });
}

function kindOf({ vendor, model, firmware, protocol }: Card): string {
  const words = [vendor, model, firmware, protocol].filter((word) => word !== null);
  return words.length === 0 ? "it has not told yet what it is" : words.join(" ");
}
