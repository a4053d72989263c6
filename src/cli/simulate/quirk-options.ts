import { CONFORMING, type Quirks } from "../../../simulator/wallbox/quirks.ts";
import type { OptionReader } from "./option-reader.ts";

const LARGEST_MS = 86_400_000;

type QuirkName = keyof Quirks;

/** `answerDelayMs` as a person types it: `answer-delay-ms`. */
function typedName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const QUIRK_NAMES = Object.keys(CONFORMING) as QuirkName[];

/** All quirks as they are typed; those that take a number of milliseconds with `=MS`. */
export const quirkHelp = QUIRK_NAMES.map((name) =>
  typeof CONFORMING[name] === "number" ? `${typedName(name)}=MS` : typedName(name),
).join(", ");

/** The quirks that `--quirk` asks for, each as `name` or `name=MS`. */
export function quirksOf(reader: OptionReader, asked: readonly string[]): Partial<Quirks> {
  return Object.fromEntries(
    asked.flatMap((text) => [quirkOf(reader, text)].filter((quirk) => quirk !== undefined)),
  );
}

function quirkOf(reader: OptionReader, text: string): readonly [string, boolean | number] | undefined {
  const [typed, valueText] = text.split("=", 2);
  const name = QUIRK_NAMES.find((candidate) => typedName(candidate) === typed);
  if (name === undefined) {
    reader.reject(`there is no quirk "${typed}", use ${quirkHelp}`);
    return undefined;
  }
  if (typeof CONFORMING[name] !== "number") {
    if (valueText !== undefined) reader.reject(`--quirk ${typed} takes no value`);
    return [name, true];
  }
  const value = valueText === undefined || valueText === "" ? Number.NaN : Number(valueText);
  if (!(Math.abs(value) <= LARGEST_MS)) reader.reject(`--quirk ${typed} needs milliseconds: ${typed}=5000`);
  return [name, value];
}
