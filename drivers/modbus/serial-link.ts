import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Link, LinkHandlers, OpenLink } from "./link.ts";

export interface SerialOptions {
  readonly path: string;
  readonly baud: number;
  readonly parity: "none" | "even" | "odd";
  readonly stopBits: 1 | 2;
}

/** The part of the `serialport` package that is used. */
export interface SerialPort {
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  open(done: (error: Error | null) => void): void;
  close(done: (error: Error | null) => void): void;
  write(bytes: Buffer): unknown;
}

export type SerialPortClass = new (options: {
  path: string;
  baudRate: number;
  dataBits: 8;
  parity: "none" | "even" | "odd";
  stopBits: 1 | 2;
  autoOpen: false;
}) => SerialPort;

/**
 * A serial line. The `serialport` package is loaded on first use, so that everything else works where it, an optional
 * part of modbus-serial, is not installed; then the link goes down with that reason.
 */
export function serialLink(options: SerialOptions, load = loadSerialPort): OpenLink {
  return (handlers) => {
    let isOver = false;
    let port: SerialPort | undefined;

    function down(detail: string): void {
      if (isOver) return;
      isOver = true;
      if (port !== undefined) closeQuietly(port);
      handlers.onDown(detail);
    }

    const link: Link = {
      write(bytes) {
        if (!isOver) port?.write(bytes);
      },
      destroy() {
        if (isOver) return;
        isOver = true;
        if (port !== undefined) closeQuietly(port);
      },
    };
    load().then(
      (SerialPort) => {
        if (isOver) return;
        port = new SerialPort(portOptions(options));
        attach(port, { ...handlers, onDown: down }, () => isOver);
      },
      () => down("serial lines need the optional package serialport, which is not installed"),
    );
    return link;
  };
}

/** The listeners stay for good: an unplugged adapter reports its error long after the port was closed. */
function attach(port: SerialPort, handlers: LinkHandlers, isOver: () => boolean): void {
  port.on("error", (error) => handlers.onDown(error.message));
  port.on("close", () => handlers.onDown("serial port closed"));
  port.on("data", (chunk) => {
    if (!isOver()) handlers.onData(chunk);
  });
  port.open((error) => {
    if (error !== null && error !== undefined) handlers.onDown(error.message);
    else if (isOver()) closeQuietly(port);
    else handlers.onUp();
  });
}

/** Closing a port that is not open, or not open yet, is reported to the callback and of no interest. */
function closeQuietly(port: SerialPort): void {
  port.close(() => {});
}

function portOptions({ path, baud, parity, stopBits }: SerialOptions) {
  return { path, baudRate: baud, dataBits: 8, parity, stopBits, autoOpen: false } as const;
}

/** Found from modbus-serial's place, whose optional dependency it is. Rejects when it is not installed. */
async function loadSerialPort(): Promise<SerialPortClass> {
  const besideCodec = createRequire(createRequire(import.meta.url).resolve("modbus-serial"));
  const path = besideCodec.resolve("serialport");
  const loaded: { SerialPort: SerialPortClass } = await import(pathToFileURL(path).href);
  return loaded.SerialPort;
}
