import { readFileSync } from "node:fs";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { configPath } from "../config/load-config.ts";
import type { CommandInput } from "./command.ts";
import { soundConfig } from "./sound-config.ts";

export const DEFAULT_ADDRESS = "http://127.0.0.1:8090";
/** A token of the local API, for a daemon on another machine or one where everybody has to log in. */
export const TOKEN_VARIABLE = "HEMS_EDGE_TOKEN";

export interface DaemonRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
}

/** Where the daemon is, and what it takes to be let in. */
export interface DaemonPlace {
  readonly address: string;
  /** The daemon's own certificate, where the config names it: then no other is believed. */
  readonly certificate: string | undefined;
  readonly token: string | undefined;
}

export function daemonPlace({ texts, io }: CommandInput): DaemonPlace {
  const token = io.environment[TOKEN_VARIABLE];
  if (texts.url !== undefined) return { address: texts.url, certificate: undefined, token };
  const api = soundConfig(configPath(texts.config, io.environment))?.api;
  if (api === undefined) return { address: DEFAULT_ADDRESS, certificate: undefined, token };
  const host = api.host === "0.0.0.0" ? "127.0.0.1" : api.host === "::" ? "::1" : api.host;
  const scheme = api.tls === undefined ? "http" : "https";
  const address = `${scheme}://${host.includes(":") ? `[${host}]` : host}:${api.port}`;
  return { address, certificate: certificateText(api.tls?.cert_file), token };
}

/** The head of the daemon's answer; its body is still to be read. Rejects as sockets do. */
export function openAnswer(
  { address, certificate, token }: DaemonPlace,
  { method, path, body }: DaemonRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const url = new URL(path, address);
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  // The very certificate is trusted, whatever names it carries: it is reached by an address.
  const trust =
    certificate === undefined
      ? {}
      : { ca: certificate, allowPartialTrustChain: true, checkServerIdentity: () => undefined };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, signal, agent: false, ...trust }, resolve);
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function certificateText(path: string | undefined): string | undefined {
  try {
    return path === undefined ? undefined : readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
