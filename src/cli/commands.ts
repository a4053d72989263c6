import { checkCommand } from "./check-command.ts";
import type { Command } from "./command.ts";
import { boostCommand, modeCommand, statusCommand, whyCommand } from "./daemon-commands.ts";
import { demoCommand } from "./demo/demo-command.ts";
import { doctorCommand } from "./doctor-command.ts";
import { generateCommand } from "./generate-command.ts";
import { runCommand } from "./run-command.ts";
import { versionCommand } from "./version-command.ts";

/** Everything that can be typed after `hems-edge`, in the order of the help. */
export const commands: readonly Command[] = [
  runCommand,
  demoCommand,
  checkCommand,
  doctorCommand,
  statusCommand,
  whyCommand,
  modeCommand,
  boostCommand,
  generateCommand,
  versionCommand,
];
