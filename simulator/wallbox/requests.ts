import { z } from "zod";
import type { Configuration } from "./configuration.ts";
import type { ChargingContext } from "./profile-limit.ts";
import type { ProfileStack } from "./profile-stack.ts";
import type { Quirks } from "./quirks.ts";
import { type RpcAnswer, refusal, result, rpcError } from "./rpc-answer.ts";
import type { Session } from "./session.ts";

/** What the requests of a central system act on. */
export interface RequestTarget {
  readonly stack: ProfileStack;
  readonly configuration: Configuration;
  readonly session: Session;
  readonly quirks: Quirks;
  readonly ratedCurrentA: number;
  wallMs(): number;
  context(): ChargingContext;
  /** The installed profiles changed: keep them in flash and obey at once. */
  onProfilesChanged(): void;
  reboot(kind: "Soft" | "Hard"): void;
  /** Sends the message that TriggerMessage asks for. */
  trigger(message: TriggeredMessage): void;
}

const TRIGGERED = ["BootNotification", "Heartbeat", "MeterValues", "StatusNotification"] as const;
export type TriggeredMessage = (typeof TRIGGERED)[number];

const CONNECTOR_ID = 1;
const connectorId = z.int().min(0).max(CONNECTOR_ID);

const schemas = {
  trigger: z.object({ requestedMessage: z.string().max(50), connectorId: connectorId.optional() }),
  remoteStart: z.object({
    connectorId: z.int().min(1).max(CONNECTOR_ID).optional(),
    idTag: z.string().max(20),
  }),
  remoteStop: z.object({ transactionId: z.int() }),
  reset: z.object({ type: z.enum(["Soft", "Hard"]) }),
  availability: z.object({ connectorId, type: z.enum(["Operative", "Inoperative"]) }),
  unlock: z.object({ connectorId: z.int().min(1) }),
};

type Handler = (payload: unknown) => RpcAnswer;

/** Answers any CALL of a central system as an OCPP 1.6 charge point does; never throws. */
export function createRequestHandler(box: RequestTarget): (action: string, payload: unknown) => RpcAnswer {
  const handlers = new Map<string, Handler>([
    ...profileHandlers(box),
    ...sessionHandlers(box),
    ...configurationHandlers(box),
    [
      "TriggerMessage",
      answering(schemas.trigger, ({ requestedMessage }) => {
        const message = TRIGGERED.find((known) => known === requestedMessage);
        if (message === undefined) return result({ status: "NotImplemented" });
        return result({ status: "Accepted" }, () => box.trigger(message));
      }),
    ],
    ["Reset", answering(schemas.reset, ({ type }) => result({ status: "Accepted" }, () => box.reboot(type)))],
    ["DataTransfer", () => result({ status: "UnknownVendorId" })],
    ["ClearCache", () => result({ status: "Accepted" })],
  ]);
  return (action, payload) => {
    const handler = handlers.get(action);
    return handler === undefined ? rpcError("NotImplemented", "unknown action") : handler(payload);
  };
}

function answering<S extends z.ZodType>(schema: S, answer: (request: z.infer<S>) => RpcAnswer): Handler {
  return (payload) => {
    const parsed = schema.safeParse(payload);
    return parsed.success ? answer(parsed.data) : refusal(parsed.error);
  };
}

function configurationHandlers({ configuration, quirks, reboot }: RequestTarget): [string, Handler][] {
  return [
    [
      "GetConfiguration",
      (payload) => {
        const isWhole = recordOf(payload)?.key === undefined;
        if (!(quirks.rebootsWhenAskedForAll && isWhole)) return configuration.get(payload);
        reboot("Hard");
        return { kind: "silence" };
      },
    ],
    [
      "ChangeConfiguration",
      (payload) => {
        const isMeasurands = recordOf(payload)?.key === "MeterValuesSampledData";
        if (quirks.rebootsOnMeasurands && isMeasurands) reboot("Hard");
        return configuration.change(payload);
      },
    ],
  ];
}

function profileHandlers(box: RequestTarget): [string, Handler][] {
  const { stack, quirks } = box;
  const transactionOf = () => box.session.transaction;
  return [
    [
      "SetChargingProfile",
      (payload) => {
        const isAbsolute = profileIn(payload)?.chargingProfileKind === "Absolute";
        const isSilent = quirks.neverAnswersAbsoluteProfiles && isAbsolute;
        if (quirks.neverAnswersSetChargingProfile || isSilent) return { kind: "silence" };
        if (isRefusedByQuirk(payload, box)) return result({ status: "Rejected" });
        const answer = stack.set(asStored(payload, quirks), transactionOf);
        box.onProfilesChanged();
        return answer;
      },
    ],
    [
      "ClearChargingProfile",
      (payload) => {
        const answer = stack.clear(payload);
        box.onProfilesChanged();
        return answer;
      },
    ],
    [
      "GetCompositeSchedule",
      (payload) => stack.composite(payload, box.wallMs(), box.context(), box.ratedCurrentA),
    ],
  ];
}

function sessionHandlers({ session, quirks }: RequestTarget): [string, Handler][] {
  const verdict = (isAccepted: boolean) => (isAccepted ? "Accepted" : "Rejected");
  return [
    [
      "RemoteStartTransaction",
      answering(schemas.remoteStart, ({ idTag }) => {
        const isPossible =
          session.status === "Preparing" || (session.status === "Finishing" && !quirks.needsReplug);
        return result({ status: verdict(isPossible) }, () => {
          if (isPossible) session.start(idTag);
        });
      }),
    ],
    [
      "RemoteStopTransaction",
      answering(schemas.remoteStop, ({ transactionId }) => {
        const isRunning = session.transaction?.id === transactionId;
        return result({ status: verdict(isRunning) }, () => {
          if (isRunning) session.stop("Remote");
        });
      }),
    ],
    [
      "ChangeAvailability",
      answering(schemas.availability, ({ type }) =>
        result({ status: session.setOperative(type === "Operative") }),
      ),
    ],
    [
      "UnlockConnector",
      answering(schemas.unlock, (request) => {
        if (request.connectorId > CONNECTOR_ID) return result({ status: "NotSupported" });
        return result({ status: "Unlocked" }, () => session.stop("UnlockCommand"));
      }),
    ],
  ];
}

function isRefusedByQuirk(payload: unknown, { quirks, session }: RequestTarget): boolean {
  if (quirks.rejectsProfilesWhenIdle && session.transaction === undefined) return true;
  if (quirks.relativeProfilesOnly && profileIn(payload)?.chargingProfileKind === "Absolute") return true;
  return quirks.onlyStackLevelZero && Number(profileIn(payload)?.stackLevel) > 0;
}

/** The request as a box with this firmware takes it in. */
function asStored(payload: unknown, quirks: Quirks): unknown {
  const profile = profileIn(payload);
  if (profile === undefined || !(quirks.ignoresDuration || quirks.ignoresValidTo)) return payload;
  const { validTo, ...timeless } = profile;
  const { duration, ...endless } = recordOf(profile.chargingSchedule) ?? {};
  return {
    ...recordOf(payload),
    csChargingProfiles: {
      ...(quirks.ignoresValidTo ? timeless : { ...timeless, ...(validTo !== undefined && { validTo }) }),
      chargingSchedule: quirks.ignoresDuration ? endless : profile.chargingSchedule,
    },
  };
}

function profileIn(payload: unknown): Record<string, unknown> | undefined {
  return recordOf(recordOf(payload)?.csChargingProfiles);
}

function recordOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}
