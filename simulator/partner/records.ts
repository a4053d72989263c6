import type {
  WireBuilding,
  WireEnergyContract,
  WireHealthWarning,
  WireMode,
  WireModeReason,
  WireOnboarding,
  WireStatus,
  WireThresholds,
  WireUser,
} from "./wire.ts";
import type { DeviceKind, StoredFields } from "./wire-devices.ts";

export type UnavailableModes = Partial<Record<Exclude<WireMode, "none">, readonly WireModeReason[]>>;

export interface UserRecord {
  readonly wire: WireUser;
  readonly deletedAt?: string;
  readonly mode: WireMode;
  /** State of the HEMS machine inside the cloud, shown as `ux_phase`. */
  readonly hemsState: "idle" | "commitment" | "active";
  /** The newest status that a gateway pushed. */
  readonly status?: WireStatus;
  /** What a test wants instead of what follows from the devices. */
  readonly forced?: {
    readonly unavailable?: UnavailableModes;
    readonly healthWarning?: WireHealthWarning | null;
  };
  /** Changes of the user's own data, by PUT. */
  readonly updates: number;
}

export interface DeviceRecord {
  readonly userId: string;
  readonly kind: DeviceKind;
  readonly fields: StoredFields & { readonly id: string; readonly external_device_id: string | null };
  /** Set for what charges a car. */
  readonly mode: WireMode;
  readonly thresholds: WireThresholds | null;
  /** Smallest sum of both thresholds with which the device does not flap, W. */
  readonly minBandW: number;
  /** A wallbox can follow a current; a wallbox that cannot is only switched. */
  readonly canModulate: boolean;
  readonly boost: { readonly isArmed: boolean; readonly sinceWallMs?: number };
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly sessions: readonly Readonly<Record<string, unknown>>[];
}

export interface RecordOfKind {
  readonly user: UserRecord;
  readonly building: { readonly userId: string; readonly wire: WireBuilding };
  readonly device: DeviceRecord;
  readonly contract: { readonly userId: string; readonly wire: WireEnergyContract };
  readonly onboarding: {
    readonly userId: string;
    readonly wire: WireOnboarding;
    readonly kind: DeviceKind | null;
    readonly buildingId: string | null;
  };
}

export type RecordKind = keyof RecordOfKind;
