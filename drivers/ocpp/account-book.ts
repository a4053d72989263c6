import { createHash } from "node:crypto";
import type { StateStore } from "../../src/ports/state-store.ts";
import type { Account } from "./central-system.ts";
import { recordOf, textOf } from "./lenient-json.ts";

/** Passwords and learned peers of the accounts; what was changed here survives a restart. */
export interface AccountBook {
  find(identity: string): Account | undefined;
  /** What is right now, newest first; undefined for an account without a password. */
  passwords(identity: string): readonly string[] | undefined;
  /** The box was given a new password. `isSure` false: it may still use the old one. */
  rotate(identity: string, password: string, isSure: boolean): void;
  /** A box logged in with this one: the others are over. */
  used(identity: string, password: string): void;
  /** The machine that was the first to say this name; undefined before. */
  peer(identity: string): string | undefined;
  learnPeer(identity: string, peer: string): void;
  /** Takes the next machine that says this name, with the password of the config. */
  reset(identity: string): void;
}

export function createAccountBook(accounts: readonly Account[], store: StateStore): AccountBook {
  const byIdentity = new Map(accounts.map((account) => [account.identity, account]));
  const doubtful = new Map<string, readonly string[]>();

  const keyOf = (identity: string) => `ocpp/key/${identity}`;
  const peerOf = (identity: string) => `ocpp/peer/${identity}`;

  /** A key that was rotated here holds until the config names another password than the one it took the place of. */
  function rotated({ identity, password }: Account): string | undefined {
    const { key, replaces } = recordOf(store.get(keyOf(identity)));
    return replaces === fingerprint(password) ? textOf(key) : undefined;
  }

  function current(account: Account): string | undefined {
    return rotated(account) ?? account.password;
  }

  function keep(account: Account, password: string): void {
    doubtful.delete(account.identity);
    store.put(keyOf(account.identity), { key: password, replaces: fingerprint(account.password) });
    store.flush();
  }

  return {
    find: (identity) => byIdentity.get(identity),
    passwords(identity) {
      const account = byIdentity.get(identity);
      if (account === undefined) return undefined;
      const password = current(account);
      return doubtful.get(identity) ?? (password === undefined ? undefined : [password]);
    },
    rotate(identity, password, isSure) {
      const account = byIdentity.get(identity);
      if (account === undefined) return;
      const before = current(account);
      if (isSure) keep(account, password);
      else doubtful.set(identity, before === undefined ? [password] : [password, before]);
    },
    used(identity, password) {
      const account = byIdentity.get(identity);
      if (account !== undefined && doubtful.has(identity)) keep(account, password);
    },
    peer: (identity) => textOf(store.get(peerOf(identity))),
    learnPeer(identity, peer) {
      store.put(peerOf(identity), peer);
      store.flush();
    },
    reset(identity) {
      doubtful.delete(identity);
      store.put(keyOf(identity), null);
      store.put(peerOf(identity), null);
      store.flush();
    },
  };
}

/** The store must not tell what the config keeps in a credential. */
function fingerprint(password: string | undefined): string {
  return createHash("sha256")
    .update(`hems-edge ${password ?? ""}`)
    .digest("hex");
}
