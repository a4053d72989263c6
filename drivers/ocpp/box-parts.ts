import type { CurrentCommand } from "../../src/ports/wallbox.ts";
import type { BoxContext } from "./box-context.ts";
import { type BoxMeasurements, createBoxMeasurements } from "./box-measurements.ts";
import type { CentralSystem } from "./central-system.ts";
import type { RunningTransaction } from "./charging-profile.ts";
import { deadManVariant } from "./dead-man.ts";
import { createPhaseSwitch, type PhaseSwitch } from "./phase-switch.ts";
import { createProfileWriter, type ProfileWriter } from "./profile-writer.ts";
import { createSelfTest, type SelfTest } from "./self-test.ts";
import { createTransactionSteering, type TransactionSteering } from "./transaction-steering.ts";
import type { Transactions } from "./transactions.ts";
import { createUpstream, type Upstream } from "./upstream/upstream.ts";

/** What measures and moves the current. */
export interface CurrentParts {
  readonly measurements: BoxMeasurements;
  readonly writer: ProfileWriter;
  readonly phaseSwitch: PhaseSwitch;
  readonly steering: TransactionSteering;
}

export function createCurrentParts(box: BoxContext): CurrentParts {
  const { options, clock, log, store, memory, triggers, habits } = box;
  const { connector } = options;
  const { book, budget, deviations, transactions } = memory;
  const phaseSwitch = createPhaseSwitch(
    {
      key: `${box.key}/phases`,
      installed: options.phases,
      minCurrentA: options.minCurrentA,
      timeZone: box.timeZone,
    },
    {
      clock,
      log,
      store,
      habits,
      write: (currentA) => isHeld(writer, { currentA, phases: phaseSwitch.activePhases, isUrgent: true }),
      forgetProfiles: () => writer.forget(),
      phaseCurrentsA: () => measurements.readings(box.link !== undefined).phaseCurrentsA?.value,
    },
  );
  const activePhases = () => phaseSwitch.activePhases;
  const measurements = createBoxMeasurements(
    { phases: activePhases, maxCurrentA: options.maxCurrentA, floorCurrentA: options.floorCurrentA },
    {
      clock,
      log,
      deviations,
      askForMeter: () => void triggers.request("MeterValues", connector),
      askForStatus: () => void triggers.request("StatusNotification", connector),
      onCharging: () => box.vehicleIs("charging"),
      onNotFollowed(drawnA) {
        steering.pauseIgnored();
        writer.reassert(drawnA);
      },
      onRival: () => writer.repeat(),
      onClockCorrected: () => writer.repeat(),
    },
  );
  const steering = createTransactionSteering(
    { connector, idTag: box.idTag },
    { clock, log, habits, openTransactionId: () => transactions.openId },
  );
  const writer = createProfileWriter(options, {
    clock,
    log,
    budget,
    book,
    habits,
    transaction: () => runningTransaction(transactions, measurements.isClockAgreed),
    boxClockErrorMs: () => measurements.profileClockErrorMs + toldClockErrorMs(box),
    numberPhases: () => phaseSwitch.numberPhases() ?? singlePhaseInWatts(box),
    activePhases,
    onLimitConfirmed: (limitA) => measurements.limitConfirmed(limitA),
  });
  return { measurements, writer, phaseSwitch, steering };
}

/** A limit in watts counts for three phases where nothing else is said (OCPP 1.6 section 7.14). */
function singlePhaseInWatts({ options, memory }: BoxContext): 1 | undefined {
  return options.phases === 1 && memory.book.rateUnit === "W" ? 1 : undefined;
}

/** A start that the box kept while it was offline began long before we heard of it: its own time counts where that is ours. */
function runningTransaction(
  { openId, session }: Transactions,
  isClockAgreed: boolean,
): RunningTransaction | undefined {
  if (openId === undefined) return undefined;
  const boxMs = isClockAgreed ? session?.startedBoxMs : undefined;
  return { id: openId, startedWallMs: boxMs ?? session?.startedWallMs };
}

/** A box goes by the time that it was told last: how far that is ahead of ours, ms, because ours has jumped since. */
function toldClockErrorMs({ clock, toldWallOffsetMs }: BoxContext): number {
  return toldWallOffsetMs === undefined ? 0 : toldWallOffsetMs - (clock.wallMs() - clock.monotonicMs());
}

async function isHeld(writer: ProfileWriter, command: CurrentCommand): Promise<boolean> {
  const result = await writer.apply(command);
  return result.kind === "written" || result.kind === "unchanged";
}

export function createBoxSelfTest(
  box: BoxContext,
  parts: CurrentParts,
  deps: { readonly isUsable: () => boolean; readonly centralSystem: Pick<CentralSystem, "bar"> },
): SelfTest {
  const { clock, log, store, options, memory } = box;
  const { measurements, writer } = parts;
  return createSelfTest(`${box.key}/self-test`, {
    clock,
    log,
    store,
    floorCurrentA: box.floorCurrentA,
    measured() {
      const reading = measurements.readings(box.link !== undefined).phaseCurrentsA;
      return reading === undefined ? undefined : { currentA: Math.max(...reading.value), atMs: reading.atMs };
    },
    isConnected: () => box.link !== undefined && deps.isUsable(),
    obstacle() {
      const isHopeless = deadManVariant(memory.book.plan, box.habits()) === "C";
      return isHopeless ? "this wallbox takes no expiring limit: there is nothing to test" : undefined;
    },
    writeLast: (horizonMs) => writer.writeLast(horizonMs),
    release: () => writer.release(),
    bar: (durationMs) => deps.centralSystem.bar(options.identity, durationMs),
    askForMeter: () => void box.triggers.request("MeterValues", options.connector),
  });
}

/** Undefined where the config names no second central system. */
export function createBoxUpstream(
  box: BoxContext,
  { phaseSwitch }: CurrentParts,
  isUsable: () => boolean,
): Upstream | undefined {
  const { options, memory, clock, log, store } = box;
  if (options.upstream === undefined) return undefined;
  const upstream = createUpstream(
    { ...options.upstream, key: `${box.key}/upstream` },
    {
      clock,
      log,
      store,
      box: () => (isUsable() ? box.link : undefined),
      phases: () => phaseSwitch.activePhases,
      session: () => memory.transactions.session,
      isTagListed: box.tags.isListed,
      onLimit: () => log.info({ limitA: upstream.limitA() }, "upstream limit changed"),
    },
  );
  return upstream;
}
