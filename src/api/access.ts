/** What decides whether a request may pass, taken from its head and its socket. */
export interface Access {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`, which browsers set and pages cannot. */
  readonly fetchSite: string | undefined;
  /** The address of ours that the client reached. */
  readonly localAddress: string | undefined;
}

const READING = new Set(["GET", "HEAD", "OPTIONS"]);
const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Names under which the page may be asked for: what is configured, and the machine's own, alone and in mDNS. Anything else
 * is a foreign name that was pointed at us.
 */
export function allowedHostNames(configured: readonly string[], machineName: string): ReadonlySet<string> {
  const names = [...configured.map(bracketed), machineName, `${machineName}.local`];
  return new Set([...LOOPBACK_NAMES, ...names.map(hostName).filter((name) => name !== undefined)]);
}

/**
 * Why a request is refused, as a sentence; undefined lets it pass. Keeps out DNS rebinding (by the Host header) and
 * foreign pages that post to us (by Origin and Sec-Fetch-Site), whoever asks.
 */
export function accessRefusal(access: Access, names: ReadonlySet<string>): string | undefined {
  const name = access.host === undefined ? undefined : hostName(access.host);
  if (name === undefined || !(names.has(name) || name === bracketed(plainAddress(access.localAddress)))) {
    return "this host name is not served: use the IP address, or add the name to api.names";
  }
  if (READING.has(access.method)) return undefined;
  if (access.origin !== undefined && originHost(access.origin) !== access.host?.toLowerCase()) {
    return "changes from another site's page are not taken";
  }
  const isForeign = access.fetchSite !== undefined && !["same-origin", "none"].includes(access.fetchSite);
  return isForeign ? "changes from another site's page are not taken" : undefined;
}

export function isLoopback(address: string | undefined): boolean {
  const plain = plainAddress(address);
  return plain === "::1" || /^127\.\d+\.\d+\.\d+$/.test(plain);
}

/** True for an address to listen on that no other machine reaches. */
export function isLoopbackName(host: string): boolean {
  return host === "localhost" || isLoopback(host);
}

/** Host part of a Host header, normalised; undefined for what is none. */
function hostName(host: string): string | undefined {
  return /^[\w.:[\]-]+$/.test(host) ? URL.parse(`http://${host}`)?.hostname : undefined;
}

function originHost(origin: string): string | undefined {
  return URL.parse(origin)?.host;
}

/** IPv4 addresses arrive on a dual-stack socket as `::ffff:192.0.2.1`. */
function plainAddress(address: string | undefined): string {
  return (address ?? "").replace(/^::ffff:/i, "");
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
