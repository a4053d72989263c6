import { createWire } from "../../simulator/wire.ts";
import { settle } from "./manual-clock.ts";

/** Real time after which bytes that nobody reads are a defect of the test. */
const LONGEST_MS = 10_000;

/** Watches the TCP connections that this process has with itself. */
export interface LoopbackWatch {
  /**
   * Waits until all that was sent was read and what it caused came to rest, so that a manual clock may go on: on a busy
   * machine the kernel takes its time even on 127.0.0.1. What a paused socket does not read is not waited for. Rejects
   * after 10 s of real time.
   */
  quiet(): Promise<void>;
  close(): void;
}

/** Sees servers and connections that are made after this call. */
export function createLoopbackWatch(): LoopbackWatch {
  const wire = createWire({ isStrict: true });
  return {
    async quiet() {
      const deadlineMs = Date.now() + LONGEST_MS;
      await settle();
      while (wire.look() !== "calm") {
        if (Date.now() > deadlineMs)
          throw new Error("a connection of this process with itself does not come to rest");
        await settle();
      }
    },
    close: () => wire.close(),
  };
}
