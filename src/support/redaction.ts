import { parse, stringify } from "yaml";

const HIDDEN = "(hidden)";
/** Keys whose text is nobody's business; a reference to a file or credential beneath them says only where it lies. */
const SECRET_KEYS = /^(password|token|client_id|client_secret|username|secret|key)$/;
/** Beneath it an address is a secret as well: whoever knows it may post there. */
const SECRET_ADDRESSES = "notifications";
const REFERENCE_KEYS = /^(file|credential)$/;
/** A shorter secret stands in too many innocent words to be cut out of a text. */
const SHORTEST_SECRET = 6;

/** A config file without its secrets and without comments, in which people note things; undefined when it cannot be read. */
export function redactedConfig(text: string): string | undefined {
  try {
    return stringify(redacted(parse(text), "nothing"));
  } catch {
    return undefined;
  }
}

/** What is hidden beneath a key. */
type Hidden = "nothing" | "addresses" | "everything";

function redacted(value: unknown, hidden: Hidden): unknown {
  if (Array.isArray(value)) return value.map((item) => redacted(item, hidden));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(
      ([key, inner]) => [key, redacted(inner, hiddenBeneath(key, hidden))] as const,
    );
    return Object.fromEntries(entries);
  }
  if (hidden === "everything") return HIDDEN;
  return typeof value === "string" ? withoutCredentials(value) : value;
}

function hiddenBeneath(key: string, hidden: Hidden): Hidden {
  if (hidden === "everything") return REFERENCE_KEYS.test(key) ? "nothing" : hidden;
  if (SECRET_KEYS.test(key) || (hidden === "addresses" && key === "url")) return "everything";
  return key === SECRET_ADDRESSES ? "addresses" : hidden;
}

/** `https://user:password@host` without what stands before the @, and without what a query may carry. */
function withoutCredentials(text: string): string {
  return text
    .replace(/\/\/[^/\s@]+@/g, `//${HIDDEN}@`)
    .replace(/([?&][^=&\s]*(?:token|key|password|secret)[^=&\s]*=)[^&\s]+/gi, `$1${HIDDEN}`);
}

/** A text in which none of the secrets stands. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text);
}
