import { useEffect, useState } from "preact/hooks";
import { get } from "../api.ts";
import type { SetUpState } from "./wire.ts";

export interface SetUpNeed {
  readonly isNeeded: boolean;
  /** Undefined where the gateway first wants its code. */
  readonly first: SetUpState | undefined;
}

const LOCKED = 401;

/** Whether this gateway waits to be set up. */
export function useSetUpNeed(): SetUpNeed {
  const [need, setNeed] = useState<SetUpNeed>({ isNeeded: false, first: undefined });
  useEffect(() => {
    void get<SetUpState>("/api/setup").then((answer) => {
      if (answer.ok) setNeed({ isNeeded: answer.value.is_needed, first: answer.value });
      else if (answer.status === LOCKED) setNeed({ isNeeded: true, first: undefined });
    });
  }, []);
  return need;
}
