import type { PhaseCurrentsA } from "../../src/core/units.ts";
import { type ChargePointOptions, createParts } from "./charge-point-parts.ts";
import type { CallCounters } from "./communication.ts";
import type { InstalledProfile } from "./profile-limit.ts";
import type { ConnectorStatus } from "./session.ts";

export type { ChargePointOptions } from "./charge-point-parts.ts";

export interface ChargePointState {
  readonly isPowered: boolean;
  /** The central system has accepted this box on the present connection. */
  readonly isConnected: boolean;
  readonly status: ConnectorStatus;
  readonly transactionId: number | undefined;
  readonly isInTransaction: boolean;
  /** What the profiles allow now, A per phase; undefined when none limits. */
  readonly limitA: number | undefined;
  readonly offeredCurrentA: number;
  readonly phaseCurrentsA: PhaseCurrentsA;
  readonly powerW: number;
  readonly energyWh: number;
  readonly profiles: readonly InstalledProfile[];
  /** Messages about transactions that wait for the central system. */
  readonly queuedMessages: number;
}

/** A simulated OCPP 1.6J wallbox: real protocol, real profile stacking, on the given hardware and clock. */
export interface ChargePoint {
  readonly identity: string;
  state(): ChargePointState;
  counters(): CallCounters;
  plugInCar(): void;
  unplugCar(): void;
  /** Mains off: the socket dies, the contactor opens; flash (profiles, open transaction) survives. */
  pull(): void;
  /** Mains on: boots and dials. */
  plug(): void;
  /** Network only: the box charges on by its profiles. `silently` leaves the peer a half-open connection. */
  cutLink(how?: "closed" | "silently"): void;
  restoreLink(): void;
  /** It goes on accepting limits and charges as if there were none, or obeys them again. */
  disobey(isDisobeying: boolean): void;
  /** Another controller of the house puts its limit in the place of the set point that the box holds, A per phase. */
  overwriteLimit(limitA: number): void;
  /** Ends the simulation; the charge point cannot be used afterwards. */
  close(): void;
}

const STEP_MS = 1_000;
const BOOT_DURATION_MS = 3_000;

/** Powers up at once, with the network there. `url` must be a WebSocket address, otherwise dialling throws. */
export function createChargePoint(options: ChargePointOptions): ChargePoint {
  const { clock, hardware } = options;
  const power = {
    isPowered: false,
    isRunning: false,
    isNetworkUp: true,
    bootsAtMs: Number.POSITIVE_INFINITY,
  };
  const { communication, enforcement, metering, session, obey } = createParts(options, {
    get isRunning() {
      return power.isRunning;
    },
    reboot(kind) {
      session.restart(kind === "Soft" ? "SoftReset" : "HardReset");
      powerDown();
      powerUp();
    },
  });
  let nextStepMs = clock.monotonicMs() + STEP_MS;
  let timer = clock.setTimeout(step, STEP_MS);

  function step(): void {
    nextStepMs += STEP_MS;
    timer = clock.setTimeout(step, nextStepMs - clock.monotonicMs());
    enforcement.catchUp();
    if (clock.monotonicMs() >= power.bootsAtMs) boot();
    if (!power.isRunning) return;
    session.step(enforcement.limitA());
    obey();
    communication.followStatus();
    metering.tick();
    communication.tick();
  }

  function powerUp(): void {
    if (power.isPowered) return;
    power.isPowered = true;
    power.bootsAtMs = clock.monotonicMs() + (options.bootDurationMs ?? BOOT_DURATION_MS);
  }

  function powerDown(): void {
    power.isPowered = false;
    power.isRunning = false;
    power.bootsAtMs = Number.POSITIVE_INFINITY;
    communication.down();
    obey();
  }

  function boot(): void {
    power.bootsAtMs = Number.POSITIVE_INFINITY;
    power.isRunning = true;
    enforcement.reload();
    session.restart("PowerLoss");
    communication.onPowerUp();
    if (power.isNetworkUp) communication.up();
  }

  powerUp();
  return {
    identity: options.identity,
    state: () => ({
      isPowered: power.isPowered,
      isConnected: communication.isRegistered,
      status: session.status,
      transactionId: session.transaction?.id,
      isInTransaction: session.transaction !== undefined,
      limitA: enforcement.limitA(),
      offeredCurrentA: hardware.offeredCurrentA,
      phaseCurrentsA: hardware.phaseCurrentsA,
      powerW: hardware.powerW,
      energyWh: hardware.energyWh,
      profiles: enforcement.stack.profiles,
      queuedMessages: communication.queuedMessages,
    }),
    counters: communication.counters,
    plugInCar: () => hardware.car.plugIn(),
    unplugCar: () => hardware.car.unplug(),
    pull: powerDown,
    plug: powerUp,
    cutLink(how) {
      power.isNetworkUp = false;
      communication.down(how);
    },
    restoreLink() {
      power.isNetworkUp = true;
      if (power.isRunning) communication.up();
    },
    disobey(isDisobeying) {
      enforcement.ignoreProfiles(isDisobeying);
      obey();
    },
    overwriteLimit(limitA) {
      enforcement.overwriteLimit(limitA);
      obey();
    },
    close() {
      clock.clearTimeout(timer);
      power.isNetworkUp = false;
      powerDown();
    },
  };
}
