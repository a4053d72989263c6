import type { Logger } from "pino";
import type { ChargingConfig, ChargingConfigUpdate } from "../partner/charging-config.ts";
import type { PartnerClient } from "../partner/partner-client.ts";
import type { PartnerError, PartnerErrorKind } from "../partner/partner-error.ts";
import type { Clock } from "../ports/clock.ts";
import type { SettingsChange, SettingsTarget } from "../ports/settings.ts";
import type { StateStore } from "../ports/state-store.ts";
import { createArbitration, type Decision } from "./arbitration.ts";
import { createConfigNotes } from "./config-notes.ts";
import { createLane } from "./lane.ts";
import { createLastGood, knownMode, type LastGood } from "./last-good.ts";
import { createOutage } from "./outage.ts";
import { createPendingChange, overlaid, type RemoteView, updateFor } from "./pending-change.ts";
import type { PollSlots } from "./poll-slots.ts";

/** A local change that the Partner API refused and that was taken back. */
export interface RejectedChange {
  readonly change: SettingsChange;
  /** The server's own words. */
  readonly reason: string;
}

export interface ConfigExchangeState {
  readonly pulls: number;
  readonly puts: number;
  readonly error: PartnerError | undefined;
  readonly pending: SettingsChange | undefined;
  /** Kept until a later change is made. */
  readonly rejected: RejectedChange | undefined;
  /** How changes on both sides were settled, newest first. */
  readonly decisions: readonly Decision[];
}

export interface ConfigExchange {
  start(): void;
  stop(): void;
  queue(change: SettingsChange): void;
  state(): ConfigExchangeState;
  readonly lastGood: LastGood;
}

export interface ConfigExchangeDeps {
  readonly client: PartnerClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly target: SettingsTarget;
  readonly random: () => number;
  readonly slots: PollSlots;
}

/** A slider that is being dragged makes one PUT. */
const COALESCE_MS = 500;

/** Sending the same again cannot succeed; anything else is tried again after a pause. */
const FINAL_REFUSALS: ReadonlySet<PartnerErrorKind> = new Set<PartnerErrorKind>([
  "invalid",
  "forbidden",
  "conflict",
  "method_not_allowed",
]);

/**
 * Pulls charging-config and writes local changes back, one after the other in a single lane. Each exchange begins with a
 * pull, because the API has no version to compare: what is sent is the difference to what the server says now.
 */
export function createConfigExchange(deps: ConfigExchangeDeps): ConfigExchange {
  const { client, clock, log, store, target, slots } = deps;
  const lastGood = createLastGood(deps);
  const pending = createPendingChange(store);
  const arbitration = createArbitration(deps);
  const notes = createConfigNotes(log);
  const outage = createOutage("charging-config", deps);
  const lane = createLane(clock, exchange);
  let pulls = 0;
  let puts = 0;
  let rejected: RejectedChange | undefined;
  let appliedText: string | undefined;
  let unknownMode: string | undefined;

  /** The API has no version or time of change: content is all there is to compare. */
  function apply(): void {
    const settings = overlaid(lastGood.view(), pending.current());
    if (settings === undefined) return;
    const text = JSON.stringify(settings);
    if (text === appliedText) return;
    appliedText = text;
    log.info({ settings }, "partner settings applied");
    target.applyRemote(settings);
  }

  function take(config: ChargingConfig): void {
    const mode = config.smart_charging_mode;
    if (knownMode(mode) === undefined && mode !== unknownMode) {
      log.warn({ mode: mode.slice(0, 64) }, "unknown charging mode: the one before stays");
    }
    unknownMode = knownMode(mode) === undefined ? mode : undefined;
    lastGood.take(config);
    notes.see(config);
  }

  /** What the last answer said; nothing of a mode that we do not know, though the one before stays in force. */
  function toldView(): RemoteView {
    const { mode, ...rest } = lastGood.view();
    return unknownMode !== undefined || mode === undefined ? rest : { mode, ...rest };
  }

  async function exchange(): Promise<number> {
    const pulled = await client.getChargingConfig();
    if (lane.isStopped()) return 0;
    if (!pulled.ok) return outage.failed(pulled.error);
    pulls++;
    take(pulled.value);
    await arbitration.settle(pending.observe(lastGood.view()), pending, lastGood.view());
    if (lane.isStopped()) return 0;
    apply();
    const wanted = pending.current();
    const update = updateFor(toldView(), wanted);
    const error = update === undefined ? undefined : await write(update, wanted);
    if (lane.isStopped()) return 0;
    if (error !== undefined) return outage.failed(error);
    pending.settle(wanted);
    outage.recovered();
    apply();
    return pending.isEmpty() ? slots.delayMs() : COALESCE_MS;
  }

  /** The error after which the change stays pending; a refusal takes it back instead. */
  async function write(
    update: ChargingConfigUpdate,
    wanted: SettingsChange,
  ): Promise<PartnerError | undefined> {
    const put = await client.putChargingConfig(update);
    if (lane.isStopped()) return undefined;
    if (put.ok) {
      puts++;
      take(put.value);
      pending.rebase(lastGood.view());
      return undefined;
    }
    if (!FINAL_REFUSALS.has(put.error.kind)) return put.error;
    rejected = { change: wanted, reason: put.error.detail };
    log.warn({ update, reason: put.error.detail }, "Partner API refused a local change: taken back");
    return undefined;
  }

  return {
    start() {
      const ageMs = lastGood.ageMs();
      if (ageMs !== undefined) log.info({ ageMs }, "last good charging-config stands until the first pull");
      apply();
      // A district that gets its power back must not ask all at once: with settings in hand a gateway can wait.
      lane.start(ageMs === undefined ? 0 : slots.delayMs());
    },
    stop: lane.stop,
    queue(change) {
      const now = { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
      pending.add(change, lastGood.view(), now);
      rejected = undefined;
      appliedText = undefined;
      // During an outage the back-off decides.
      if (outage.error() === undefined) lane.wake(COALESCE_MS);
    },
    state: () => ({
      pulls,
      puts,
      error: outage.error(),
      pending: pending.isEmpty() ? undefined : pending.current(),
      rejected,
      decisions: arbitration.decisions(),
    }),
    lastGood,
  };
}
