import { readFileSync } from "node:fs";

/** Linux counts processor time in hundredths of a second (USER_HZ) on every architecture that we build for. */
const TICKS_PER_S = 100;

export interface ProcessUse {
  /** User and system time of the process with all its threads, s. */
  readonly cpuS: number;
  /** The same of its children that have ended, such as systemd-notify, s. */
  readonly childrenCpuS: number;
  readonly rssMb: number;
  /** The highest that it ever was. */
  readonly peakRssMb: number;
}

/** What a process has used so far, as the kernel counts it (proc(5)). */
export function processUse(pid: number): ProcessUse {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold spaces; utime is the 14th field, the 12th after the name.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const seconds = (index: number) => Number(fields[index]) / TICKS_PER_S;
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1_024) / 1e6;
  return {
    cpuS: seconds(11) + seconds(12),
    childrenCpuS: seconds(13) + seconds(14),
    rssMb: megabytes("VmRSS"),
    peakRssMb: megabytes("VmHWM"),
  };
}
