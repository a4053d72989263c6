import { readdirSync, readFileSync } from "node:fs";

/** What a process holds and has written, as Linux counts it. */
export interface Usage {
  readonly rssBytes: number;
  /** Open files, sockets, pipes and timers of the kernel. */
  readonly handles: number;
  /** Bytes that it caused to be written to a storage device, since its start. */
  readonly writtenBytes: number;
}

/** Of a running process. Throws when it is gone, and on a machine without /proc. */
export function usageOf(processId: number): Usage {
  const folder = `/proc/${processId}`;
  const status = readFileSync(`${folder}/status`, "utf8");
  const io = readFileSync(`${folder}/io`, "utf8");
  return {
    rssBytes: numberIn(status, /^VmRSS:\s+(\d+) kB$/m) * 1_024,
    handles: readdirSync(`${folder}/fd`).length,
    writtenBytes: numberIn(io, /^write_bytes: (\d+)$/m),
  };
}

function numberIn(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`/proc says nothing that fits ${pattern}`);
  return Number(found);
}
