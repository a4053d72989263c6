import { EXIT } from "../../service/exit-codes.ts";
import type { CliIo } from "../command.ts";

/** A simulated peer that listens or dials. */
export interface RunningPeer {
  /** What a person needs to reach it. */
  readonly lines: readonly string[];
  close(): Promise<void>;
}

/** Runs a peer until Ctrl-C or SIGTERM, which end it with 0; an address that cannot be had ends it with 1. */
export async function runPeer(name: string, io: CliIo, open: () => Promise<RunningPeer>): Promise<number> {
  let peer: RunningPeer;
  try {
    peer = await open();
  } catch (error) {
    io.err(`hems-edge simulate ${name}: ${listenProblem(error)}\n`);
    return EXIT.failure;
  }
  // Before the address is told: whoever reads it may send the signal at once.
  const told = toldToStop();
  io.out(`${peer.lines.join("\n")}\n`);
  await told;
  await peer.close();
  return EXIT.ok;
}

/** A second signal ends the process the hard way, as ever. */
function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.off("SIGINT", stop).off("SIGTERM", stop);
      resolve();
    };
    process.on("SIGINT", stop).on("SIGTERM", stop);
  });
}

/** Anything but a failed system call is a defect and goes on to the top. */
function listenProblem(error: unknown): string {
  if (!(error instanceof Error && "syscall" in error && "code" in error)) throw error;
  return error.code === "EADDRINUSE"
    ? `${error.message}: choose another --port`
    : `${error.message}: choose another --host or --port`;
}
