import type { TagStatus } from "./tag-verdict.ts";

/** Subprotocols that a wallbox may speak, in the order of our preference. */
export const PROTOCOLS = ["ocpp1.6", "ocpp2.0.1"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** A JSON object from outside; nothing is known of its fields. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Everything a wallbox may ask of us: OCPP 1.6 (section 4) and the security extension. The rest is refused. */
export const INCOMING_ACTIONS = [
  "Authorize",
  "BootNotification",
  "DataTransfer",
  "DiagnosticsStatusNotification",
  "FirmwareStatusNotification",
  "Heartbeat",
  "LogStatusNotification",
  "MeterValues",
  "SecurityEventNotification",
  "SignCertificate",
  "SignedFirmwareStatusNotification",
  "StartTransaction",
  "StatusNotification",
  "StopTransaction",
] as const;
export type IncomingAction = (typeof INCOMING_ACTIONS)[number];

/** Everything we ask of a wallbox (OCPP 1.6 section 5). */
export type OutgoingAction =
  | "ChangeConfiguration"
  | "ClearChargingProfile"
  | "GetConfiguration"
  | "RemoteStartTransaction"
  | "RemoteStopTransaction"
  | "SetChargingProfile"
  | "TriggerMessage";

/** What another central system may have passed on to the box as it is. */
export const PASSED_ACTIONS = [
  "CancelReservation",
  "ChangeAvailability",
  "ClearCache",
  "DataTransfer",
  "GetConfiguration",
  "GetDiagnostics",
  "GetLocalListVersion",
  "ReserveNow",
  "Reset",
  "SendLocalList",
  "UnlockConnector",
  "UpdateFirmware",
] as const;
export type PassedAction = (typeof PASSED_ACTIONS)[number];

/** How a CALL to the box ended. */
export type CallOutcome =
  | { readonly kind: "result"; readonly payload: JsonRecord }
  /** CALLERROR; `code` is one of the codes of OCPP-J table 7, or GenericError for any other. */
  | { readonly kind: "error"; readonly code: string; readonly detail: string }
  | { readonly kind: "timeout" }
  | { readonly kind: "disconnected" }
  /** Too many calls wait for this box already. */
  | { readonly kind: "overloaded" };

/** One living connection of a wallbox. After a reconnect there is a new one. */
export interface BoxLink {
  readonly identity: string;
  readonly protocol: Protocol;
  readonly isOpen: boolean;
  readonly callTimeoutMs: number;
  /** Sends a CALL after all earlier ones: one is outstanding at a time (OCPP-J 4.1.1). Never rejects. */
  call(action: OutgoingAction | PassedAction, payload: object): Promise<CallOutcome>;
  /** Time between WebSocket pings, ms; 0 sends none. */
  setPingInterval(intervalMs: number): void;
}

/** The connection itself, which takes any action of its protocol. */
export interface RawLink extends Omit<BoxLink, "call"> {
  call(action: string, payload: object): Promise<CallOutcome>;
}

/** Who stands behind one identity: told of its connections, and asked for the answer to each of its CALLs. */
export interface Station {
  onConnected(link: BoxLink): void;
  onDisconnected(link: BoxLink): void;
  /** The payload of the CALLRESULT; at once, because a box waits for it before it says anything else. */
  onCall(action: IncomingAction, payload: JsonRecord): JsonRecord;
  /** What another authority says of a tag, before which the box is not answered; undefined where none is asked. */
  verdict?(idTag: string): Promise<TagStatus | undefined> | undefined;
}

const incomingActions: ReadonlySet<string> = new Set(INCOMING_ACTIONS);

export function isIncomingAction(action: string): action is IncomingAction {
  return incomingActions.has(action);
}
