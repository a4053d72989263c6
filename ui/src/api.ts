/** Longest wait for an answer, ms. */
const TIMEOUT_MS = 10_000;

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  /** `detail` is the gateway's own sentence; `text` is what it hands out with it. */
  | { readonly ok: false; readonly status: number; readonly detail: string; readonly text?: string };

/** Reads JSON from the gateway. Never rejects. */
export function get<T>(path: string): Promise<Answer<T>> {
  return ask<T>("GET", path);
}

/** Asks the gateway to change something. Never rejects. */
export function send<T = undefined>(
  method: "POST" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
): Promise<Answer<T>> {
  return ask<T>(method, path, body);
}

/** Any request with a JSON answer. Never rejects. */
export async function ask<T>(
  method: string,
  path: string,
  body?: unknown,
  timeoutMs = TIMEOUT_MS,
): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const value = text === "" ? undefined : JSON.parse(text);
    if (response.ok) return { ok: true, value: value as T };
    return {
      ok: false,
      status: response.status,
      detail: detailOf(value),
      ...(typeof value?.text === "string" ? { text: value.text } : {}),
    };
  } catch {
    return { ok: false, status: 0, detail: "" };
  }
}

/** Errors are a sentence, or for wrong fields a list with a sentence each. */
function detailOf(body: unknown): string {
  if (typeof body !== "object" || body === null || !("detail" in body)) return "";
  const { detail } = body;
  if (typeof detail === "string") return detail;
  if (!Array.isArray(detail)) return "";
  return detail
    .map(({ loc, msg }: { loc?: unknown[]; msg?: string }) => `${loc?.at(-1) ?? ""}: ${msg ?? ""}`)
    .join("; ");
}
