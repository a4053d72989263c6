import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";

/** Certificates and key of a port, as PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
}

export type TlsFilesOutcome =
  | { readonly ok: true; readonly files: TlsFiles }
  | { readonly ok: false; readonly problems: readonly string[] };

interface TlsPaths {
  readonly cert_file: string;
  readonly key_file: string;
  readonly client_ca_file?: string | undefined;
}

/** Reads what the config names under `place`; every file that cannot be read or is no PEM is a problem. */
export function readTlsFiles(place: "ocpp.tls" | "api.tls", tls: TlsPaths): TlsFilesOutcome {
  const problems: string[] = [];

  function text(field: "cert_file" | "key_file" | "client_ca_file", path: string): string {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
      problems.push(`${place}.${field}: cannot read ${path} (${code})`);
      return "";
    }
  }

  const cert = text("cert_file", tls.cert_file);
  const key = text("key_file", tls.key_file);
  const clientCa = tls.client_ca_file === undefined ? undefined : text("client_ca_file", tls.client_ca_file);
  for (const [field, pem] of [
    ["cert_file", cert],
    ["client_ca_file", clientCa],
  ] as const) {
    if (pem !== undefined && pem !== "" && !isCertificate(pem))
      problems.push(`${place}.${field}: holds no PEM certificate`);
  }
  if (key !== "" && !key.includes("PRIVATE KEY")) problems.push(`${place}.key_file: holds no PEM key`);
  if (problems.length === 0 && !isPair({ cert, key })) {
    problems.push(`${place}.key_file: is not the key of ${place}.cert_file, or asks for a passphrase`);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, files: { cert, key, clientCa } };
}

/** Whose a PEM certificate is, and when it ends. */
export function certificateEnd(pem: string): { readonly subject: string; readonly endsWallMs: number } {
  const { subject, validToDate } = new X509Certificate(pem);
  return { subject: subject.replaceAll("\n", ", "), endsWallMs: validToDate.getTime() };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).validTo !== "";
  } catch {
    return false;
  }
}

function isPair(files: { readonly cert: string; readonly key: string }): boolean {
  try {
    return createSecureContext(files) !== undefined;
  } catch {
    return false;
  }
}
