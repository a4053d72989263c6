import type { Clock } from "../../src/ports/clock.ts";
import type { StrangerReason } from "../../src/ports/wallbox-card.ts";
import type { AccountBook } from "./account-book.ts";
import type { BoxConnection } from "./box-connection.ts";
import type { Protocol } from "./box-link.ts";
import type { Account } from "./central-system.ts";
import {
  type Admission,
  commonProtocol,
  type Hello,
  identityCandidates,
  isPasswordRight,
} from "./handshake.ts";
import { peerKey, type ReadNeighbours } from "./peer-address.ts";
import { createRateGates } from "./rate-gate.ts";
import type { Strangers } from "./strangers.ts";

const PROBE_TIMEOUT_MS = 3_000;
/** A box that reboots in a loop needs a few a minute; a scanner needs more. */
const HANDSHAKE_RATE = { burst: 30, perSecond: 1, maxKeys: 256 };
/** A box with a wrong password dials every half minute; guessing needs more. */
const FAILURE_RATE = { burst: 10, perSecond: 0.1, maxKeys: 256 };

export interface AdmissionDeps {
  readonly clock: Clock;
  readonly book: AccountBook;
  readonly strangers: Strangers;
  readonly neighbours: ReadNeighbours;
  readonly connections: ReadonlyMap<string, BoxConnection>;
  /** True where somebody answers for the identity and it is not barred. */
  readonly isServed: (identity: string) => "yes" | "no" | "barred";
}

type Proof = "none" | "strong" | { readonly status: 401 | 403; readonly reason: StrangerReason };

/** Who may come in as which wallbox. */
export function createAdmission(
  { handshakeBurst }: { readonly handshakeBurst: number | undefined },
  deps: AdmissionDeps,
): (hello: Hello) => Promise<Admission> {
  const { clock, book, strangers, connections } = deps;
  const probed = new Set<string>();
  const gates = createRateGates({ ...HANDSHAKE_RATE, burst: handshakeBurst ?? HANDSHAKE_RATE.burst }, clock);
  const failures = createRateGates(
    { ...FAILURE_RATE, burst: Math.max(FAILURE_RATE.burst, handshakeBurst ?? 0) },
    clock,
  );

  /** Without proof anybody may say this name: the one who is there keeps it as long as he answers. */
  async function isPlaceFree(identity: string, protocol: Protocol): Promise<Admission> {
    const present = connections.get(identity);
    if (present === undefined) return { ok: true, identity, protocol };
    if (probed.has(identity)) return { ok: false, status: 503 };
    probed.add(identity);
    const isAlive = await present.probe(PROBE_TIMEOUT_MS);
    probed.delete(identity);
    return isAlive ? { ok: false, status: 409 } : { ok: true, identity, protocol };
  }

  function proofOf(hello: Hello, account: Account): Proof {
    const { identity, security } = account;
    if (isTlsWanted(security) && !hello.isEncrypted) return { status: 403, reason: "not_encrypted" };
    if (security === "mutual_tls") {
      const name = account.certificateName ?? identity;
      if (hello.certificateName !== name) return { status: 403, reason: "wrong_certificate" };
      return "strong";
    }
    const passwords = book.passwords(identity);
    if (passwords === undefined) return peerProof(hello, account);
    const right = passwords.find((password) => isPasswordRight(hello.authorization, { identity, password }));
    if (right === undefined) return { status: 401, reason: "wrong_password" };
    book.used(identity, right);
    return "strong";
  }

  /** The first machine that says a name without a password keeps it. */
  function peerProof(hello: Hello, { identity, pinsPeer }: Account): Proof {
    if (!pinsPeer) return "none";
    const peer = peerKey(hello.remoteAddress, deps.neighbours);
    const known = book.peer(identity);
    if (known === undefined) book.learnPeer(identity, peer);
    return known === undefined || known === peer ? "none" : { status: 403, reason: "another_machine" };
  }

  function accountOf(hello: Hello): Account | undefined {
    const names = identityCandidates(hello.url) ?? [];
    return names.map((name) => book.find(name)).find((account) => account !== undefined);
  }

  async function admitAs(hello: Hello, account: Account, protocol: Protocol): Promise<Admission> {
    const { identity } = account;
    const proof = proofOf(hello, account);
    if (proof === "none") return isPlaceFree(identity, protocol);
    if (proof === "strong") return { ok: true, identity, protocol };
    failures.pass(hello.remoteAddress);
    strangers.note(hello, proof.reason);
    return { ok: false, status: proof.status };
  }

  return async (hello) => {
    const { remoteAddress } = hello;
    if (!gates.pass(remoteAddress) || !failures.allows(remoteAddress)) return { ok: false, status: 429 };
    if (identityCandidates(hello.url) === undefined) return { ok: false, status: 400 };
    const account = accountOf(hello);
    const served = account === undefined ? "no" : deps.isServed(account.identity);
    if (account === undefined || served === "no") {
      strangers.note(hello, "unknown");
      return { ok: false, status: 404 };
    }
    if (served === "barred") return { ok: false, status: 503 };
    const protocol = protocolOf(hello, account);
    if (protocol === undefined) {
      strangers.note(hello, "no_common_protocol");
      return { ok: false, status: 400 };
    }
    return admitAs(hello, account, protocol);
  };
}

function isTlsWanted(security: Account["security"]): boolean {
  return security === "tls" || security === "mutual_tls";
}

function protocolOf({ subprotocols }: Hello, account: Account): Protocol | undefined {
  const isSilent = subprotocols === undefined && account.assumesOcpp16 === true;
  return isSilent ? "ocpp1.6" : commonProtocol(subprotocols, account.protocols);
}
