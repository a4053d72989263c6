import type { CallOutcome, JsonRecord, OutgoingAction, PassedAction } from "../box-link.ts";
import { listOf, recordOf, textOf } from "../lenient-json.ts";
import { variables } from "./variables-201.ts";

/** Written, never read. */
const password = {
  key: "AuthorizationKey",
  component: "SecurityCtrlr",
  variable: "BasicAuthPassword",
} as const;

const MAX_RESULTS = 50;

/** A CALL in the words of 1.6, as 2.0.1 has it, and what its answer means in those of 1.6. */
export interface Translated {
  readonly action: string;
  readonly payload: object;
  readonly answer: (payload: JsonRecord) => JsonRecord;
}

export interface OutgoingContext {
  /** The name of a transaction by our number for it. */
  readonly transactionName: (id: unknown) => string | undefined;
  readonly nextRemoteStartId: () => number;
}

const same = (payload: JsonRecord): JsonRecord => payload;

/** Undefined for what 2.0.1 has no way to say. */
export function outgoing201(
  action: OutgoingAction | PassedAction,
  payload: object,
  context: OutgoingContext,
): Translated | undefined {
  const request = recordOf(payload);
  switch (action) {
    case "SetChargingProfile":
      return { action, payload: setProfile(request, context), answer: same };
    case "ClearChargingProfile":
      return { action, payload: clearProfile(request), answer: same };
    case "GetConfiguration":
      return getVariables(request);
    case "ChangeConfiguration":
      return setVariables(request);
    case "TriggerMessage":
      return { action, payload: trigger(request), answer: same };
    case "RemoteStartTransaction":
      return {
        action: "RequestStartTransaction",
        payload: {
          remoteStartId: context.nextRemoteStartId(),
          idToken: { idToken: request.idTag, type: "Central" },
          evseId: request.connectorId,
        },
        answer: same,
      };
    case "RemoteStopTransaction": {
      const transactionId = context.transactionName(request.transactionId);
      if (transactionId === undefined) return undefined;
      return { action: "RequestStopTransaction", payload: { transactionId }, answer: same };
    }
    case "ClearCache":
    case "DataTransfer":
      return { action, payload: request, answer: same };
    case "ChangeAvailability":
      return { action, payload: availability(request), answer: same };
    case "Reset":
      return {
        action,
        payload: { type: request.type === "Hard" ? "Immediate" : "OnIdle" },
        answer: ({ status }) => ({ status: status === "Scheduled" ? "Accepted" : status }),
      };
    case "UnlockConnector":
      return {
        action,
        payload: { evseId: request.connectorId, connectorId: 1 },
        answer: ({ status }) => ({ status: status === "Unlocked" ? status : "UnlockFailed" }),
      };
    case "CancelReservation":
    case "GetDiagnostics":
    case "GetLocalListVersion":
    case "ReserveNow":
    case "SendLocalList":
    case "UpdateFirmware":
      return undefined;
  }
}

function setProfile({ connectorId, csChargingProfiles }: JsonRecord, context: OutgoingContext): object {
  const { chargingProfileId, transactionId, chargingSchedule, ...profile } = recordOf(csChargingProfiles);
  const name = context.transactionName(transactionId);
  return {
    evseId: connectorId,
    chargingProfile: {
      ...profile,
      id: chargingProfileId,
      ...(name !== undefined && { transactionId: name }),
      chargingSchedule: [{ id: chargingProfileId, ...recordOf(chargingSchedule) }],
    },
  };
}

/** Without an id all of them. */
function clearProfile({ id }: JsonRecord): object {
  return id === undefined ? { chargingProfileCriteria: {} } : { chargingProfileId: id };
}

/** Connector 0 is the station as a whole. */
function availability({ connectorId, type }: JsonRecord): object {
  return { operationalStatus: type, ...(connectorId !== 0 && { evse: { id: connectorId } }) };
}

function trigger({ requestedMessage, connectorId }: JsonRecord): object {
  if (connectorId === undefined) return { requestedMessage };
  const isOfConnector = requestedMessage === "StatusNotification";
  return { requestedMessage, evse: { id: connectorId, ...(isOfConnector && { connectorId: 1 }) } };
}

function getVariables({ key }: JsonRecord): Translated {
  const asked = listOf(key, MAX_RESULTS);
  const wanted = variables.filter((known) => asked.length === 0 || asked.includes(known.key));
  return {
    action: "GetVariables",
    payload: {
      getVariableData: wanted.map(({ component, variable }) => ({
        component: { name: component },
        variable: { name: variable },
      })),
    },
    answer: ({ getVariableResult }) => ({
      configurationKey: listOf(getVariableResult, MAX_RESULTS).flatMap((item) => {
        const result = recordOf(item);
        const known = variables.find(
          ({ component, variable }) =>
            component === recordOf(result.component).name && variable === recordOf(result.variable).name,
        );
        if (known === undefined || result.attributeStatus !== "Accepted") return [];
        return [{ key: known.key, readonly: false, value: result.attributeValue }];
      }),
    }),
  };
}

function setVariables({ key, value }: JsonRecord): Translated | undefined {
  const known = [...variables, password].find((candidate) => candidate.key === key);
  if (known === undefined) return undefined;
  const { component, variable } = known;
  return {
    action: "SetVariables",
    payload: {
      setVariableData: [
        { attributeValue: value, component: { name: component }, variable: { name: variable } },
      ],
    },
    answer: ({ setVariableResult }) => {
      const status = textOf(recordOf(listOf(setVariableResult, 1)[0]).attributeStatus);
      return { status: status === "Accepted" || status === "RebootRequired" ? status : "Rejected" };
    },
  };
}

/** What stands for an answer to a CALL that cannot be made. */
export const NOT_SAYABLE: CallOutcome = {
  kind: "error",
  code: "NotSupported",
  detail: "has no counterpart in OCPP 2.0.1",
};
