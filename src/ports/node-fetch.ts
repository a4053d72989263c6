import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Fetch, FetchAnswer, FetchOptions } from "./fetch-answer.ts";

const MOST_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];
const DECODERS: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * The part of fetch that we use, on Node's own HTTP client: the global one needs WebAssembly, which a process without
 * run-time compilation does not have, and 16 MB of memory. Rejects as fetch does; an error's `code` tells why.
 */
export const nodeFetch: Fetch = async (url, options = {}) => {
  let address = new URL(url);
  for (let redirects = 0; ; redirects++) {
    const answer = await exchange(address, options);
    const target = redirectTarget(answer, address);
    const mayFollow = options.redirect === "follow" && redirects < MOST_REDIRECTS;
    if (target === undefined || !(mayFollow || options.redirect === "error")) return answerOf(answer);
    answer.destroy();
    if (options.redirect === "error") throw new TypeError("the answer leads elsewhere");
    address = target;
  }
};

/** Once more where the server had closed a connection that was kept for the next request. */
async function exchange(url: URL, options: FetchOptions): Promise<IncomingMessage> {
  const first = await attempt(url, options);
  if ("message" in first) return first.message;
  if (!first.isStaleSocket) throw first.error;
  const second = await attempt(url, options);
  if ("message" in second) return second.message;
  throw second.error;
}

type Attempt =
  | { readonly message: IncomingMessage }
  | { readonly error: Error; readonly isStaleSocket: boolean };

function attempt(url: URL, options: FetchOptions): Promise<Attempt> {
  return new Promise((resolve) => {
    const request = url.protocol === "https:" ? httpsRequest : httpRequest;
    const sent = request(url, requestOptions(options), (message) => resolve({ message }));
    sent.on("error", (error: NodeJS.ErrnoException) => {
      resolve({ error, isStaleSocket: sent.reusedSocket && error.code === "ECONNRESET" });
    });
    sent.end(options.body);
  });
}

function requestOptions({ method = "GET", headers, signal }: FetchOptions): RequestOptions {
  return {
    method,
    headers: { accept: "*/*", "accept-encoding": "gzip, deflate, br", "user-agent": "hems-edge", ...headers },
    ...(signal === undefined ? {} : { signal }),
    // RFC 9110 9.2.2: what may not be sent twice gets a connection of its own, which cannot be a stale one.
    ...(method === "POST" ? { agent: false } : {}),
  };
}

/** Where a redirect leads, over HTTP only. */
function redirectTarget({ statusCode = 0, headers }: IncomingMessage, from: URL): URL | undefined {
  if (!REDIRECTS.includes(statusCode) || headers.location === undefined) return undefined;
  const target = URL.parse(headers.location, from.href);
  return target !== null && /^https?:$/.test(target.protocol) ? target : undefined;
}

function answerOf(message: IncomingMessage): FetchAnswer {
  const { statusCode: status = 0, headers } = message;
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: {
      get(name) {
        const value = headers[name.toLowerCase()];
        return Array.isArray(value) ? value.join(", ") : (value ?? null);
      },
    },
    body: decoded(message),
  };
}

function decoded(message: IncomingMessage): AsyncIterable<Uint8Array> {
  // Whoever reads is told by the reading; an answer that nobody reads may break off as it likes.
  message.on("error", () => {});
  const decoder = DECODERS[message.headers["content-encoding"]?.trim().toLowerCase() ?? ""]?.();
  if (decoder === undefined) return message;
  decoder.on("error", () => {});
  message.on("error", (error) => decoder.destroy(error));
  decoder.on("close", () => message.destroy());
  return message.pipe(decoder);
}
