import type { CsvTable } from "../../api/history-csv.ts";
import type { HistoryPage, HistoryRange } from "../../ports/history.ts";
import type { TimeSpan } from "./history-place.ts";

/** Rows that are in memory at a time. */
const PAGE_ROWS = 2_000;

/** What can be exported: pages of it, and its form. */
export interface Export<T> {
  readonly csv: CsvTable<T>;
  readonly wire: (item: T) => object;
  readonly page: (range: HistoryRange) => HistoryPage<T>;
}

/** Writes page by page: a year of minutes is larger than the memory of a gateway. Throws what reading throws. */
export async function writeExport<T>(
  { csv, wire, page }: Export<T>,
  how: { readonly span: TimeSpan; readonly format: "csv" | "json"; readonly out: (text: string) => void },
): Promise<void> {
  const isCsv = how.format === "csv";
  how.out(isCsv ? csv.head : "[");
  let separator = "\n";
  let fromMs: number | undefined = how.span.fromMs;
  while (fromMs !== undefined) {
    const { rows, nextMs }: HistoryPage<T> = page({ fromMs, untilMs: how.span.untilMs, limit: PAGE_ROWS });
    for (const item of rows) {
      how.out(isCsv ? csv.line(item) : `${separator}${JSON.stringify(wire(item))}`);
      separator = ",\n";
    }
    fromMs = nextMs;
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (!isCsv) how.out("\n]\n");
}
