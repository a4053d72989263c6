import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import { isLoopback } from "../access.ts";
import type { AccessFile, AccessRead } from "./access-file.ts";
import { shownToken } from "./api-tokens.ts";
import type { Scope } from "./scope.ts";
import { SESSION_LASTS_S, type Sessions } from "./sessions.ts";

/** Who asks: somebody on the gateway itself, who logged in, a program with a token, or nobody we know. */
export type Caller =
  | { readonly kind: "local" }
  | { readonly kind: "session"; readonly id: string }
  | { readonly kind: "token"; readonly name: string; readonly scope: Scope }
  | { readonly kind: "nobody" };

/** Tells who asks. */
export interface Gatekeeper {
  callerOf(request: IncomingMessage): Caller;
  access(): AccessRead;
}

export type LoginRule = "remote" | "always";

export const SESSION_COOKIE = "hems_session";
/** What a proxy on this machine adds: then the caller is somewhere else. */
const PROXY_HEADERS = ["x-forwarded-for", "x-real-ip", "forwarded"];

export function createGatekeeper(
  login: LoginRule,
  { file, sessions }: { readonly file: AccessFile; readonly sessions: Sessions },
): Gatekeeper {
  return {
    callerOf(request) {
      if (login === "remote" && isLocal(request)) return { kind: "local" };
      const id = sessionIdOf(request);
      if (id !== undefined && sessions.isValid(id)) return { kind: "session", id };
      const access = file.read();
      const token = access.ok ? shownToken(request.headers.authorization, access.record.tokens) : undefined;
      return token === undefined
        ? { kind: "nobody" }
        : { kind: "token", name: token.name, scope: token.scope };
    },
    access: file.read,
  };
}

export function scopeOf(caller: Caller): Scope | undefined {
  switch (caller.kind) {
    case "local":
    case "session":
      return "admin";
    case "token":
      return caller.scope;
    case "nobody":
      return undefined;
  }
}

/** For the log: what each caller is called. */
export function callerName(caller: Caller): string {
  return caller.kind === "token" ? `token ${caller.name}` : caller.kind;
}

export function sessionIdOf({ headers }: IncomingMessage): string | undefined {
  const cookies = (headers.cookie ?? "").split(";").map((cookie) => cookie.trim());
  const own = cookies.find((cookie) => cookie.startsWith(`${SESSION_COOKIE}=`));
  return own?.slice(SESSION_COOKIE.length + 1);
}

/** The cookie of a session; without an id the one that ends it. */
export function sessionCookie(request: IncomingMessage, id: string | undefined): string {
  const lasts = id === undefined ? 0 : SESSION_LASTS_S;
  const secure = isEncrypted(request) ? "; Secure" : "";
  return `${SESSION_COOKIE}=${id ?? ""}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${lasts}${secure}`;
}

export function isLocal({ socket, headers }: IncomingMessage): boolean {
  return isLoopback(socket.remoteAddress) && PROXY_HEADERS.every((name) => headers[name] === undefined);
}

/** Over TLS to us, or to a proxy on this machine that says so. */
function isEncrypted({ socket, headers }: IncomingMessage): boolean {
  if (socket instanceof TLSSocket) return true;
  return isLoopback(socket.remoteAddress) && headers["x-forwarded-proto"] === "https";
}
