import type { Clock, Timer } from "../../src/ports/clock.ts";
import type { BoxConfiguration } from "./box-configuration.ts";
import type { BoxHabits } from "./box-habits.ts";
import type { BoxLink } from "./box-link.ts";
import type { createSettingChanger } from "./box-setup.ts";
import { readConfiguration } from "./box-setup.ts";
import type { BoxTriggers } from "./box-triggers.ts";
import type { ProfileWriter } from "./profile-writer.ts";

/** A box that says nothing after connecting is spoken to after this time. */
const SILENCE_MS = 5_000;
const WATCH_MS = 10_000;
/** A box that reboots on a change of its settings must not be kept rebooting. */
const CONFIGURE_GAP_MS = 10 * 60_000;
/** A boot message within this time is the one that we asked for, and no boot. */
const ASKED_BOOT_MS = 30_000;
const MAX_STATUS_REQUESTS = 5;

export interface BoxSessionDeps {
  readonly clock: Clock;
  readonly writer: ProfileWriter;
  readonly triggers: BoxTriggers;
  readonly habits: () => BoxHabits;
  readonly changeSettings: ReturnType<typeof createSettingChanger>;
  readonly onConfiguration: (configuration: BoxConfiguration) => void;
  /** True until the box was set up once: other backends' profiles may still be in it. */
  readonly isNew: () => boolean;
  readonly isStatusKnown: () => boolean;
  readonly isMeterStale: () => boolean;
}

/** What we do of our own accord on a connection: wait for a sign of life, set the box up, keep its reports coming. */
export interface BoxSession {
  /** True once the box has spoken, or has been silent for a while. */
  readonly isUsable: boolean;
  linkUp(link: BoxLink): void;
  linkDown(): void;
  /** Any CALL of the box; `hasBooted` for a BootNotification. */
  heard(hasBooted: boolean): void;
}

export function createBoxSession(connector: number, deps: BoxSessionDeps): BoxSession {
  const { clock, writer, triggers } = deps;
  let link: BoxLink | undefined;
  let timer: Timer | undefined;
  let isUsable = false;
  let wasBootSeen = false;
  let askedForBootAtMs = Number.NEGATIVE_INFINITY;
  let configuredAtMs: number | undefined;
  let statusRequests = 0;
  let run = 0;

  function wait(delayMs: number, then: () => void): void {
    if (timer !== undefined) clock.clearTimeout(timer);
    timer = clock.setTimeout(then, delayMs);
  }

  function becomeUsable(): void {
    if (link === undefined || isUsable) return;
    isUsable = true;
    const { pingIntervalMs } = deps.habits();
    if (pingIntervalMs !== undefined) link.setPingInterval(pingIntervalMs);
    writer.linkUp(link);
    triggers.linkUp(link);
    wait(WATCH_MS, watch);
    void setUp(link);
  }

  /** A bounded sequence that ends early when the link goes or the box boots anew. */
  async function setUp(target: BoxLink): Promise<void> {
    const mine = ++run;
    const isOver = () => mine !== run || !target.isOpen;
    if (deps.isNew() && deps.habits().clearsOnCommissioning) await target.call("ClearChargingProfile", {});
    await writer.layFloor();
    if (!wasBootSeen && !isOver()) {
      askedForBootAtMs = clock.monotonicMs();
      await triggers.request("BootNotification");
    }
    if (configuredAtMs === undefined && !isOver()) {
      configuredAtMs = clock.monotonicMs();
      await configure(target);
    }
    if (!isOver()) await writer.layFloor();
    if (!isOver()) await triggers.request("StatusNotification", connector);
    if (!isOver()) await triggers.request("MeterValues", connector);
  }

  async function configure(target: BoxLink): Promise<void> {
    const configuration = await readConfiguration(target, deps.habits());
    deps.onConfiguration(configuration);
    deps.onConfiguration(await deps.changeSettings(target, configuration, deps.habits()));
  }

  function watch(): void {
    wait(WATCH_MS, watch);
    writer.probe();
    if (deps.isMeterStale()) void triggers.request("MeterValues", connector);
    // Some boxes answer only the request without a connector.
    if (!deps.isStatusKnown() && statusRequests < MAX_STATUS_REQUESTS) {
      statusRequests++;
      void triggers.request("StatusNotification");
    }
  }

  function booted(): void {
    wasBootSeen = true;
    const nowMs = clock.monotonicMs();
    if (configuredAtMs !== undefined && nowMs - configuredAtMs > CONFIGURE_GAP_MS) configuredAtMs = undefined;
    const wasAsked = nowMs - askedForBootAtMs < ASKED_BOOT_MS;
    if (!isUsable || wasAsked || link === undefined) return;
    writer.forget();
    void setUp(link);
  }

  return {
    get isUsable() {
      return isUsable;
    },
    linkUp(newLink) {
      link = newLink;
      isUsable = false;
      statusRequests = 0;
      wait(SILENCE_MS, becomeUsable);
    },
    linkDown() {
      link = undefined;
      isUsable = false;
      run++;
      if (timer !== undefined) clock.clearTimeout(timer);
      writer.linkDown();
      triggers.linkDown();
    },
    heard(hasBooted) {
      if (hasBooted) booted();
      becomeUsable();
    },
  };
}
