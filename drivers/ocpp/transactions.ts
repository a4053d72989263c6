import type { Clock } from "../../src/ports/clock.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import type { JsonRecord } from "./box-link.ts";
import { integerOf, listOf, numberOf, recordOf, textOf } from "./lenient-json.ts";

const MAX_RECENT = 20;
const LARGEST_ID = 2_147_483_647;

/** What tells one start from another. */
export interface TransactionStart {
  readonly connectorId: number;
  readonly timestamp: string;
  readonly meterStart: number;
  /** False for another connector of the box: it gets its id and is nothing to us. */
  readonly isOurs: boolean;
  readonly idTag?: string | undefined;
  /** Our time of the start. */
  readonly startedWallMs?: number;
}

/** A transaction as its start told it. */
export interface SessionFacts {
  readonly idTag: string | undefined;
  readonly startedWallMs: number;
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
  /** Takes over a transaction that the box runs and we do not know. True when it was new. */
  adopt(transactionId: number | undefined): boolean;
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

  return {
    get openId() {
      return book.open;
    },
    get session() {
      return book.session;
    },
    start({ connectorId, timestamp, meterStart, isOurs, idTag, startedWallMs }) {
      const start = `${connectorId}|${timestamp}|${meterStart}`;
      const known = book.recent.find((entry) => entry.start === start);
      if (known !== undefined) return known.id;
      const id = nextId();
      const recent = [...book.recent, { start, id }].slice(-MAX_RECENT);
      const session = { idTag, startedWallMs: startedWallMs ?? clock.wallMs(), meterStartWh: meterStart };
      save({
        lastId: id,
        recent,
        ...(isOurs ? { open: id, session } : { open: book.open, session: book.session }),
      });
      return id;
    },
    stop(transactionId) {
      if (book.open === undefined || transactionId !== book.open) return false;
      save({ ...book, open: undefined, session: undefined });
      return true;
    },
    adopt(transactionId) {
      if (transactionId === undefined || transactionId <= 0 || transactionId > LARGEST_ID) return false;
      if (book.open !== undefined) return false;
      save({
        ...book,
        lastId: Math.max(book.lastId, transactionId),
        open: transactionId,
        session: undefined,
      });
      return true;
    },
    clear() {
      if (book.open !== undefined) save({ ...book, open: undefined, session: undefined });
    },
  };
}

function readBook(stored: unknown): Book {
  const { lastId, open, recent, session } = recordOf(stored);
  return {
    lastId: Math.max(0, integerOf(lastId) ?? 0),
    open: integerOf(open),
    session: sessionOf(recordOf(session)),
    recent: listOf(recent, MAX_RECENT).flatMap((entry) => {
      const start = textOf(recordOf(entry).start);
      const id = integerOf(recordOf(entry).id);
      return start === undefined || id === undefined ? [] : [{ start, id }];
    }),
  };
}

function sessionOf({ idTag, startedWallMs, meterStartWh }: JsonRecord): SessionFacts | undefined {
  const startMs = numberOf(startedWallMs);
  if (startMs === undefined) return undefined;
  return { idTag: textOf(idTag), startedWallMs: startMs, meterStartWh: numberOf(meterStartWh) ?? 0 };
}
