import { useEffect, useState } from "preact/hooks";
import { get } from "../api.ts";
import type { SetUpState } from "./wire.ts";

/** What the gateway wants to be told first; undefined for one that has a house, and until it has answered. */
export function useSetUpNeed(): SetUpState | undefined {
  const [need, setNeed] = useState<SetUpState | undefined>(undefined);
  useEffect(() => {
    void get<SetUpState>("/api/setup").then((answer) => {
      if (answer.ok && answer.value.is_needed) setNeed(answer.value);
    });
  }, []);
  return need;
}
