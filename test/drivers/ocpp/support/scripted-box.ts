import { WebSocket } from "ws";
import { eventually } from "../../../support/eventually.ts";

type Payload = Record<string, unknown>;
type Reply = Payload | "silence" | { readonly error: string };
export type Script = (payload: Payload) => Reply;

export interface ReceivedCall {
  readonly action: string;
  readonly payload: Payload;
}

export interface ScriptedBox {
  readonly socket: WebSocket;
  /** Every CALL of the central system, in order. */
  readonly received: ReceivedCall[];
  readonly isOpen: boolean;
  calls(action: string): Payload[];
  /** Says how to answer an action from now on. */
  on(action: string, script: Script): void;
  call(action: string, payload?: Payload): Promise<Payload>;
  boot(): Promise<Payload>;
  status(status: string, more?: Payload): Promise<Payload>;
  /** A MeterValues message with these values: `{ "Current.Import.L1": "9.8" }`, unit by measurand. */
  meter(values: Record<string, string | number>, more?: Payload): Promise<Payload>;
  close(): Promise<void>;
}

export interface ScriptedBoxOptions {
  readonly identity?: string;
  readonly password?: string;
  readonly configuration?: Record<string, string>;
  readonly protocols?: readonly string[];
}

const accepted: Script = () => ({ status: "Accepted" });

/** A charge point that answers by script and does nothing by itself. */
export async function dialIn(port: number, options: ScriptedBoxOptions = {}): Promise<ScriptedBox> {
  const identity = options.identity ?? "BOX1";
  const authorization = Buffer.from(`${identity}:${options.password ?? ""}`).toString("base64");
  const socket = new WebSocket(
    `ws://127.0.0.1:${port}/ocpp/${encodeURIComponent(identity)}`,
    [...(options.protocols ?? ["ocpp1.6"])],
    {
      headers: options.password === undefined ? {} : { authorization: `Basic ${authorization}` },
    },
  );
  const box = scriptedBox(socket, options.configuration ?? {});
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return box;
}

function scriptedBox(socket: WebSocket, configuration: Record<string, string>): ScriptedBox {
  const received: ReceivedCall[] = [];
  const pending = new Map<string, (payload: Payload) => void>();
  let nextId = 1;
  const scripts = new Map<string, Script>([
    ["SetChargingProfile", accepted],
    ["ChangeConfiguration", accepted],
    ["TriggerMessage", accepted],
    [
      "GetConfiguration",
      () => ({
        configurationKey: Object.entries(configuration).map(([key, value]) => ({
          key,
          value,
          readonly: false,
        })),
      }),
    ],
  ]);

  socket.on("error", () => {});
  socket.on("message", (data) => {
    const [type, id, ...rest] = JSON.parse(String(data));
    if (type !== 2) {
      pending.get(id)?.(type === 3 ? rest[0] : { error: rest[0] });
      pending.delete(id);
      return;
    }
    const [action, payload] = rest;
    received.push({ action, payload });
    const reply = scripts.get(action)?.(payload) ?? { error: "NotImplemented" };
    if (reply === "silence") return;
    const isError = typeof reply.error === "string";
    socket.send(JSON.stringify(isError ? [4, id, reply.error, "", {}] : [3, id, reply]));
  });

  function call(action: string, payload: Payload = {}): Promise<Payload> {
    const id = `box-${nextId++}`;
    socket.send(JSON.stringify([2, id, action, payload]));
    return new Promise((resolve) => pending.set(id, resolve));
  }

  return {
    socket,
    received,
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    calls: (action) => received.filter((entry) => entry.action === action).map((entry) => entry.payload),
    on: (action, script) => void scripts.set(action, script),
    call,
    boot: () =>
      call("BootNotification", {
        chargePointVendor: "Scripted",
        chargePointModel: "Box",
        firmwareVersion: "1",
      }),
    status: (status, more = {}) =>
      call("StatusNotification", { connectorId: 1, errorCode: "NoError", status, ...more }),
    meter: (values, more = {}) =>
      call("MeterValues", {
        connectorId: 1,
        meterValue: [
          {
            sampledValue: Object.entries(values).map(([measurand, value]) => ({ measurand, value })),
          },
        ],
        ...more,
      }),
    async close() {
      socket.terminate();
      await eventually(() => socket.readyState === WebSocket.CLOSED);
    },
  };
}
