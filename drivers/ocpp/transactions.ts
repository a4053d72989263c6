import { parseIsoMs } from "../../src/core/iso-time.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import type { JsonRecord } from "./box-link.ts";
import { integerOf, listOf, numberOf, recordOf, textOf } from "./lenient-json.ts";

const MAX_RECENT = 20;
const LARGEST_ID = 2_147_483_647;

/** What tells one start from another. */
export interface TransactionStart {
  readonly connectorId: number;
  /** A name in its place needs no meter beside it: OCPP 2.0.1 has those. */
  readonly timestamp: string;
  readonly meterStart: number;
  /** False for another connector of the box: it gets its id and is nothing to us. */
  readonly isOurs: boolean;
  readonly idTag?: string | undefined;
  /** Our time of the start. */
  readonly startedWallMs?: number;
  /** The box's own time of the start, ms since 1970. */
  readonly startedBoxMs?: number | undefined;
}

/** A transaction as its start told it. */
export interface SessionFacts {
  readonly idTag: string | undefined;
  /** When we heard of it. */
  readonly startedWallMs: number;
  /** When it began by the clock of the box, ms since 1970; undefined where it did not say. */
  readonly startedBoxMs: number | undefined;
  /** Energy register at the start, Wh. */
  readonly meterStartWh: number;
}

interface KnownStart {
  readonly start: string;
  readonly id: number;
}

interface Book {
  readonly lastId: number;
  readonly open: number | undefined;
  /** What is known of the open one. */
  readonly session: SessionFacts | undefined;
  readonly recent: readonly KnownStart[];
  /** Ids of transactions that are over. */
  readonly ended: readonly number[];
}

/** Transactions of one connector. The box may repeat every message; ids are positive, unique and survive a restart. */
export interface Transactions {
  /** Id of the running transaction, as far as known. */
  readonly openId: number | undefined;
  /** Undefined for a transaction that was found running. */
  readonly session: SessionFacts | undefined;
  /** The id for this start; the same one for its repetition. */
  start(start: TransactionStart): number;
  /** True when this ended the running transaction. */
  stop(transactionId: number | undefined): boolean;
  /** Takes over a transaction that the box runs and we do not know; none that is over, of which values may come late. */
  adopt(transactionId: number | undefined): void;
  /** The car is gone: nothing runs any more. */
  clear(): void;
}

export function createTransactions(
  key: string,
  { clock, store }: { readonly clock: Clock; readonly store: StateStore },
): Transactions {
  let book = readBook(store.get(key));

  function save(next: Book): void {
    book = next;
    store.put(key, next);
    store.flush();
  }

  /** Without a stored counter the seconds since 1970 start it: a lost store then cannot repeat an id. */
  function nextId(): number {
    const last = book.lastId > 0 ? book.lastId : Math.floor(clock.wallMs() / 1_000) % LARGEST_ID;
    return last >= LARGEST_ID ? 1 : Math.max(1, last + 1);
  }

  function end(id: number): void {
    save({ ...book, open: undefined, session: undefined, ended: [...book.ended, id].slice(-MAX_RECENT) });
  }

  return {
    get openId() {
      return book.open;
    },
    get session() {
      return book.session;
    },
    start({ connectorId, timestamp, meterStart, isOurs, idTag, startedWallMs, startedBoxMs }) {
      const start = startKey({ connectorId, timestamp, meterStart });
      const known = book.recent.find((entry) => entry.start === start);
      if (known !== undefined) return known.id;
      const id = nextId();
      const recent = [...book.recent, { start, id }].slice(-MAX_RECENT);
      const session = {
        idTag,
        startedWallMs: startedWallMs ?? clock.wallMs(),
        startedBoxMs,
        meterStartWh: meterStart,
      };
      save({
        ...book,
        lastId: id,
        recent,
        ...(isOurs && { open: id, session }),
      });
      return id;
    },
    stop(transactionId) {
      if (book.open === undefined || transactionId !== book.open) return false;
      end(transactionId);
      return true;
    },
    adopt(transactionId) {
      if (transactionId === undefined || transactionId <= 0 || transactionId > LARGEST_ID) return;
      if (book.open !== undefined || book.ended.includes(transactionId)) return;
      save({
        ...book,
        lastId: Math.max(book.lastId, transactionId),
        open: transactionId,
        session: undefined,
      });
    },
    clear() {
      if (book.open !== undefined) end(book.open);
    },
  };
}

function startKey(start: Pick<TransactionStart, "connectorId" | "timestamp" | "meterStart">): string {
  const { connectorId, timestamp, meterStart } = start;
  const isTime = parseIsoMs(timestamp) !== undefined;
  return [connectorId, timestamp, ...(isTime ? [meterStart] : [])].join("|");
}

function readBook(stored: unknown): Book {
  const { lastId, open, recent, session, ended } = recordOf(stored);
  return {
    lastId: Math.max(0, integerOf(lastId) ?? 0),
    open: integerOf(open),
    session: sessionOf(recordOf(session)),
    ended: listOf(ended, MAX_RECENT).flatMap((id) => integerOf(id) ?? []),
    recent: listOf(recent, MAX_RECENT).flatMap((entry) => {
      const start = textOf(recordOf(entry).start);
      const id = integerOf(recordOf(entry).id);
      return start === undefined || id === undefined ? [] : [{ start, id }];
    }),
  };
}

function sessionOf({
  idTag,
  startedWallMs,
  startedBoxMs,
  meterStartWh,
}: JsonRecord): SessionFacts | undefined {
  const startMs = numberOf(startedWallMs);
  if (startMs === undefined) return undefined;
  return {
    idTag: textOf(idTag),
    startedWallMs: startMs,
    startedBoxMs: numberOf(startedBoxMs),
    meterStartWh: numberOf(meterStartWh) ?? 0,
  };
}
