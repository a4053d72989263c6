/** Codes are stable for programs; sentences are for people and may improve. */
export type ReasonCode =
  | "starting_up"
  | "no_vehicle"
  | "wallbox_disconnected"
  | "wallbox_faulted"
  | "wallbox_not_modulating"
  | "wallbox_not_following"
  | "meter_suspect"
  | "meter_lost"
  | "waiting_for_surplus"
  | "proving_start"
  | "following_surplus"
  | "proving_stop"
  | "vehicle_not_charging"
  | "unsteered"
  | "boost"
  | "waiting_for_cheap_slot"
  | "cheap_slot"
  | "no_prices"
  | "limited";

/** Why the car gets this current, and what happens next. */
export interface Reason {
  readonly code: ReasonCode;
  /** One English sentence with figures. */
  readonly text: string;
}
