import { createAccessFile } from "../../api/login/access-file.ts";
import { hashPassword, passwordProblem } from "../../api/login/password-hash.ts";
import { EXIT } from "../../service/exit-codes.ts";
import { placeOptions, statePlaces } from "../backup/state-files.ts";
import type { Command } from "../command.ts";
import { commandGroup } from "../command-group.ts";
import { typedSecret } from "./typed-secret.ts";

const setCommand: Command = {
  options: placeOptions,
  example: "hems-edge password set",
  async run(input) {
    const { io } = input;
    const refuse = (detail: string) => {
      io.err(`hems-edge password set: ${detail}\n`);
      return EXIT.failure;
    };
    const typed = await typedSecret(io, "password");
    if (!typed.ok) return refuse(typed.detail);
    const problem = passwordProblem(typed.text);
    if (problem !== undefined) return refuse(problem);
    const hash = await hashPassword(typed.text);
    const file = createAccessFile(statePlaces(input).stateDir);
    const change = file.change((record) => ({ ...record, password_hash: hash }));
    if (!change.ok) return refuse(change.detail);
    io.out("password set; whoever was logged in to the page is logged out\n");
    return EXIT.ok;
  },
};

export const passwordCommand = commandGroup("password", [
  {
    name: "password set",
    summary: "Set it, also a forgotten one; typed, or from a pipe.",
    load: async () => setCommand,
  },
]);
