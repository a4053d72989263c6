import { parseArgs } from "node:util";
import { closestName } from "../config/closest-name.ts";
import type { Command, CommandInput } from "./command.ts";

export type ParsedArguments =
  | { readonly ok: true; readonly input: Omit<CommandInput, "io"> }
  | { readonly ok: false; readonly problem: string };

/** Sorts what follows the command's name into options and positionals; a mistake is a sentence with a suggestion. */
export function parseArguments(command: Command, argv: readonly string[]): ParsedArguments {
  const texts: Record<string, string> = {};
  const lists: Record<string, string[]> = {};
  const switches = new Set<string>();
  const positionals: string[] = [];

  for (const token of tokensOf(command, argv)) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const problem = optionProblem(command, token);
    if (problem !== undefined) return { ok: false, problem };
    if (token.value === undefined) switches.add(token.name);
    else {
      texts[token.name] = token.value;
      lists[token.name] = [...(lists[token.name] ?? []), token.value];
    }
  }
  const problem = positionalProblem(command, positionals);
  return problem === undefined
    ? { ok: true, input: { texts, lists, switches, positionals } }
    : { ok: false, problem };
}

type OptionToken = { readonly name: string; readonly rawName: string; readonly value: string | undefined };

function tokensOf(command: Command, argv: readonly string[]) {
  const options = Object.entries(command.options).map(([name, { placeholder }]) => {
    const type = placeholder === undefined ? ("boolean" as const) : ("string" as const);
    return [name, { type, multiple: true }] as const;
  });
  // Not strict: the errors of parseArgs itself name no near option.
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens;
}

function optionProblem(command: Command, token: OptionToken): string | undefined {
  const spec = Object.hasOwn(command.options, token.name) ? command.options[token.name] : undefined;
  if (spec === undefined) {
    const meant = closestName(token.name, Object.keys(command.options));
    return `unknown option ${token.rawName}${meant === undefined ? "" : `, did you mean --${meant}?`}`;
  }
  if (spec.placeholder === undefined && token.value !== undefined) return `--${token.name} takes no value`;
  const isForgotten = token.value === undefined || token.value === "" || token.value.startsWith("--");
  if (spec.placeholder !== undefined && isForgotten)
    return `--${token.name} needs a value: ${spec.placeholder}`;
  return undefined;
}

function positionalProblem(command: Command, given: readonly string[]): string | undefined {
  const { min, max, usage } = command.positionals ?? { min: 0, max: 0, usage: "" };
  if (given.length < min) return `missing ${usage}`;
  if (given.length > max) return `unexpected "${given[max]}"`;
  return undefined;
}
