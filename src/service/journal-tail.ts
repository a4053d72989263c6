import { execFile } from "node:child_process";
import { promisify } from "node:util";

const LINES = "5000";
const TIMEOUT_MS = 10_000;
const LARGEST_BYTES = 16 * 1024 * 1024;

/** The newest lines of the service's journal, or why there are none. */
export async function journalTail(): Promise<string> {
  try {
    const argv = ["--unit", "hems-edge", "--no-pager", "--output", "short-iso", "--lines", LINES];
    const { stdout } = await promisify(execFile)("journalctl", argv, {
      timeout: TIMEOUT_MS,
      maxBuffer: LARGEST_BYTES,
    });
    return stdout;
  } catch (error) {
    return `no journal: ${error instanceof Error ? error.message : error}\n`;
  }
}
