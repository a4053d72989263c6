import { useEffect, useState } from "preact/hooks";
import type { View } from "./wire.ts";

/** Twice the pace of the slowest pass worth watching: beyond it the numbers are history, ms. */
const SILENCE_MS = 15_000;
const LOOK_AGAIN_MS = 1_000;
/** A stream that was refused is asked for again after this long, ms. */
const REOPEN_MS = 5_000;

export interface Live {
  /** The newest that was heard; undefined before the first. */
  readonly view: View | undefined;
  readonly isLive: boolean;
}

/**
 * The newest state, by server-sent events; the browser reconnects by itself. `onRefused` is told when the gateway does not
 * want us any more: the login may be over.
 */
export function useLive(onRefused: () => void): Live {
  const [live, setLive] = useState<Live>({ view: undefined, isLive: false });
  useEffect(() => {
    let heardMs = 0;
    let reopen: ReturnType<typeof setTimeout> | undefined;
    let source: EventSource;
    const open = () => {
      source = new EventSource("/api/events");
      source.addEventListener("state", (event) => {
        heardMs = performance.now();
        setLive({ view: JSON.parse(event.data) as View, isLive: true });
      });
      source.addEventListener("error", () => {
        setLive((before) => ({ ...before, isLive: false }));
        if (source.readyState !== EventSource.CLOSED) return;
        onRefused();
        reopen = setTimeout(open, REOPEN_MS);
      });
    };
    open();
    const timer = setInterval(() => {
      const isSilent = performance.now() - heardMs > SILENCE_MS;
      if (isSilent) setLive((before) => (before.isLive ? { ...before, isLive: false } : before));
    }, LOOK_AGAIN_MS);
    return () => {
      clearInterval(timer);
      clearTimeout(reopen);
      source.close();
    };
  }, []);
  return live;
}
