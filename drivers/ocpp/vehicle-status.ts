import type { StatusNotificationRequest } from "ocpp-ts";
import type { VehicleState } from "../../src/core/site-sample.ts";

type ConnectorStatus = StatusNotificationRequest["status"];

/** OCPP 1.6 section 7.7. A connector that is out of service is no more use than a faulted one. */
const vehicleByStatus: Readonly<Record<ConnectorStatus, VehicleState>> = {
  Available: "absent",
  Preparing: "connected",
  Charging: "charging",
  SuspendedEVSE: "suspended_by_wallbox",
  SuspendedEV: "suspended_by_vehicle",
  Finishing: "finishing",
  Reserved: "absent",
  Unavailable: "faulted",
  Faulted: "faulted",
};

/** Undefined for a word that is no status. */
export function vehicleOf(status: string | undefined): VehicleState | undefined {
  return status !== undefined && Object.hasOwn(vehicleByStatus, status)
    ? vehicleByStatus[status as ConnectorStatus]
    : undefined;
}

/** True where the contactor is open for sure, so that the car draws nothing. */
export function isDrawingNothing(vehicle: VehicleState): boolean {
  switch (vehicle) {
    case "absent":
    case "connected":
    case "suspended_by_vehicle":
    case "suspended_by_wallbox":
    case "finishing":
      return true;
    case "charging":
    case "faulted":
    case "unknown":
      return false;
  }
}

/** True while a charging session runs, in which a box has no excuse to refuse a limit. */
export function isInSession(vehicle: VehicleState): boolean {
  return vehicle === "charging" || vehicle === "suspended_by_vehicle" || vehicle === "suspended_by_wallbox";
}
