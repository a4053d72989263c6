import type { CliIo } from "../command.ts";

export interface ProgressBar {
  show(done: number, note: string): void;
  end(): void;
}

const WIDTH = 24;

/** One line that renews itself, on a terminal; nothing in a pipe. */
export function createProgressBar(io: CliIo, total: number): ProgressBar {
  let shown = "";
  return {
    show(done, note) {
      if (!io.isTerminal) return;
      const filled = total === 0 ? WIDTH : Math.floor((WIDTH * done) / total);
      const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
      const bar = "#".repeat(filled).padEnd(WIDTH, "-");
      const line = `[${bar}] ${done}/${total} ${percent} % ${note}`.trimEnd();
      if (line === shown) return;
      shown = line;
      io.err(`\r\u001b[K${line}`);
    },
    end() {
      if (io.isTerminal && shown !== "") io.err("\n");
    },
  };
}
