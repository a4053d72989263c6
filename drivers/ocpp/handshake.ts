import { createHash, timingSafeEqual } from "node:crypto";
import { PROTOCOLS, type Protocol } from "./box-link.ts";

/** What a peer says of itself in its upgrade request. */
export interface Hello {
  readonly url: string;
  readonly remoteAddress: string;
  readonly subprotocols: string | undefined;
  readonly authorization: string | undefined;
  readonly isEncrypted: boolean;
  /** Common name of a client certificate that our authority signed; undefined without one. */
  readonly certificateName: string | undefined;
}

export type Admission =
  | { readonly ok: true; readonly identity: string; readonly protocol: Protocol }
  | { readonly ok: false; readonly status: 400 | 401 | 403 | 404 | 409 | 429 | 503 };

/**
 * The names by which the peer may mean itself: the parts of its path, last first, percent-decoded, without query
 * and empty parts. Boxes append serial numbers and slashes. Undefined when the path cannot be decoded.
 */
export function identityCandidates(url: string): readonly string[] | undefined {
  const path = url.split(/[?#]/, 1)[0] ?? "";
  try {
    return path
      .split("/")
      .filter((part) => part !== "")
      .map((part) => decodeURIComponent(part))
      .reverse()
      .slice(0, 8);
  } catch {
    return undefined;
  }
}

/** What both speak, by our preference. OCPP-J 3.1.2: the names count in exactly this case. */
export function commonProtocol(
  subprotocols: string | undefined,
  spoken: readonly Protocol[] = PROTOCOLS,
): Protocol | undefined {
  const offered = new Set((subprotocols ?? "").split(",").map((name) => name.trim()));
  return spoken.find((protocol) => offered.has(protocol));
}

/**
 * Basic auth with the identity as user (OCPP-J 6.2). The key may come as text or, where the configured password is
 * 40 hexadecimal digits, as the 20 raw bytes that these stand for.
 */
export function isPasswordRight(
  authorization: string | undefined,
  account: { readonly identity: string; readonly password: string },
): boolean {
  const encoded = /^\s*basic\s+([A-Za-z0-9+/_-]+=*)\s*$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return false;
  const given = Buffer.from(encoded, "base64");
  const user = Buffer.from(`${account.identity}:`);
  const secrets = [Buffer.from(account.password)];
  if (/^[0-9a-f]{40}$/i.test(account.password)) secrets.push(Buffer.from(account.password, "hex"));
  return secrets.map((secret) => isSameInConstantTime(given, Buffer.concat([user, secret]))).includes(true);
}

function isSameInConstantTime(a: Buffer, b: Buffer): boolean {
  const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest();
  return timingSafeEqual(digest(a), digest(b));
}
