/** Notes the first break of each law, as a sentence with the second in which it happened. */
export interface LawBook {
  check(holds: boolean, second: number, sentence: string): void;
  broken(): readonly string[];
}

export function createLawBook(): LawBook {
  const broken = new Map<string, string>();
  return {
    check(holds, second, sentence) {
      if (holds || broken.size > 20) return;
      const law = sentence.replaceAll(/[\d.]+/g, "N");
      if (!broken.has(law)) broken.set(law, `${sentence}, at second ${second}`);
    },
    broken: () => [...broken.values()],
  };
}
