import type { CommandInput } from "../command.ts";

interface NumberRule {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
  /** Fractions are allowed. */
  readonly isFractional?: boolean;
}

/** Reads options one after the other and remembers the first mistake, so that a command checks once. */
export interface OptionReader {
  text(name: string, fallback: string): string;
  number(name: string, rule: NumberRule): number;
  choice<T extends string>(name: string, allowed: readonly T[], fallback: T): T;
  /** For options with rules of their own. */
  reject(problem: string): void;
  /** The first mistake as a sentence; undefined when there is none. */
  problem(): string | undefined;
}

export function createOptionReader({ texts }: CommandInput): OptionReader {
  let first: string | undefined;
  const reject = (problem: string) => {
    first ??= problem;
  };
  return {
    text: (name, fallback) => texts[name] ?? fallback,
    number(name, { fallback, min, max, isFractional = false }) {
      const text = texts[name];
      if (text === undefined) return fallback;
      const value = text.trim() === "" ? Number.NaN : Number(text);
      const isLegal = value >= min && value <= max && (isFractional || Number.isInteger(value));
      if (!isLegal)
        reject(
          `--${name} takes a ${isFractional ? "" : "whole "}number from ${min} to ${max}, not "${text}"`,
        );
      return isLegal ? value : fallback;
    },
    choice(name, allowed, fallback) {
      const text = texts[name];
      const chosen = allowed.find((candidate) => candidate === text);
      if (text !== undefined && chosen === undefined) {
        reject(`--${name} takes one of ${allowed.join(", ")}, not "${text}"`);
      }
      return chosen ?? fallback;
    },
    reject,
    problem: () => first,
  };
}
