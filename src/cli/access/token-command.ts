import { createAccessFile } from "../../api/login/access-file.ts";
import { createToken, revokeToken } from "../../api/login/api-tokens.ts";
import { SCOPES } from "../../api/login/scope.ts";
import { tokenName } from "../../api/login/token-routes.ts";
import { createSystemClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import { placeOptions, statePlaces } from "../backup/state-files.ts";
import type { Command, CommandInput } from "../command.ts";
import { commandGroup } from "../command-group.ts";

const json = { summary: "Print JSON." };

const createCommand: Command = {
  positionals: { usage: "NAME", min: 1, max: 1 },
  options: {
    ...placeOptions,
    scope: {
      summary: "What it may do: read, control, or admin; each covers those before it. Default read.",
      placeholder: "SCOPE",
    },
    json,
  },
  example: "hems-edge token create prometheus --scope read",
  async run(input) {
    const [name = ""] = input.positionals;
    const asked = input.texts.scope ?? "read";
    const scope = SCOPES.find((known) => known === asked);
    if (scope === undefined) return misused(input, `--scope takes ${SCOPES.join(", ")}`);
    const problem = tokenName.safeParse(name).error?.issues[0]?.message;
    if (problem !== undefined) return misused(input, `as NAME ${problem}`);
    const made = createToken(fileOf(input), { name, scope }, createSystemClock().wallMs());
    if (!made.ok) return refuse(input, made.detail);
    const { id, token } = made;
    input.io.out(
      input.switches.has("json")
        ? `${JSON.stringify({ id, name, scope, token })}\n`
        : `${token}\nIt is shown only now. Programs send it as Authorization: Bearer TOKEN.\n`,
    );
    return EXIT.ok;
  },
};

const listCommand: Command = {
  options: { ...placeOptions, json },
  example: "hems-edge token list",
  async run(input) {
    const read = fileOf(input).read();
    if (!read.ok) return refuse(input, read.detail);
    const tokens = read.record.tokens.map(({ id, name, scope, created }) => ({ id, name, scope, created }));
    if (input.switches.has("json")) input.io.out(`${JSON.stringify({ tokens })}\n`);
    else if (tokens.length === 0) input.io.out("There are no tokens.\n");
    const widest = Math.max(...tokens.map(({ name }) => name.length));
    for (const { id, name, scope, created } of input.switches.has("json") ? [] : tokens) {
      input.io.out(`${id}  ${name.padEnd(widest)}  ${scope.padEnd(7)}  ${created}\n`);
    }
    return EXIT.ok;
  },
};

const revokeCommand: Command = {
  positionals: { usage: "NAME|ID", min: 1, max: 1 },
  options: placeOptions,
  example: "hems-edge token revoke prometheus",
  async run(input) {
    const [name = ""] = input.positionals;
    const change = revokeToken(fileOf(input), name);
    if (!change.ok) return refuse(input, change.detail);
    input.io.out(`token ${name} revoked\n`);
    return EXIT.ok;
  },
};

export const tokenCommand = commandGroup(
  "token",
  [
    {
      name: "token create",
      summary: "Make one and show it, once.",
      load: async () => createCommand,
    },
    { name: "token list", summary: "List them, without their text.", load: async () => listCommand },
    { name: "token revoke", summary: "Take one back, at once.", load: async () => revokeCommand },
  ],
  "hems-edge token create prometheus --scope read",
);

function fileOf(input: CommandInput) {
  return createAccessFile(statePlaces(input).stateDir);
}

function refuse({ io }: CommandInput, detail: string): number {
  io.err(`hems-edge token: ${detail}\n`);
  return EXIT.failure;
}

function misused({ io }: CommandInput, detail: string): number {
  io.err(`hems-edge token: ${detail}\n`);
  return EXIT.usage;
}
