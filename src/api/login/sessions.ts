import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Clock } from "../../ports/clock.ts";
import type { StateStore } from "../../ports/state-store.ts";
import { hashOf } from "./api-tokens.ts";

export const SESSION_LASTS_S = 30 * 86_400;
/** The oldest leaves for a newer one: a family has fewer devices. */
const MOST_SESSIONS = 32;
const ID_BYTES = 32;
const KEY = "api/sessions";

const storedSchema = z.array(
  z.object({
    hash: z.string(),
    startWallMs: z.number(),
    /** Hash of the password's hash: with another password, however it was set, the session is over. */
    under: z.string(),
  }),
);

/** Who is logged in. Kept over a restart, as hashes. */
export interface Sessions {
  /** The id of a new session: a fresh one at each login. */
  begin(): string;
  isValid(id: string | undefined): boolean;
  end(id: string): void;
}

export function createSessions(deps: {
  readonly clock: Clock;
  readonly store: Pick<StateStore, "get" | "put" | "flush">;
  readonly passwordHash: () => string | undefined;
}): Sessions {
  const { clock, store } = deps;
  const present = () => hashOf(deps.passwordHash() ?? "");
  let sessions = storedSchema.safeParse(store.get(KEY)).data ?? [];

  function isAlive({ startWallMs, under }: (typeof sessions)[number]): boolean {
    return under === present() && clock.wallMs() - startWallMs < SESSION_LASTS_S * 1_000;
  }

  function keep(next: typeof sessions): void {
    sessions = next;
    store.put(KEY, sessions);
    store.flush();
  }

  return {
    begin() {
      const id = randomBytes(ID_BYTES).toString("base64url");
      const session = { hash: hashOf(id), startWallMs: clock.wallMs(), under: present() };
      keep([...sessions.filter(isAlive), session].slice(-MOST_SESSIONS));
      return id;
    },
    isValid(id) {
      if (id === undefined) return false;
      const hash = hashOf(id);
      return sessions.some((session) => session.hash === hash && isAlive(session));
    },
    end: (id) => keep(sessions.filter(({ hash }) => hash !== hashOf(id))),
  };
}
