import { createHash, randomBytes } from "node:crypto";
import { isoUtc } from "../../core/iso-time.ts";
import type { AccessChange, AccessFile, StoredToken } from "./access-file.ts";
import type { Scope } from "./scope.ts";

/** A token as people and programs hold it: found again in a leak by its first letters. */
const PREFIX = "hems_";
const SECRET_BYTES = 32;
const MOST_TOKENS = 64;

export type TokenCreation =
  | { readonly ok: true; readonly id: string; readonly token: string }
  | { readonly ok: false; readonly detail: string };

/** Makes a token; its text is only ever in this answer. */
export function createToken(
  file: AccessFile,
  { name, scope }: { readonly name: string; readonly scope: Scope },
  wallMs: number,
): TokenCreation {
  const read = file.read();
  if (!read.ok) return read;
  if (read.record.tokens.some((token) => token.name === name)) {
    return { ok: false, detail: `there is a token ${name} already: revoke it, or choose another name` };
  }
  if (read.record.tokens.length >= MOST_TOKENS) {
    return { ok: false, detail: `there are ${MOST_TOKENS} tokens already: revoke one` };
  }
  const token = `${PREFIX}${randomBytes(SECRET_BYTES).toString("base64url")}`;
  const id = randomBytes(4).toString("hex");
  const stored: StoredToken = { id, name, scope, hash: hashOf(token), created: isoUtc(wallMs) };
  const change = file.change((record) => ({ ...record, tokens: [...record.tokens, stored] }));
  return change.ok ? { ok: true, id, token } : change;
}

/** `idOrName` as `token list` shows them. */
export function revokeToken(file: AccessFile, idOrName: string): AccessChange {
  const read = file.read();
  if (!read.ok) return read;
  const isMeant = ({ id, name }: StoredToken) => id === idOrName || name === idOrName;
  if (!read.record.tokens.some(isMeant)) return { ok: false, detail: `there is no token ${idOrName}` };
  return file.change((record) => ({ ...record, tokens: record.tokens.filter((token) => !isMeant(token)) }));
}

/** The token that an `Authorization` header shows, if it is one of ours. */
export function shownToken(
  authorization: string | undefined,
  tokens: readonly StoredToken[],
): StoredToken | undefined {
  const match = /^Bearer ([\w-]{1,100})$/i.exec(authorization ?? "");
  if (match?.[1] === undefined) return undefined;
  // Hashes are compared, so that the time it takes tells nothing of a token.
  const hash = hashOf(match[1]);
  return tokens.find((token) => token.hash === hash);
}

export function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}
