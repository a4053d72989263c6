import { isPluggedIn } from "../core/boost.ts";
import type { ChargeTransaction } from "../core/site-sample.ts";
import { energyWh, powerW } from "../core/units.ts";
import type { RecordedSession } from "../ports/history.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { BoxPass } from "./site-pass.ts";

/** A box that draws less is not charging, W: that is its own electronics. */
const CHARGING_POWER_W = 100;
/** A plug-in that brought less is not worth a line, Wh. */
const LEAST_ENERGY_WH = 10;
const SAVE_INTERVAL_MS = 60_000;
/** After a longer silence nobody knows whether it is still the same car, ms. */
const LONGEST_SILENCE_MS = 6 * 3_600_000;
/** IEC 61851-1: a wallbox gives 63 A on three phases at the most. A register that grew faster is not believed. */
const LARGEST_POWER_W = powerW(63, 3);

/** A session under way, with the wall time of its newest pass. Plain JSON: it survives a restart. */
interface OpenSession extends Omit<RecordedSession, "endMs" | "costCt" | "registerWh"> {
  readonly lastMs: number;
  readonly costCt: number;
  /** Grid energy whose price was not known, Wh. */
  readonly unpricedWh: number;
  readonly register?: Register | undefined;
}

/** What the newest transaction of the box brought by its own register, and those before it, Wh. */
interface Register {
  readonly id: number;
  readonly nowWh: number;
  readonly beforeWh: number;
  /** What the session counted when the register came to stand there, Wh. */
  readonly countedWh: number;
}

export interface SessionPass {
  readonly durationMs: number;
  readonly wallMs: number;
  /** What a kWh from the grid costs now, ct; undefined where that is not known. */
  readonly priceCtKwh: number | undefined;
}

/** Follows the car at one wallbox from plug-in to unplugging, or until somebody else begins to charge with it. */
export interface SessionTally {
  add(box: BoxPass, pass: SessionPass): void;
  /** The session that is not over; undefined without a car, or before it has drawn anything. */
  running(): RecordedSession | undefined;
  /** Sessions that are over since the last call. */
  takeFinished(): readonly RecordedSession[];
}

export function createSessionTally(
  wallbox: string,
  deps: { readonly store: StateStore; readonly wallMs: number },
): SessionTally {
  const key = `session/${wallbox}`;
  let finished: RecordedSession[] = [];
  let open: OpenSession | undefined;
  /** As it was found at the start, until the box has told what it gave the car meanwhile. */
  let resumed: OpenSession | undefined;
  let savedMs = Number.NEGATIVE_INFINITY;
  const stored = storedSession(deps.store.get(key));
  if (stored !== undefined && deps.wallMs - stored.lastMs > LONGEST_SILENCE_MS) finish(stored);
  else open = resumed = stored;

  function finish(session: OpenSession): void {
    if (session.energyWh >= LEAST_ENERGY_WH) finished.push(recorded(session, session.lastMs));
    open = resumed = undefined;
    deps.store.put(key, null);
  }

  function save(session: OpenSession, wallMs: number): void {
    if (Math.abs(wallMs - savedMs) < SAVE_INTERVAL_MS) return;
    savedMs = wallMs;
    deps.store.put(key, session);
  }

  return {
    add(box, pass) {
      if (box.vehicle === "absent") {
        if (open !== undefined) finish(open);
        return;
      }
      if (open === undefined && !isPluggedIn(box.vehicle)) return;
      if (open !== undefined && isSomebodyElse(open, box)) finish(open);
      open = grown(open ?? begun(wallbox, pass.wallMs), box, pass);
      if (resumed !== undefined && box.transaction?.energyWh !== undefined) {
        open = withUnseen(open, resumed, pass);
        resumed = undefined;
      }
      save(open, pass.wallMs);
    },
    running() {
      return open === undefined || open.energyWh < LEAST_ENERGY_WH ? undefined : recorded(open, undefined);
    },
    takeFinished() {
      const taken = finished;
      finished = [];
      return taken;
    },
  };
}

function begun(wallbox: string, wallMs: number): OpenSession {
  return {
    wallbox,
    startMs: wallMs,
    lastMs: wallMs,
    chargingS: 0,
    energyWh: 0,
    solarWh: 0,
    gridWh: 0,
    maxPowerW: 0,
    costCt: 0,
    unpricedWh: 0,
    idTag: undefined,
  };
}

function isSomebodyElse({ idTag }: OpenSession, { transaction }: BoxPass): boolean {
  const newTag = transaction?.idTag;
  return idTag !== undefined && newTag !== undefined && newTag !== idTag;
}

/** What the meter cannot tell apart counts as grid: the sun's part is never more than was seen. */
function grown(session: OpenSession, box: BoxPass, pass: SessionPass): OpenSession {
  const chargeW = box.chargeW ?? 0;
  const solarWh = energyWh(box.solarW ?? 0, pass.durationMs);
  const gridWh = energyWh(chargeW, pass.durationMs) - solarWh;
  const countedWh = session.energyWh + solarWh + gridWh;
  return {
    ...session,
    lastMs: pass.wallMs,
    chargingS: session.chargingS + (chargeW >= CHARGING_POWER_W ? pass.durationMs / 1_000 : 0),
    energyWh: countedWh,
    solarWh: session.solarWh + solarWh,
    ...withGridEnergy(session, gridWh, pass.priceCtKwh),
    maxPowerW: Math.max(session.maxPowerW, chargeW),
    idTag: session.idTag ?? box.transaction?.idTag,
    register: nextRegister(session.register, box.transaction, countedWh),
  };
}

function nextRegister(
  register: Register | undefined,
  transaction: ChargeTransaction | undefined,
  countedWh: number,
): Register | undefined {
  if (transaction?.energyWh === undefined) return register;
  const { id, energyWh: nowWh } = transaction;
  if (register === undefined) return { id, nowWh, beforeWh: 0, countedWh };
  if (register.id === id && register.nowWh === nowWh) return register;
  return { id, nowWh, beforeWh: register.beforeWh + (register.id === id ? 0 : register.nowWh), countedWh };
}

/**
 * With what the box gave the car while nobody counted, by its own register: from a kill or a power cut until the first
 * passes after it. It counts as grid, at the price of now, because nobody saw the sun's part.
 */
function withUnseen(session: OpenSession, resumed: OpenSession, pass: SessionPass): OpenSession {
  const [then, now] = [resumed.register, session.register];
  if (then === undefined || now === undefined || then.id !== now.id) return session;
  const unseenWh = now.nowWh - then.nowWh - (now.countedWh - then.countedWh);
  const mostWh = energyWh(LARGEST_POWER_W, pass.wallMs - resumed.lastMs);
  // Also false where a session of an earlier version lacks a figure.
  if (!(unseenWh > 0 && unseenWh <= mostWh)) return session;
  return {
    ...session,
    ...withGridEnergy(session, unseenWh, pass.priceCtKwh),
    energyWh: session.energyWh + unseenWh,
    register: { ...now, countedWh: now.countedWh + unseenWh },
  };
}

function withGridEnergy(session: OpenSession, addedWh: number, priceCtKwh: number | undefined) {
  return {
    gridWh: session.gridWh + addedWh,
    costCt: session.costCt + ((priceCtKwh ?? 0) * addedWh) / 1_000,
    unpricedWh: session.unpricedWh + (priceCtKwh === undefined ? addedWh : 0),
  };
}

function recorded(session: OpenSession, endMs: number | undefined): RecordedSession {
  const { lastMs: _last, unpricedWh, costCt, register, ...rest } = session;
  return {
    ...rest,
    endMs,
    costCt: unpricedWh < LEAST_ENERGY_WH ? Math.round(costCt * 10) / 10 : undefined,
    registerWh: register === undefined ? undefined : register.nowWh + register.beforeWh,
  };
}

const NUMBERS = [
  "startMs",
  "lastMs",
  "chargingS",
  "energyWh",
  "solarWh",
  "gridWh",
  "maxPowerW",
  "costCt",
  "unpricedWh",
] as const satisfies readonly (keyof OpenSession)[];

function storedSession(stored: unknown): OpenSession | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const values = stored as Record<string, unknown>;
  const isWhole =
    typeof values.wallbox === "string" && NUMBERS.every((name) => typeof values[name] === "number");
  return isWhole ? (stored as OpenSession) : undefined;
}
