import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A peer as a process of its own that tells in JSON lines what it sees. */
export interface PeerProcess {
  readonly child: ChildProcess;
  readonly told: Record<string, unknown>[];
  /** Everything else that it wrote. */
  readonly lines: string[];
  kill(): void;
}

export function spawnPeer(command: string, argv: readonly string[], input?: string): PeerProcess {
  const child = spawn(command, argv, { stdio: ["pipe", "pipe", "pipe"] });
  const told: Record<string, unknown>[] = [];
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      if (line.startsWith("{")) told.push(JSON.parse(line));
      else lines.push(line);
    });
  }
  if (input !== undefined) child.stdin.end(input);
  return { child, told, lines, kill: () => void child.kill("SIGKILL") };
}
