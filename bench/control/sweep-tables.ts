import type { Fold } from "./hold-out.ts";
import { markdownTable } from "./markdown.ts";
import { FACTORS, type Variant, variantMean } from "./sweep-runs.ts";

/** The sweep and its hold-out as Markdown. */
export function sweepTables(
  variants: readonly Variant[],
  { sets, folds }: { readonly sets: readonly string[]; readonly folds: readonly Fold[] },
): string {
  return [
    "Regret in %, and starts / phase switches / writes of a mean day, where one constant is multiplied and all others stay.",
    ...sets.map((set) => `## Set ${set}\n\n${setTable(variants, set)}`),
    `## Hold-out

Of all these changes the one that is best on four fifths of the days, judged on the remaining fifth. Cost of a mean day in Wh: net solar
energy short of the optimum, 100 for a start, 30 for a change of phases, 1 for a write.

${holdOutTable(folds)}`,
  ].join("\n\n");
}

function setTable(variants: readonly Variant[], set: string): string {
  const constants = [...new Set(variants.map(({ constant }) => constant))];
  const rows = constants.map((constant) => {
    const row = variants.filter((variant) => variant.constant === constant);
    const value = row.find(({ factor }) => factor === 1)?.value ?? 0;
    return [constant, String(value), ...row.map((variant) => cell(variant, set))];
  });
  return markdownTable(["constant", "value", ...FACTORS.map((factor) => `x ${factor}`)], rows);
}

function cell(variant: Variant, set: string): string {
  const { regret_pct, starts, phase_switches, writes } = variantMean(variant, set);
  return `${regret_pct.toFixed(1)} (${starts.toFixed(1)} / ${phase_switches.toFixed(1)} / ${writes.toFixed(0)})`;
}

function holdOutTable(folds: readonly Fold[]): string {
  const head = ["fold", "days", "best change on the others", "there: from", "to", "held out: from", "to"];
  return markdownTable(
    head,
    folds.map((fold) => [
      String(fold.fold),
      String(fold.days),
      fold.chosen,
      ...[fold.trainedFromWh, fold.trainedToWh, fold.heldOutFromWh, fold.heldOutToWh].map((wh) =>
        wh.toFixed(0),
      ),
    ]),
  );
}
