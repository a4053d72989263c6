import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** Cost of one guess: N is 2 to the power of `logN`. */
export interface HashCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP's password storage recommendation for scrypt in 32 MiB: a gateway has little memory. */
const COST: HashCost = { logN: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;
export const SHORTEST_PASSWORD = 10;
export const LONGEST_PASSWORD = 200;

/** Why a password is not taken; undefined when it is. */
export function passwordProblem(password: string): string | undefined {
  if (password.length < SHORTEST_PASSWORD) return `use at least ${SHORTEST_PASSWORD} characters`;
  return password.length > LONGEST_PASSWORD ? `use at most ${LONGEST_PASSWORD} characters` : undefined;
}

/** `scrypt$logN$r$p$salt$key`, salt and key in base64url. */
export async function hashPassword(password: string, cost: HashCost = COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derivedKey(password, salt, cost);
  const { logN, r, p } = cost;
  return ["scrypt", logN, r, p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** False for a hash that is none. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const match = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/.exec(hash);
  if (match === null || password.length > LONGEST_PASSWORD) return false;
  const [, logN, r, p, salt = "", key = ""] = match;
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) };
  const derived = await derivedKey(password, Buffer.from(salt, "base64url"), cost);
  return timingSafeEqual(derived, Buffer.from(key, "base64url"));
}

function derivedKey(password: string, salt: Buffer, { logN, r, p }: HashCost): Promise<Buffer> {
  const N = 2 ** logN;
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    // The same password may be typed composed or decomposed.
    scrypt(password.normalize("NFC"), salt, KEY_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
