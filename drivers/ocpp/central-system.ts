import type { Logger } from "pino";
import type { Clock } from "../../src/ports/clock.ts";
import { type BoxConnection, createBoxConnection } from "./box-connection.ts";
import type { Station } from "./box-link.ts";
import { createGuardedTransport, type Wire, type WireListener } from "./guarded-transport.ts";
import {
  type Admission,
  type Hello,
  identityCandidates,
  isPasswordRight,
  offersOcpp16,
} from "./handshake.ts";
import type { ListenOutcome } from "./http-front.ts";
import { createRateGates } from "./rate-gate.ts";

const MAX_SOCKETS = 64;
const PROBE_TIMEOUT_MS = 3_000;
/** A box that reboots in a loop needs a few a minute; guessing passwords needs more. */
const HANDSHAKE_RATE = { burst: 30, perSecond: 1, maxKeys: 256 };
const MAX_LOGGED_REFUSALS = 64;

export interface CentralSystemOptions {
  /** Address to listen on, e.g. `0.0.0.0`. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly callTimeoutMs: number;
  /** 0 sends no pings. */
  readonly pingIntervalMs: number;
  readonly accounts: readonly Account[];
  /** Handshakes that one address may make at once; afterwards one a second. */
  readonly handshakeBurst?: number;
}

export interface Account {
  readonly identity: string;
  /** Basic auth; without one the identity alone is believed. */
  readonly password?: string;
  /** A box that names no subprotocol in its handshake speaks OCPP 1.6 all the same. */
  readonly assumesOcpp16?: boolean;
}

export interface CentralSystemCounters {
  readonly callsReceived: number;
  readonly callsSent: number;
  readonly connections: number;
  readonly refusals: number;
}

/** OCPP 1.6J server for the configured wallboxes. Nothing that a peer does ends the process. */
export interface CentralSystem {
  /** Listens; the fault says why not, and the caller tries again. Idempotent while listening. */
  start(): Promise<ListenOutcome>;
  /** Says who answers for `identity`; returns the way to take it back. Throws when somebody does already. */
  register(identity: string, station: Station): () => void;
  /** Cuts the connection of `identity` and takes none from it for this long. */
  bar(identity: string, durationMs: number): void;
  counters(): CentralSystemCounters;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

export function createCentralSystem(
  options: CentralSystemOptions,
  deps: { readonly clock: Clock; readonly log: Logger },
): CentralSystem {
  const { clock, log } = deps;
  const stations = new Map<string, Station>();
  const barredUntilMs = new Map<string, number>();
  const connections = new Map<string, BoxConnection>();
  const counters = { callsReceived: 0, callsSent: 0, connections: 0, refusals: 0 };
  const admit = createAdmission(options, { clock, connections, stations, barredUntilMs });
  const logRefusal = createRefusalLog(log);

  function onWire(identity: string, wire: Wire): WireListener {
    const connection = createBoxConnection(
      {
        identity,
        protocol: "ocpp1.6",
        callTimeoutMs: options.callTimeoutMs,
        pingIntervalMs: options.pingIntervalMs,
      },
      { clock, wire, onCallSent: () => counters.callsSent++ },
    );
    counters.connections++;
    const old = connections.get(identity);
    connections.set(identity, connection);
    if (old !== undefined) {
      stations.get(identity)?.onDisconnected(old.link);
      old.terminate();
    }
    stations.get(identity)?.onConnected(connection.link);
    return {
      onCall(action, payload) {
        counters.callsReceived++;
        return stations.get(identity)?.onCall(action, payload) ?? {};
      },
      onTraffic: () => connection.heard(),
      onClosed() {
        connection.closed();
        // The late close of a replaced connection must not end its successor.
        if (connections.get(identity) !== connection) return;
        connections.delete(identity);
        stations.get(identity)?.onDisconnected(connection.link);
      },
    };
  }

  const transport = createGuardedTransport(
    { host: options.host, port: options.port, maxSockets: MAX_SOCKETS },
    {
      log,
      onWire,
      async admit(hello) {
        const admission = await admit(hello);
        if (!admission.ok) {
          counters.refusals++;
          logRefusal(hello, admission.status);
        }
        return admission;
      },
    },
  );

  return {
    start: () => transport.start(),
    register(identity, station) {
      if (stations.has(identity)) throw new Error(`two stations for the identity ${identity}`);
      stations.set(identity, station);
      return () => {
        stations.delete(identity);
        connections.get(identity)?.terminate();
      };
    },
    bar(identity, durationMs) {
      barredUntilMs.set(identity, clock.monotonicMs() + durationMs);
      connections.get(identity)?.terminate();
    },
    counters: () => ({ ...counters }),
    async close() {
      for (const connection of connections.values()) connection.terminate();
      await transport.close();
    },
  };
}

interface AdmissionDeps {
  readonly clock: Clock;
  readonly connections: ReadonlyMap<string, BoxConnection>;
  readonly stations: ReadonlyMap<string, Station>;
  readonly barredUntilMs: ReadonlyMap<string, number>;
}

function createAdmission(
  options: CentralSystemOptions,
  { clock, connections, stations, barredUntilMs }: AdmissionDeps,
) {
  const accounts = new Map(options.accounts.map((account) => [account.identity, account]));
  const probed = new Set<string>();
  const gates = createRateGates(
    { ...HANDSHAKE_RATE, burst: options.handshakeBurst ?? HANDSHAKE_RATE.burst },
    clock,
  );

  /** Without a password anybody may say this name: the one who is there keeps it as long as he answers. */
  async function isPlaceFree(identity: string): Promise<Admission> {
    const present = connections.get(identity);
    if (present === undefined) return { ok: true, identity };
    if (probed.has(identity)) return { ok: false, status: 503 };
    probed.add(identity);
    const isAlive = await present.probe(PROBE_TIMEOUT_MS);
    probed.delete(identity);
    return isAlive ? { ok: false, status: 409 } : { ok: true, identity };
  }

  function accountOf(hello: Hello): Account | undefined {
    const identity = identityCandidates(hello.url)?.find((name) => accounts.has(name));
    const account = identity === undefined ? undefined : accounts.get(identity);
    return account !== undefined && stations.has(account.identity) ? account : undefined;
  }

  function speaksOurs({ subprotocols }: Hello, { assumesOcpp16 }: Account): boolean {
    return offersOcpp16(subprotocols) || (assumesOcpp16 === true && subprotocols === undefined);
  }

  return async (hello: Hello): Promise<Admission> => {
    if (!gates.pass(hello.remoteAddress)) return { ok: false, status: 429 };
    if (identityCandidates(hello.url) === undefined) return { ok: false, status: 400 };
    const account = accountOf(hello);
    if (account === undefined) return { ok: false, status: 404 };
    const { identity, password } = account;
    if (clock.monotonicMs() < (barredUntilMs.get(identity) ?? 0)) return { ok: false, status: 503 };
    if (!speaksOurs(hello, account)) return { ok: false, status: 400 };
    if (password === undefined) return isPlaceFree(identity);
    if (!isPasswordRight(hello.authorization, { identity, password })) return { ok: false, status: 401 };
    return { ok: true, identity };
  };
}

/** Each name and reason once, and no more than a bounded number of them. */
function createRefusalLog(log: Logger) {
  const logged = new Set<string>();
  return (hello: Hello, status: number): void => {
    const identity = (identityCandidates(hello.url)?.[0] ?? "?").slice(0, 48);
    const key = `${status} ${identity}`;
    if (logged.size >= MAX_LOGGED_REFUSALS || logged.has(key)) return;
    logged.add(key);
    log.warn({ identity, status, remoteAddress: hello.remoteAddress }, "wallbox refused");
  };
}
