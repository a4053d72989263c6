import { X509Certificate } from "node:crypto";
import type { Logger } from "pino";
import type { Clock } from "../../src/ports/clock.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import type { CertificateView, Stranger } from "../../src/ports/wallbox-card.ts";
import { createAccountBook } from "./account-book.ts";
import { createAdmission } from "./admission.ts";
import { type BoxConnection, createBoxConnection } from "./box-connection.ts";
import { isIncomingAction, type JsonRecord, type Protocol, type RawLink, type Station } from "./box-link.ts";
import { createGuardedTransport, type Wire, type WireListener } from "./guarded-transport.ts";
import { type Hello, identityCandidates } from "./handshake.ts";
import type { ListenOutcome, TlsMaterial } from "./http-front.ts";
import { recordOf, textOf } from "./lenient-json.ts";
import { type ReadNeighbours, readNeighbours } from "./peer-address.ts";
import { createStrangers } from "./strangers.ts";
import { withVerdict } from "./tag-verdict.ts";
import { isIncomingAction201 } from "./v201/actions-201.ts";
import { createStation201 } from "./v201/station-201.ts";

const MAX_SOCKETS = 64;
const MAX_LOGGED_REFUSALS = 64;

export interface CentralSystemOptions {
  /** Address to listen on, e.g. `0.0.0.0`. */
  readonly host: string;
  /** 0 takes any free port; undefined where every box must speak TLS. */
  readonly port: number | undefined;
  readonly tls?: (TlsMaterial & { readonly port: number }) | undefined;
  readonly callTimeoutMs: number;
  /** 0 sends no pings. */
  readonly pingIntervalMs: number;
  readonly accounts: readonly Account[];
  /** Handshakes that one address may make at once; afterwards one a second. */
  readonly handshakeBurst?: number;
}

export interface Account {
  readonly identity: string;
  /** How the box proves itself: not at all, by password, by password over TLS, or by its certificate. */
  readonly security?: "open" | "password" | "tls" | "mutual_tls";
  /** Basic auth; without one the identity alone is believed. */
  readonly password?: string;
  /** Without a password: only the first machine that dialled is let in again. */
  readonly pinsPeer?: boolean;
  /** Common name of the box's certificate, where it is not its identity. */
  readonly certificateName?: string | undefined;
  /** What we speak with this box, by preference; everything that we know by default. */
  readonly protocols?: readonly Protocol[];
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
  start(): Promise<ListenOutcome & { readonly tlsPort?: number | undefined }>;
  /** Says who answers for `identity`; returns the way to take it back. Throws when somebody does already. */
  register(identity: string, station: Station): () => void;
  /** Cuts the connection of `identity` and takes none from it for this long. */
  bar(identity: string, durationMs: number): void;
  /** The box was given a new password. `isSure` false: it may still use the old one. */
  passwordChanged(identity: string, password: string, isSure: boolean): void;
  /** Lets in the next machine that says this name. */
  pairAnew(identity: string): void;
  strangers(): readonly Stranger[];
  certificate(): CertificateView | undefined;
  counters(): CentralSystemCounters;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

export function createCentralSystem(
  options: CentralSystemOptions,
  deps: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly store: StateStore;
    readonly neighbours?: ReadNeighbours;
  },
): CentralSystem {
  const { clock, log } = deps;
  const stations = new Map<string, Dialects>();
  const barredUntilMs = new Map<string, number>();
  const connections = new Map<string, BoxConnection>();
  const counters = { callsReceived: 0, callsSent: 0, connections: 0, refusals: 0 };
  const strangers = createStrangers(clock);
  const book = createAccountBook(options.accounts, deps.store);
  const admit = createAdmission(
    { handshakeBurst: options.handshakeBurst },
    {
      clock,
      book,
      strangers,
      connections,
      neighbours: deps.neighbours ?? readNeighbours,
      isServed(identity) {
        if (!stations.has(identity)) return "no";
        return clock.monotonicMs() < (barredUntilMs.get(identity) ?? 0) ? "barred" : "yes";
      },
    },
  );
  const logRefusal = createRefusalLog(log);

  function stationFor({ identity, protocol }: RawLink): Spoken | undefined {
    return stations.get(identity)?.[protocol];
  }

  function onWire(
    { identity, protocol }: { readonly identity: string; readonly protocol: Protocol },
    wire: Wire,
  ): WireListener {
    const connection = createBoxConnection(
      {
        identity,
        protocol,
        callTimeoutMs: options.callTimeoutMs,
        pingIntervalMs: options.pingIntervalMs,
      },
      { clock, wire, onCallSent: () => counters.callsSent++ },
    );
    counters.connections++;
    const old = connections.get(identity);
    connections.set(identity, connection);
    if (old !== undefined) {
      stationFor(old.link)?.onDisconnected(old.link);
      old.terminate();
    }
    stationFor(connection.link)?.onConnected(connection.link);
    return {
      onCall(action, payload) {
        counters.callsReceived++;
        return stationFor(connection.link)?.onCall(action, payload) ?? {};
      },
      onTraffic: () => connection.heard(),
      onClosed() {
        connection.closed();
        // The late close of a replaced connection must not end its successor.
        if (connections.get(identity) !== connection) return;
        connections.delete(identity);
        stationFor(connection.link)?.onDisconnected(connection.link);
      },
    };
  }

  const { host, port, tls } = options;
  const transport = createGuardedTransport(
    [
      ...(port === undefined ? [] : [{ host, port, maxSockets: MAX_SOCKETS }]),
      ...(tls === undefined ? [] : [{ host, port: tls.port, maxSockets: MAX_SOCKETS, tls }]),
    ],
    {
      log,
      onWire,
      async admit(hello) {
        const admission = await admit(hello);
        if (admission.ok) strangers.forget(admission.identity);
        else {
          counters.refusals++;
          logRefusal(hello, admission.status);
        }
        return admission;
      },
    },
  );

  return {
    async start() {
      const outcomes = await transport.start();
      const failed = outcomes.find((outcome) => !outcome.ok);
      if (failed !== undefined) return failed;
      const ports = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.port] : []));
      return { ok: true, port: ports[0] ?? 0, tlsPort: tls === undefined ? undefined : ports.at(-1) };
    },
    register(identity, station) {
      if (stations.has(identity)) throw new Error(`two stations for the identity ${identity}`);
      stations.set(identity, { "ocpp1.6": speaking16(station), "ocpp2.0.1": speaking201(station, clock) });
      return () => {
        stations.delete(identity);
        connections.get(identity)?.terminate();
      };
    },
    bar(identity, durationMs) {
      barredUntilMs.set(identity, clock.monotonicMs() + durationMs);
      connections.get(identity)?.terminate();
    },
    passwordChanged: (identity, password, isSure) => book.rotate(identity, password, isSure),
    pairAnew(identity) {
      book.reset(identity);
      strangers.forget(identity);
    },
    strangers: () => strangers.list(),
    certificate: () => (tls === undefined ? undefined : certificateView(tls.cert)),
    counters: () => ({ ...counters }),
    async close() {
      for (const connection of connections.values()) connection.terminate();
      await transport.close();
    },
  };
}

/** A station as one protocol speaks to it; actions are known to the protocol. */
interface Spoken {
  onConnected(link: RawLink): void;
  onDisconnected(link: RawLink): void;
  onCall(action: string, payload: JsonRecord): JsonRecord | Promise<JsonRecord>;
}

type Dialects = Readonly<Record<Protocol, Spoken>>;

function speaking16(station: Station): Spoken {
  return {
    ...station,
    onCall(action, payload) {
      if (!isIncomingAction(action)) return {};
      const answer = station.onCall(action, payload);
      const idTag = textOf(payload.idTag);
      const isAsking = action === "Authorize" || action === "StartTransaction";
      if (idTag === undefined || !isAsking) return answer;
      return withVerdict(answer, "idTagInfo", station.verdict?.(idTag));
    },
  };
}

function speaking201(station: Station, clock: Clock): Spoken {
  const translated = createStation201(station, clock);
  return {
    ...translated,
    onCall(action, payload) {
      if (!isIncomingAction201(action)) return {};
      const answer = translated.onCall(action, payload);
      const idTag = textOf(recordOf(payload.idToken).idToken);
      // Who ends a charge is not asked.
      const isAsking = "idTokenInfo" in answer && payload.eventType !== "Ended";
      if (idTag === undefined || !isAsking) return answer;
      return withVerdict(answer, "idTokenInfo", station.verdict?.(idTag));
    },
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

function certificateView(pem: string): CertificateView {
  const { subject, validToDate } = new X509Certificate(pem);
  return { subject: subject.replaceAll("\n", ", "), endsWallMs: validToDate.getTime() };
}
