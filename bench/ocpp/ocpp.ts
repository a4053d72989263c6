import { measureOcpp } from "./ocpp-bench.ts";

const figures = [await measureOcpp(1), await measureOcpp(20)];
const isJson = process.argv.includes("--json");
const row = (cells: readonly unknown[]) => cells.map((cell) => String(cell).padStart(14)).join("");
const table = [row(Object.keys(figures[0] ?? {})), ...figures.map((figure) => row(Object.values(figure)))];
process.stdout.write(`${isJson ? JSON.stringify({ figures }) : table.join("\n")}\n`);
