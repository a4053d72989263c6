import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Config } from "../config/schema.ts";

/** Certificates and key of the OCPP port, as PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
}

export type TlsFilesOutcome =
  | { readonly ok: true; readonly files: TlsFiles }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads what `ocpp.tls` names; every file that cannot be read or is no PEM is a problem. */
export function readTlsFiles(tls: NonNullable<Config["ocpp"]["tls"]>): TlsFilesOutcome {
  const problems: string[] = [];

  function text(field: "cert_file" | "key_file" | "client_ca_file", path: string): string {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
      problems.push(`ocpp.tls.${field}: cannot read ${path} (${code})`);
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
      problems.push(`ocpp.tls.${field}: holds no PEM certificate`);
  }
  if (key !== "" && !key.includes("PRIVATE KEY")) problems.push("ocpp.tls.key_file: holds no PEM key");
  return problems.length > 0 ? { ok: false, problems } : { ok: true, files: { cert, key, clientCa } };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).validTo !== "";
  } catch {
    return false;
  }
}
