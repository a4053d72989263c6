import type { CallOutcome } from "./ocpp-link.ts";

/** A message about a transaction: it must reach the central system, in order, even after hours offline. */
export interface TransactionMessage {
  readonly action: "StartTransaction" | "MeterValues" | "StopTransaction";
  /** Built when it is sent: the transaction's id may come late. */
  payload(): object;
  onResult?(payload: Readonly<Record<string, unknown>>): void;
}

export interface TransactionQueueOptions {
  call(action: string, payload: object): Promise<CallOutcome>;
  /** TransactionMessageAttempts */
  attempts(): number;
  /** TransactionMessageRetryInterval; multiplied by the attempts made. */
  retryIntervalMs(): number;
  monotonicMs(): number;
}

export interface TransactionQueue {
  readonly length: number;
  push(message: TransactionMessage): void;
  /** The central system is there: send what is queued. */
  resume(): void;
  /** The central system is gone: keep everything. */
  pause(): void;
  /** Retries that have become due. */
  tick(): void;
}

/** Old meter values give way to new ones; starts and stops are never dropped. */
const MAX_QUEUED_METER_VALUES = 500;

export function createTransactionQueue(options: TransactionQueueOptions): TransactionQueue {
  const queue: TransactionMessage[] = [];
  let isPaused = true;
  let isSending = false;
  let failures = 0;
  let retryAtMs = 0;

  async function drain(): Promise<void> {
    if (isSending) return;
    isSending = true;
    for (let head = queue[0]; head !== undefined && maySend(); head = queue[0]) {
      const outcome = await options.call(head.action, head.payload());
      if (outcome.kind === "disconnected") break;
      if (outcome.kind === "result") settle(head, outcome.payload);
      else failed();
    }
    isSending = false;
  }

  function maySend(): boolean {
    return !isPaused && options.monotonicMs() >= retryAtMs;
  }

  function settle(head: TransactionMessage, payload: Readonly<Record<string, unknown>>): void {
    queue.shift();
    failures = 0;
    head.onResult?.(payload);
  }

  function failed(): void {
    failures += 1;
    if (failures >= options.attempts()) {
      queue.shift();
      failures = 0;
      return;
    }
    retryAtMs = options.monotonicMs() + failures * options.retryIntervalMs();
  }

  function dropOldestMeterValues(): void {
    const values = queue.filter(({ action }) => action === "MeterValues").length;
    if (values <= MAX_QUEUED_METER_VALUES) return;
    const oldest = queue.findIndex(
      ({ action }, index) => action === "MeterValues" && (index > 0 || !isSending),
    );
    if (oldest >= 0) queue.splice(oldest, 1);
  }

  return {
    get length() {
      return queue.length;
    },
    push(message) {
      queue.push(message);
      if (message.action === "MeterValues") dropOldestMeterValues();
      void drain();
    },
    resume() {
      isPaused = false;
      retryAtMs = 0;
      void drain();
    },
    pause() {
      isPaused = true;
    },
    tick() {
      if (queue.length > 0) void drain();
    },
  };
}
