import { parseIsoMs } from "../../src/core/iso-time.ts";
import type { Configuration } from "./configuration.ts";
import type { CallOutcome } from "./ocpp-link.ts";

export interface RegistrationDeps {
  /** BootNotification.req */
  readonly bootRequest: object;
  readonly configuration: Configuration;
  /** A reconnect alone needs no BootNotification (OCPP-J 1.6, 5.4); most boxes send one all the same. */
  readonly bootsOnReconnect: boolean;
  call(action: string, payload: object): Promise<CallOutcome>;
  monotonicMs(): number;
  /** The central system told the time. */
  onTime(wallMs: number): void;
  onRegistered(): void;
}

/** Whether the central system has accepted this box, and what keeps it so: BootNotification and Heartbeat. */
export interface Registration {
  readonly isRegistered: boolean;
  onOpen(): void;
  onClose(): void;
  /** After power-up nothing is known of earlier registrations. */
  onPowerUp(): void;
  /** Sends what is due. */
  tick(): void;
  boot(): Promise<void>;
  heartbeat(): Promise<void>;
}

const SHORTEST_BOOT_RETRY_MS = 10_000;
const LONGEST_HEARTBEAT_S = 86_400;

export function createRegistration(deps: RegistrationDeps): Registration {
  const { configuration } = deps;
  let isRegistered = false;
  let hasBooted = false;
  let nextBootMs = Number.POSITIVE_INFINITY;
  let nextHeartbeatMs = Number.POSITIVE_INFINITY;
  let heartbeatS = configuration.integer("HeartbeatInterval");

  function register(): void {
    hasBooted = true;
    nextBootMs = Number.POSITIVE_INFINITY;
    scheduleHeartbeat();
    if (isRegistered) return;
    isRegistered = true;
    deps.onRegistered();
  }

  function scheduleHeartbeat(): void {
    nextHeartbeatMs = heartbeatS > 0 ? deps.monotonicMs() + heartbeatS * 1000 : Number.POSITIVE_INFINITY;
  }

  function learnTime(currentTime: unknown): void {
    const wallMs = typeof currentTime === "string" ? parseIsoMs(currentTime) : undefined;
    if (wallMs !== undefined) deps.onTime(wallMs);
  }

  async function boot(): Promise<void> {
    nextBootMs = Number.POSITIVE_INFINITY;
    const outcome = await deps.call("BootNotification", deps.bootRequest);
    if (outcome.kind === "disconnected") return;
    const answer = outcome.kind === "result" ? outcome.payload : {};
    const intervalS = typeof answer.interval === "number" ? answer.interval : 0;
    learnTime(answer.currentTime);
    if (answer.status === "Accepted") {
      if (intervalS > 0) heartbeatS = Math.min(intervalS, LONGEST_HEARTBEAT_S);
      register();
    } else nextBootMs = deps.monotonicMs() + Math.max(SHORTEST_BOOT_RETRY_MS, intervalS * 1000);
  }

  async function heartbeat(): Promise<void> {
    scheduleHeartbeat();
    const outcome = await deps.call("Heartbeat", {});
    if (outcome.kind === "result") learnTime(outcome.payload.currentTime);
  }

  return {
    get isRegistered() {
      return isRegistered;
    },
    onOpen() {
      if (hasBooted && !deps.bootsOnReconnect) register();
      else void boot();
    },
    onClose() {
      isRegistered = false;
      nextBootMs = Number.POSITIVE_INFINITY;
      nextHeartbeatMs = Number.POSITIVE_INFINITY;
    },
    onPowerUp() {
      hasBooted = false;
    },
    tick() {
      const nowMs = deps.monotonicMs();
      if (nowMs >= nextBootMs) void boot();
      else if (isRegistered && nowMs >= nextHeartbeatMs) void heartbeat();
    },
    boot,
    heartbeat,
  };
}
