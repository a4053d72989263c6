import type { CommandInput, OptionSpec } from "../command.ts";

export type Cell = string | number | boolean | undefined | null;

export interface Column<Row> {
  readonly title: string;
  cell(row: Row): Cell;
  /** Sentences and links are shown whole, and stand best in the last columns. */
  readonly isWhole?: boolean;
}

export const outputOptions: Readonly<Record<string, OptionSpec>> = {
  json: { summary: "Print JSON; so it is in a pipe." },
  csv: { summary: "Print CSV." },
};

const WIDEST_CELL = 48;

/** Rows as a table on a terminal, as JSON in a pipe, or as asked; JSON holds the whole records. */
export function printRows<Row>(
  { io, switches }: CommandInput,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): void {
  if (switches.has("csv")) io.out(csvText(rows, columns));
  else if (switches.has("json") || !io.isTerminal) io.out(`${JSON.stringify(rows)}\n`);
  else io.out(tableText(rows, columns));
}

/** One record: lines of `name value` on a terminal, else JSON. */
export function printRecord({ io, switches }: CommandInput, record: object, lines = linesOf(record)): void {
  const isText = io.isTerminal && !switches.has("json");
  io.out(isText ? `${lines.map(printable).join("\n")}\n` : `${JSON.stringify(record)}\n`);
}

export function csvText<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  return lines.map((cells) => `${cells.map(csvCell).join(",")}\n`).join("");
}

export function tableText<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const body = rows.map((row) =>
    columns.map(({ cell, isWhole }) => shownCell(printable(cell(row)), isWhole ?? false)),
  );
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...body.map((cells) => cells[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((text, index) => text.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd();
  const count = `${rows.length} ${rows.length === 1 ? "row" : "rows"}`;
  return `${[line(columns.map(({ title }) => title)), ...body.map(line), count].join("\n")}\n`;
}

function linesOf(record: object): readonly string[] {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined && value !== null);
  const widest = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(widest)}  ${printable(value)}`);
}

/** Control characters from outside must not steer a terminal. */
export function printable(value: unknown): string {
  if (value === undefined || value === null) return "-";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.replaceAll(/\p{Cc}/gu, " ");
}

function shownCell(text: string, isWhole: boolean): string {
  return isWhole || text.length <= WIDEST_CELL ? text : `${text.slice(0, WIDEST_CELL - 3)}...`;
}

/** RFC 4180; a text that a spreadsheet would run as a formula is kept a text. */
function csvCell(value: Cell): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
