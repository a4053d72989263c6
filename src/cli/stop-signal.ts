export interface StopSignal {
  isStopped(): boolean;
  /** Aborts with the first signal. */
  readonly signal: AbortSignal;
  close(): void;
}

/** Ctrl-C or SIGTERM asks once to come to an end; the second one ends the process the hard way. */
export function onStopSignal(): StopSignal {
  const controller = new AbortController();
  const close = () => void process.off("SIGINT", stop).off("SIGTERM", stop);
  function stop(): void {
    controller.abort();
    close();
  }
  process.on("SIGINT", stop).on("SIGTERM", stop);
  return { isStopped: () => controller.signal.aborted, signal: controller.signal, close };
}
