import { useEffect, useState } from "preact/hooks";
import { get } from "./api.ts";

/** A gateway that does not answer is asked again after this long, ms. */
const RETRY_MS = 2_000;

/** Who we are to the gateway. */
export interface Access {
  readonly caller: "local" | "session" | "token" | "nobody";
  readonly has_password: boolean;
}

/** What the gateway lets us do; undefined until it has said so. `refresh` asks again. */
export function useAccess(): { readonly access: Access | undefined; readonly refresh: () => void } {
  const [access, setAccess] = useState<Access>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const ask = async () => {
      const answer = await get<Access>("/api/access");
      if (isOver) return;
      if (answer.ok) setAccess(answer.value);
      else timer = setTimeout(ask, RETRY_MS);
    };
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [round]);
  return { access, refresh: () => setRound((before) => before + 1) };
}
