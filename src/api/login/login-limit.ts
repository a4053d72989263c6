import type { Clock } from "../../ports/clock.ts";

/** Tries at once, and the time after which each is given back. */
interface Allowance {
  readonly tries: number;
  readonly refillMs: number;
}

const EACH_ADDRESS: Allowance = { tries: 5, refillMs: 60_000 };
/** From everywhere together: who has many addresses guesses no faster than this. */
const OVERALL: Allowance = { tries: 30, refillMs: 10_000 };
const MOST_ADDRESSES = 500;

/** Slows down guessing of the password. */
export interface LoginLimit {
  /** Takes one try; how long to wait, s, where there is none left. */
  take(address: string): number | undefined;
  /** Gives the address its tries back: whoever knows the password guesses no more. */
  succeeded(address: string): void;
}

/** How much was used up, and when that was looked at. */
interface Bucket {
  readonly used: number;
  readonly atMs: number;
}

export function createLoginLimit(clock: Clock): LoginLimit {
  /** The one that was quiet for longest is first. */
  const addresses = new Map<string, Bucket>();
  let overall: Bucket = { used: 0, atMs: clock.monotonicMs() };

  return {
    take(address) {
      const nowMs = clock.monotonicMs();
      const key = addressKey(address);
      const own = drained(addresses.get(key) ?? { used: 0, atMs: nowMs }, EACH_ADDRESS, nowMs);
      overall = drained(overall, OVERALL, nowMs);
      const waitS = Math.max(waitOfS(own, EACH_ADDRESS), waitOfS(overall, OVERALL));
      if (waitS > 0) return waitS;
      addresses.delete(key);
      addresses.set(key, { ...own, used: own.used + 1 });
      overall = { ...overall, used: overall.used + 1 };
      const [oldest] = addresses.keys();
      if (addresses.size > MOST_ADDRESSES && oldest !== undefined) addresses.delete(oldest);
      return undefined;
    },
    succeeded: (address) => void addresses.delete(addressKey(address)),
  };
}

function drained({ used, atMs }: Bucket, { refillMs }: Allowance, nowMs: number): Bucket {
  return { used: Math.max(0, used - (nowMs - atMs) / refillMs), atMs: nowMs };
}

function waitOfS({ used }: Bucket, { tries, refillMs }: Allowance): number {
  return Math.ceil((Math.max(0, used + 1 - tries) * refillMs) / 1_000);
}

/** A machine has one IPv4 address, but a whole /64 network of IPv6 addresses. */
function addressKey(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("::");
  const groups = head.split(":");
  const isShort = tail !== undefined && groups.length < 4;
  return isShort ? `${head}::` : groups.slice(0, 4).join(":");
}
