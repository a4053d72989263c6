/** What we use of fetch, so that the global one fits as well. */
export interface FetchOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** Default: a redirect is an answer like any other; `error` rejects. */
  readonly redirect?: "manual" | "follow" | "error";
}

/** Its body is read to the end, or the request aborted. */
export interface FetchAnswer {
  readonly status: number;
  /** A status of 2xx. */
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

export type Fetch = (url: string, options?: FetchOptions) => Promise<FetchAnswer>;

/** The body of an answer as text; undefined as soon as it is larger than `largestBytes`. Rejects when it breaks off. */
export async function boundedText(
  response: Pick<FetchAnswer, "body">,
  largestBytes: number,
): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > largestBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The code of the innermost cause that has one: fetch wraps the system's error. Messages may hold URLs: not used. */
export function fetchErrorCode(error: unknown): string {
  let code = "unknown";
  let cause = error;
  for (let depth = 0; depth < 5 && cause instanceof Error; depth++) {
    if ("code" in cause && typeof cause.code === "string") code = cause.code;
    cause = cause.cause;
  }
  return code;
}
