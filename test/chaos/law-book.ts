/** The first break of each law, as a sentence, and how often each was broken. */
export interface LawBook {
  /** Notes that a law does not hold at `atMs` of the run. */
  broken(atMs: number, sentence: string): void;
  sentences(): readonly string[];
}

export function createLawBook(): LawBook {
  const breaks = new Map<string, { readonly first: string; count: number }>();
  return {
    broken(atMs, sentence) {
      const law = sentence.replaceAll(/[\d.]+/g, "N");
      const known = breaks.get(law) ?? { first: `${timeOfRun(atMs)} ${sentence}`, count: 0 };
      known.count += 1;
      breaks.set(law, known);
    },
    sentences: () =>
      [...breaks.values()].map(({ first, count }) => (count === 1 ? first : `${first} (${count} times)`)),
  };
}

/** `day 2 13:05:09` */
export function timeOfRun(atMs: number): string {
  const seconds = Math.floor(atMs / 1_000);
  const two = (value: number) => String(value).padStart(2, "0");
  const clockText = `${two(Math.floor(seconds / 3_600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `day ${Math.floor(seconds / 86_400) + 1} ${clockText}`;
}
