import { once } from "node:events";
import { WebSocket } from "ws";

/** A wallbox that answers at once and tells when a set point reached it. */
export interface BenchBox {
  /** Calls and waits for the answer. */
  call(action: string, payload: object): Promise<void>;
  close(): void;
}

const answers: Readonly<Record<string, object>> = { GetConfiguration: { configurationKey: [] } };

export async function dialBenchBox(
  { port, index }: { readonly port: number; readonly index: number },
  onSetpoint: (limitA: number) => void,
): Promise<BenchBox> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/BOX-${index}`, ["ocpp1.6"]);
  const pending = new Map<string, () => void>();
  let lastId = 0;
  socket.on("message", (data) => {
    const [type, id, action, payload] = JSON.parse(String(data));
    if (type !== 2) {
      pending.get(id)?.();
      pending.delete(id);
      return;
    }
    if (action === "SetChargingProfile" && payload.csChargingProfiles.stackLevel === 1) {
      onSetpoint(payload.csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].limit);
    }
    socket.send(JSON.stringify([3, id, answers[action] ?? { status: "Accepted" }]));
  });
  await once(socket, "open");
  return {
    call(action, payload) {
      lastId += 1;
      const id = `${lastId}`;
      socket.send(JSON.stringify([2, id, action, payload]));
      return new Promise((resolve) => pending.set(id, resolve));
    },
    close: () => socket.terminate(),
  };
}
