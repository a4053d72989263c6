import type { SoundParts } from "./cross-checks.ts";
import type { Finding } from "./problem.ts";
import type { PlacedWallbox } from "./wallbox-checks.ts";

/** A way of proving oneself that lacks what it takes. */
export function wallboxSecurity(
  ocpp: SoundParts["ocpp"],
  { wallbox, at: place }: PlacedWallbox,
): readonly Finding[] {
  if (ocpp === undefined || wallbox.security === undefined) return [];
  const { security, password } = wallbox;
  const at = [...place, "security"];
  const needsPassword = security === "password" || security === "tls";
  const needsTls = security === "tls" || security === "mutual_tls";
  return [
    needsPassword && password === undefined
      ? { at, problem: `${security} needs a password`, remedy: "set password, the same as in the box" }
      : undefined,
    needsTls && ocpp.tls === undefined
      ? {
          at,
          problem: `${security} needs a port that speaks TLS`,
          remedy: "add ocpp.tls with cert_file and key_file",
        }
      : undefined,
    security === "mutual_tls" && ocpp.tls !== undefined && ocpp.tls.client_ca_file === undefined
      ? { at, problem: "mutual_tls needs an authority for the boxes", remedy: "add ocpp.tls.client_ca_file" }
      : undefined,
    security === "open" && password !== undefined
      ? { at, problem: "open asks for no password, but one is set", remedy: "remove one of the two" }
      : undefined,
  ].filter((finding) => finding !== undefined);
}
