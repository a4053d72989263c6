import { useEffect, useState } from "preact/hooks";
import type { View } from "./wire.ts";

/** Twice the pace of the slowest pass worth watching: beyond it the numbers are history, ms. */
const SILENCE_MS = 15_000;
const LOOK_AGAIN_MS = 1_000;

export interface Live {
  /** The newest that was heard; undefined before the first. */
  readonly view: View | undefined;
  readonly isLive: boolean;
}

/** The newest state, by server-sent events; the browser reconnects by itself. */
export function useLive(): Live {
  const [live, setLive] = useState<Live>({ view: undefined, isLive: false });
  useEffect(() => {
    let heardMs = 0;
    const source = new EventSource("/api/events");
    source.addEventListener("state", (event) => {
      heardMs = performance.now();
      setLive({ view: JSON.parse(event.data) as View, isLive: true });
    });
    const timer = setInterval(() => {
      const isSilent = performance.now() - heardMs > SILENCE_MS;
      if (isSilent) setLive((before) => (before.isLive ? { ...before, isLive: false } : before));
    }, LOOK_AGAIN_MS);
    source.addEventListener("error", () => setLive((before) => ({ ...before, isLive: false })));
    return () => {
      clearInterval(timer);
      source.close();
    };
  }, []);
  return live;
}
