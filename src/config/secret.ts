import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/**
 * A secret: the text itself (best as "${NAME}" from the environment), a file, or a systemd credential. Never
 * logged and never taken from the command line.
 */
export const secretSchema = z
  .union([
    z.string().min(1),
    z.strictObject({ file: z.string().min(1).describe("Path of a file that holds only the secret.") }),
    z.strictObject({
      credential: z
        .string()
        .regex(/^[\w.-]+$/, "letters, digits, dot, dash and underscore only")
        .describe("Name of a systemd credential (LoadCredential=) of the service."),
    }),
  ])
  .describe("A secret: text, best taken from the environment, a file or a systemd credential.");

export type Secret = z.infer<typeof secretSchema>;

export type SecretOutcome = { ok: true; value: string } | { ok: false; detail: string };

/** Reads a secret; a trailing line break is cut. Fails with a sentence that says what to do, never with the value. */
export function readSecret(secret: Secret, environment: NodeJS.ProcessEnv): SecretOutcome {
  if (typeof secret === "string") return { ok: true, value: secret };
  const path = secretPath(secret, environment);
  if (path === undefined) {
    return { ok: false, detail: "systemd gave this process no credentials: add LoadCredential= to the unit" };
  }
  try {
    const value = readFileSync(path, "utf8").replace(/\r?\n$/, "");
    return value === "" ? { ok: false, detail: `${path} is empty` } : { ok: true, value };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    return {
      ok: false,
      detail: `cannot read ${path} (${code}): create it, readable by the service's user only`,
    };
  }
}

function secretPath(secret: Exclude<Secret, string>, environment: NodeJS.ProcessEnv): string | undefined {
  if ("file" in secret) return secret.file;
  const folder = environment.CREDENTIALS_DIRECTORY;
  return folder === undefined ? undefined : join(folder, secret.credential);
}
