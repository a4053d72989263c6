import type {
  AuthorizeResponse,
  BootNotificationResponse,
  DataTransferResponse,
  HeartbeatResponse,
  StartTransactionResponse,
  StopTransactionResponse,
} from "ocpp-ts";
import { isoUtc, parseIsoMs } from "../../src/core/iso-time.ts";
import type { VehicleState } from "../../src/core/site-sample.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { IncomingAction, JsonRecord } from "./box-link.ts";
import type { DeviationLog } from "./deviation-log.ts";
import { integerOf, textOf } from "./lenient-json.ts";
import type { BoxIdentification } from "./model-book.ts";
import type { Transactions } from "./transactions.ts";
import { vehicleOf } from "./vehicle-status.ts";

/** Also keeps boxes alive that close idle connections after two minutes. */
const HEARTBEAT_INTERVAL_S = 60;

export interface IncomingCallsDeps {
  readonly clock: Clock;
  readonly deviations: DeviationLog;
  readonly transactions: Transactions;
  /** Whether this tag may charge. */
  readonly isTagAllowed: (idTag: string) => boolean;
  readonly onBoot: (identification: BoxIdentification) => void;
  readonly onVehicle: (vehicle: VehicleState) => void;
  /** A time that the box told in a message that it does not keep while it is offline, ms since 1970. */
  readonly onBoxTime: (boxMs: number) => void;
  readonly onTransactionStarted: () => void;
  readonly onTransactionStopped: () => void;
  readonly onMeterValues: (payload: JsonRecord) => void;
  /** The box is told the time, and sets its clock by it: wall time minus monotonic time, ms. */
  readonly onTimeTold: (wallOffsetMs: number) => void;
}

/**
 * The answers of one station, for one connector. Everything is answered with a CALLRESULT, because many boxes repeat
 * a refused message for ever; what is odd about it is counted.
 */
export interface IncomingCalls {
  answer(action: IncomingAction, payload: JsonRecord): JsonRecord;
  /** The clock of the box may have been set: status timestamps of before do not compare. */
  restart(): void;
}

/** OCPP 2.0.1 (IdTokenType); 1.6 has 20. */
const LONGEST_TAG = 36;

/** What is older than the newest status was kept by the box; when it comes this late, its clock was put back, ms. */
const PUT_BACK_AFTER_MS = 60_000;

const ACCEPTED = { status: "Accepted" } as const;
const ACCEPTED_TAG = { idTagInfo: ACCEPTED } satisfies StopTransactionResponse;
const REFUSED_TAG = { idTagInfo: { status: "Invalid" } } as const;

export function createIncomingCalls(connector: number, deps: IncomingCallsDeps): IncomingCalls {
  const { clock, deviations, transactions } = deps;
  let newestStatus: { readonly atBoxMs: number; readonly heardMs: number } | undefined;

  /** True when the box told a newer state of the car before. */
  function isOutdated(atBoxMs: number | undefined): boolean {
    if (atBoxMs === undefined || newestStatus === undefined) return false;
    const isRecent = clock.monotonicMs() - newestStatus.heardMs < PUT_BACK_AFTER_MS;
    return isRecent && atBoxMs < newestStatus.atBoxMs;
  }

  function currentTime(): string {
    const wallMs = clock.wallMs();
    deps.onTimeTold(wallMs - clock.monotonicMs());
    return isoUtc(wallMs);
  }

  function boot(payload: JsonRecord): BootNotificationResponse {
    newestStatus = undefined;
    const text = (field: string) => textOf(payload[field]) ?? "";
    const vendor = text("chargePointVendor");
    const model = text("chargePointModel");
    if (!vendor || !model) deviations.note("boot_without_vendor_or_model");
    const serial = text("chargePointSerialNumber") || text("chargeBoxSerialNumber");
    deps.onBoot({ vendor, model, firmware: text("firmwareVersion"), serial });
    return { ...ACCEPTED, currentTime: currentTime(), interval: HEARTBEAT_INTERVAL_S };
  }

  function status(payload: JsonRecord): void {
    const vehicle = vehicleOf(textOf(payload.status));
    const atBoxMs = boxMs(payload);
    if (atBoxMs !== undefined) deps.onBoxTime(atBoxMs);
    const isOld = isOutdated(atBoxMs);
    // Connector 0 is the box as a whole: it says nothing of the car.
    const isOurs = isOurConnector(payload);
    if (vehicle === undefined) deviations.note("status_unknown");
    if (isOurs && isOld) deviations.note("status_out_of_order");
    if (vehicle === undefined || !isOurs || isOld) return;
    if (atBoxMs !== undefined) newestStatus = { atBoxMs, heardMs: clock.monotonicMs() };
    if (vehicle === "absent") transactions.clear();
    deps.onVehicle(vehicle);
  }

  function isOurConnector(payload: JsonRecord): boolean {
    const id = integerOf(payload.connectorId);
    if (id === undefined) deviations.note("connector_missing");
    return id === undefined || id === connector;
  }

  function authorize(payload: JsonRecord): AuthorizeResponse {
    return deps.isTagAllowed(textOf(payload.idTag) ?? "") ? ACCEPTED_TAG : REFUSED_TAG;
  }

  function start(payload: JsonRecord): StartTransactionResponse {
    const timestamp = textOf(payload.timestamp);
    if (timestamp === undefined) deviations.note("start_without_timestamp");
    const isOurs = isOurConnector(payload);
    const before = transactions.openId;
    const transactionId = transactions.start({
      connectorId: integerOf(payload.connectorId) ?? connector,
      timestamp: timestamp ?? `received ${clock.wallMs()}`,
      meterStart: integerOf(payload.meterStart) ?? 0,
      isOurs,
      idTag: textOf(payload.idTag)?.slice(0, LONGEST_TAG),
      startedWallMs: clock.wallMs(),
      startedBoxMs: boxMs(payload),
    });
    if (isOurs && transactions.openId !== before) deps.onTransactionStarted();
    return { ...authorize(payload), transactionId };
  }

  function stop(payload: JsonRecord): StopTransactionResponse {
    const isKnown = transactions.stop(integerOf(payload.transactionId));
    if (!isKnown) deviations.note("stop_of_unknown_transaction");
    else if (!isOutdated(boxMs(payload))) deps.onTransactionStopped();
    return ACCEPTED_TAG;
  }

  function meterValues(payload: JsonRecord): void {
    if (!isOurConnector(payload)) return;
    transactions.adopt(integerOf(payload.transactionId));
    deps.onMeterValues(payload);
  }

  function answer(action: IncomingAction, payload: JsonRecord): object {
    switch (action) {
      case "BootNotification":
        return boot(payload);
      case "Heartbeat":
        return { currentTime: currentTime() } satisfies HeartbeatResponse;
      case "Authorize":
        return authorize(payload);
      case "StartTransaction":
        return start(payload);
      case "StopTransaction":
        return stop(payload);
      case "DataTransfer":
        return ACCEPTED satisfies DataTransferResponse;
      case "SignCertificate":
        return { status: "Rejected" };
      case "StatusNotification":
        status(payload);
        return {};
      case "MeterValues":
        meterValues(payload);
        return {};
      case "DiagnosticsStatusNotification":
      case "FirmwareStatusNotification":
      case "LogStatusNotification":
      case "SecurityEventNotification":
      case "SignedFirmwareStatusNotification":
        return {};
    }
  }

  return {
    answer: (action, payload) => ({ ...answer(action, payload) }),
    restart() {
      newestStatus = undefined;
    },
  };
}

/** When the box says that it was, ms since 1970. */
function boxMs({ timestamp }: JsonRecord): number | undefined {
  return parseIsoMs(textOf(timestamp) ?? "");
}
