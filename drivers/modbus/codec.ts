import { EventEmitter } from "node:events";
import modbusSerial from "modbus-serial";
import { type BusOutcome, type BusRequest, failed } from "./bus-request.ts";

/** Turns requests into RTU frames and answers into outcomes. One request at a time; a new one replaces the last. */
export interface Codec {
  /** Hands the RTU frame of `request` to `send`; `done` is called when its answer is delivered. */
  start(request: BusRequest, done: (outcome: BusOutcome) => void): void;
  /** An RTU frame with a correct CRC. */
  deliver(frame: Buffer): void;
}

/**
 * The only place that touches modbus-serial: it builds and parses PDUs and nothing else. Connections, framing, timers
 * and matching stay with the bus. The callback functions take the unit as an argument, whereas its promise functions
 * share one unit id among all callers.
 */
export function createCodec(send: (frame: Buffer) => void): Codec {
  const port = Object.assign(new EventEmitter(), {
    isOpen: true,
    _transactionIdRead: 1,
    _transactionIdWrite: 1,
    open: (opened: () => void) => opened(),
    write: send,
  });
  const client = new modbusSerial.default(port);
  client.open();

  return {
    start(request, done) {
      const { unit, address } = request;
      switch (request.functionCode) {
        case 1:
        case 2: {
          const answered = (error: unknown, answer: { data: boolean[] } | undefined) =>
            done(answer === undefined ? fault(error) : bitsOutcome(request.count, answer.data));
          if (request.functionCode === 1) client.writeFC1(unit, address, request.count, answered);
          else client.writeFC2(unit, address, request.count, answered);
          return;
        }
        case 3:
        case 4: {
          const answered = (error: unknown, answer: { data: number[] } | undefined) =>
            done(answer === undefined ? fault(error) : readOutcome(request.count, answer.data));
          if (request.functionCode === 3) client.writeFC3(unit, address, request.count, answered);
          else client.writeFC4(unit, address, request.count, answered);
          return;
        }
        case 6: {
          const [value = 0] = request.values;
          client.writeFC6(unit, address, value, (error, answer) =>
            done(
              answer === undefined
                ? fault(error)
                : writeOutcome(answer.address === address && answer.value === value),
            ),
          );
          return;
        }
        case 16: {
          const { length } = request.values;
          client.writeFC16(unit, address, [...request.values], (error, answer) =>
            done(
              answer === undefined
                ? fault(error)
                : writeOutcome(answer.address === address && answer.length === length),
            ),
          );
        }
      }
    },
    deliver(frame) {
      port.emit("data", frame);
    },
  };
}

/** modbus-serial resolves whatever the byte count says, even nothing at all. */
function readOutcome(count: number, registers: readonly number[]): BusOutcome {
  if (registers.length === count) return { ok: true, registers };
  return failed({ kind: "protocol", detail: `${registers.length} registers came instead of ${count}` });
}

/** Bits come in whole bytes; those beyond the last that was asked for mean nothing. */
function bitsOutcome(count: number, bits: readonly boolean[]): BusOutcome {
  if (bits.length === 8 * Math.ceil(count / 8)) {
    return { ok: true, registers: bits.slice(0, count).map(Number) };
  }
  return failed({ kind: "protocol", detail: `${bits.length} bits came instead of ${count}` });
}

function writeOutcome(isConfirmed: boolean): BusOutcome {
  if (isConfirmed) return { ok: true, registers: [] };
  return failed({ kind: "protocol", detail: "the device confirmed another write" });
}

/** modbus-serial's errors: those with a `modbusCode` are exception answers, all others are malformed answers. */
function fault(error: unknown): BusOutcome {
  const code = (error as { modbusCode?: unknown } | null)?.modbusCode;
  if (typeof code === "number")
    return failed({ kind: "exception", code, detail: `Modbus exception ${code}` });
  const detail = error instanceof Error ? error.message : "malformed answer";
  return failed({ kind: "protocol", detail });
}
