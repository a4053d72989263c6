import { createModbusServer } from "../../../simulator/modbus/modbus-server.ts";

/** The relay of the grid operator's control box, at the digital input of a Modbus device. */
export interface ControlBox {
  isClosed: boolean;
  pull(): Promise<void>;
  plug(): Promise<void>;
  close(): Promise<void>;
  /** The part `grid_operator` of the config. */
  readonly config: object;
}

export async function createControlBox(): Promise<ControlBox> {
  const relay = { isClosed: false };
  const server = createModbusServer({
    host: "127.0.0.1",
    port: 0,
    respond: ({ functionCode }) => (functionCode === 2 ? [Number(relay.isClosed)] : { exception: 1 }),
  });
  await server.plug();
  const connection = { type: "tcp", ...server.address() };
  return Object.assign(relay, {
    pull: server.pull,
    plug: server.plug,
    close: server.close,
    config: { source: { type: "contact", connection, address: 7, limit_w: 5_000 } },
  });
}
