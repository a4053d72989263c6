import type { Clock } from "../../src/ports/clock.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import { integerOf, listOf, recordOf, textOf } from "./lenient-json.ts";

const MAX_RECENT = 20;
const LARGEST_ID = 2_147_483_647;

/** What tells one start from another. */
export interface TransactionStart {
  readonly connectorId: number;
  readonly timestamp: string;
  readonly meterStart: number;
  /** False for another connector of the box: it gets its id and is nothing to us. */
  readonly isOurs: boolean;
}

interface KnownStart {
  readonly start: string;
  readonly id: number;
}

interface Book {
  readonly lastId: number;
  readonly open: number | undefined;
  readonly recent: readonly KnownStart[];
}

/** Transactions of one connector. The box may repeat every message; ids are positive, unique and survive a restart. */
export interface Transactions {
  /** Id of the running transaction, as far as known. */
  readonly openId: number | undefined;
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
    start({ connectorId, timestamp, meterStart, isOurs }) {
      const start = `${connectorId}|${timestamp}|${meterStart}`;
      const known = book.recent.find((entry) => entry.start === start);
      if (known !== undefined) return known.id;
      const id = nextId();
      const recent = [...book.recent, { start, id }].slice(-MAX_RECENT);
      save({ lastId: id, open: isOurs ? id : book.open, recent });
      return id;
    },
    stop(transactionId) {
      if (book.open === undefined || transactionId !== book.open) return false;
      save({ ...book, open: undefined });
      return true;
    },
    adopt(transactionId) {
      if (transactionId === undefined || transactionId <= 0 || transactionId > LARGEST_ID) return false;
      if (book.open !== undefined) return false;
      save({ ...book, lastId: Math.max(book.lastId, transactionId), open: transactionId });
      return true;
    },
    clear() {
      if (book.open !== undefined) save({ ...book, open: undefined });
    },
  };
}

function readBook(stored: unknown): Book {
  const { lastId, open, recent } = recordOf(stored);
  return {
    lastId: Math.max(0, integerOf(lastId) ?? 0),
    open: integerOf(open),
    recent: listOf(recent, MAX_RECENT).flatMap((entry) => {
      const start = textOf(recordOf(entry).start);
      const id = integerOf(recordOf(entry).id);
      return start === undefined || id === undefined ? [] : [{ start, id }];
    }),
  };
}
