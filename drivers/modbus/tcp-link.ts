import { connect } from "node:net";
import type { OpenLink } from "./link.ts";

const KEEP_ALIVE_DELAY_MS = 30_000;

/** A TCP connection. FIN, RST and refusal all arrive as `onDown`, in the moment they happen. */
export function tcpLink(endpoint: { readonly host: string; readonly port: number }): OpenLink {
  return (handlers) => {
    const socket = connect({
      host: endpoint.host,
      port: endpoint.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
    });
    let isOver = false;

    function down(detail: string): void {
      if (isOver) return;
      isOver = true;
      socket.destroy();
      handlers.onDown(detail);
    }

    socket.on("connect", () => {
      if (!isOver) handlers.onUp();
    });
    socket.on("data", (chunk) => {
      if (!isOver) handlers.onData(chunk);
    });
    socket.on("error", (error) => down(error.message));
    socket.on("end", () => down("closed by the device"));
    socket.on("close", () => down("connection closed"));

    return {
      write(bytes) {
        if (!isOver) socket.write(bytes);
      },
      destroy() {
        isOver = true;
        socket.destroy();
      },
    };
  };
}
