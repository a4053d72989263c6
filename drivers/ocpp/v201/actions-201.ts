/** Everything a 2.0.1 station may ask of us (OCPP 2.0.1 part 2, messages of the charging station). */
export const INCOMING_ACTIONS_201 = [
  "Authorize",
  "BootNotification",
  "ClearedChargingLimit",
  "DataTransfer",
  "FirmwareStatusNotification",
  "Get15118EVCertificate",
  "GetCertificateStatus",
  "Heartbeat",
  "LogStatusNotification",
  "MeterValues",
  "NotifyChargingLimit",
  "NotifyCustomerInformation",
  "NotifyDisplayMessages",
  "NotifyEVChargingNeeds",
  "NotifyEVChargingSchedule",
  "NotifyEvent",
  "NotifyMonitoringReport",
  "NotifyReport",
  "PublishFirmwareStatusNotification",
  "ReportChargingProfiles",
  "ReservationStatusUpdate",
  "SecurityEventNotification",
  "SignCertificate",
  "StatusNotification",
  "TransactionEvent",
] as const;
export type IncomingAction201 = (typeof INCOMING_ACTIONS_201)[number];

const incomingActions: ReadonlySet<string> = new Set(INCOMING_ACTIONS_201);

export function isIncomingAction201(action: string): action is IncomingAction201 {
  return incomingActions.has(action);
}
