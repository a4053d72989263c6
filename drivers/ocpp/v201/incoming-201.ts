import type { IncomingAction, JsonRecord } from "../box-link.ts";
import { integerOf, recordOf, textOf } from "../lenient-json.ts";
import type { IncomingAction201 } from "./actions-201.ts";
import { meterValuesOf201, registerWh } from "./meter-values-201.ts";
import type { TransactionNames } from "./transaction-names.ts";

export interface IncomingDeps {
  readonly names: TransactionNames;
  /** Answers a CALL in the words of 1.6. */
  readonly ask: (action: IncomingAction, payload: JsonRecord) => JsonRecord;
  /** One part of a report that the station sends. */
  readonly onReport: (payload: JsonRecord) => void;
}

/** What the station does within a transaction, as the status of its connector in 1.6. */
const statusByChargingState: Readonly<Record<string, string>> = {
  Charging: "Charging",
  EVConnected: "Preparing",
  SuspendedEV: "SuspendedEV",
  SuspendedEVSE: "SuspendedEVSE",
  Idle: "Available",
};

/** What is known of one EVSE. */
interface Evse {
  /** The name of the running transaction; its states tell more than "Occupied". */
  running: string | undefined;
  /** The newest reading of the energy register: an end need not bring one, and in 1.6 it must. */
  meterWh: number;
}

const MAX_EVSES = 20;

/** The answers to a 2.0.1 station, by one who speaks 1.6. */
export function createIncoming201({ names, ask, onReport }: IncomingDeps) {
  const evses = new Map<number | undefined, Evse>();

  function evseOf(id: unknown): Evse {
    const key = integerOf(id);
    const evse = evses.get(key) ?? { running: undefined, meterWh: 0 };
    if (evses.size < MAX_EVSES) evses.set(key, evse);
    return evse;
  }

  /** Only the first event of a transaction must name its EVSE. */
  function evseIdOf(name: string, { evse }: JsonRecord): unknown {
    const { id } = recordOf(evse);
    if (id !== undefined) return id;
    for (const [known, { running }] of evses) if (running === name) return known;
    return undefined;
  }

  function boot(payload: JsonRecord): JsonRecord {
    const station = recordOf(payload.chargingStation);
    return ask("BootNotification", {
      chargePointVendor: station.vendorName,
      chargePointModel: station.model,
      chargePointSerialNumber: station.serialNumber,
      firmwareVersion: station.firmwareVersion,
    });
  }

  function status({ connectorStatus, evseId, timestamp }: JsonRecord): JsonRecord {
    const told = textOf(connectorStatus);
    const evse = evseOf(evseId);
    if (told === "Occupied" && evse.running !== undefined) return {};
    if (told === "Available") evse.running = undefined;
    tellStatus(told === "Occupied" ? "Preparing" : told, { evseId, timestamp });
    return {};
  }

  function tellStatus(
    word: string | undefined,
    { evseId, timestamp }: { readonly evseId: unknown; readonly timestamp?: unknown },
  ): void {
    if (word === undefined) return;
    ask("StatusNotification", { connectorId: evseId, errorCode: "NoError", status: word, timestamp });
  }

  function authorize({ idToken }: JsonRecord): JsonRecord {
    return { idTokenInfo: ask("Authorize", { idTag: recordOf(idToken).idToken }).idTagInfo };
  }

  /** Our number of a transaction; one that is seen for the first time is begun, also in the middle. */
  function idOf(
    name: string,
    event: JsonRecord,
    evseId: unknown,
  ): { readonly id: number | undefined; readonly info: unknown } {
    const known = names.idOf(name);
    if (known !== undefined) return { id: known, info: undefined };
    const answer = ask("StartTransaction", {
      connectorId: evseId,
      idTag: recordOf(event.idToken).idToken ?? "",
      // One start is told from another by this: the name does it, over a restart too.
      timestamp: `transaction ${name}`,
      meterStart: evseOf(evseId).meterWh,
    });
    const id = integerOf(answer.transactionId);
    if (id !== undefined) names.remember(name, id);
    return { id, info: answer.idTagInfo };
  }

  function transactionEvent(event: JsonRecord): JsonRecord {
    const { transactionId, chargingState, stoppedReason } = recordOf(event.transactionInfo);
    const name = textOf(transactionId);
    if (name === undefined) return {};
    const evseId = evseIdOf(name, event);
    const evse = evseOf(evseId);
    const meterValue = meterValuesOf201(event.meterValue);
    evse.meterWh = Math.round(registerWh(meterValue) ?? evse.meterWh);
    const { id, info } = idOf(name, event, evseId);
    const when = { evseId, timestamp: keptAt(event) };
    if (event.eventType === "Ended") {
      evse.running = undefined;
      ask("StopTransaction", { transactionId: id, meterStop: evse.meterWh, timestamp: event.timestamp });
      if (stoppedReason === "EVDisconnected") tellStatus("Available", when);
    } else {
      evse.running = name;
      tellStatus(statusByChargingState[textOf(chargingState) ?? ""], when);
      if (meterValue.length > 0) ask("MeterValues", { connectorId: evseId, transactionId: id, meterValue });
    }
    const tag = recordOf(event.idToken).idToken;
    if (tag === undefined) return {};
    return { idTokenInfo: info ?? ask("Authorize", { idTag: tag }).idTagInfo };
  }

  return (action: IncomingAction201, payload: JsonRecord): JsonRecord => {
    switch (action) {
      case "BootNotification":
        return boot(payload);
      case "Heartbeat":
        return ask("Heartbeat", {});
      case "StatusNotification":
        return status(payload);
      case "Authorize":
        return authorize(payload);
      case "TransactionEvent":
        return transactionEvent(payload);
      case "MeterValues":
        ask("MeterValues", {
          connectorId: payload.evseId,
          meterValue: meterValuesOf201(payload.meterValue),
        });
        return {};
      case "DataTransfer":
      case "NotifyEVChargingNeeds":
      case "NotifyEVChargingSchedule":
        return { status: "Accepted" };
      case "SignCertificate":
        return { status: "Rejected" };
      case "Get15118EVCertificate":
        return { status: "Failed", exiResponse: "" };
      case "GetCertificateStatus":
        return { status: "Failed" };
      case "NotifyReport":
        onReport(payload);
        return {};
      case "ClearedChargingLimit":
      case "FirmwareStatusNotification":
      case "LogStatusNotification":
      case "NotifyChargingLimit":
      case "NotifyCustomerInformation":
      case "NotifyDisplayMessages":
      case "NotifyEvent":
      case "NotifyMonitoringReport":
      case "PublishFirmwareStatusNotification":
      case "ReportChargingProfiles":
      case "ReservationStatusUpdate":
      case "SecurityEventNotification":
        return {};
    }
  };
}

/** Only kept events come out of order; the time of a live one may be a little before that of a status. */
function keptAt({ offline, timestamp }: JsonRecord): unknown {
  return offline === true ? timestamp : undefined;
}
