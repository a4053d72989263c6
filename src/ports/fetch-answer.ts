/** The body of an answer as text; undefined as soon as it is larger than `largestBytes`. Rejects when it breaks off. */
export async function boundedText(response: Response, largestBytes: number): Promise<string | undefined> {
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
