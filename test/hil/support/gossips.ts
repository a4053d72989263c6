import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

/** A peer that tells everybody what it was told in confidence. */
export interface Gossip {
  readonly port: number;
  /** Every header and body that it has seen. */
  heard(): string;
  close(): void;
}

/**
 * Answers every request with 500 and the whole request in the error, except that it gives away `accessToken` where a
 * token is asked for. Dialled as a WebSocket it hears the headers and accepts.
 */
export async function createGossip(accessToken: string): Promise<Gossip> {
  let heard = "";
  const told = async (request: IncomingMessage) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    // What is secret stands first, where no cut of an error text takes it away.
    const { authorization, ...rest } = request.headers;
    const text = `${authorization} ${body} ${request.method} ${request.url} ${JSON.stringify(rest)}`;
    heard += `${text}\n`;
    return text;
  };
  const server = createServer(async (request, response) => {
    const text = await told(request);
    const grant = { access_token: accessToken, token_type: "Bearer", expires_in: 3_600 };
    const isTokenRequest = request.url?.includes("token") === true;
    response.writeHead(isTokenRequest ? 200 : 500, { "content-type": "application/json" });
    response.end(JSON.stringify(isTokenRequest ? grant : { detail: text, error: text }));
  });
  const sockets = new WebSocketServer({ server, handleProtocols: (protocols) => [...protocols][0] ?? false });
  sockets.on("connection", (_socket, request) => void told(request));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    heard: () => heard,
    close() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      server.close();
    },
  };
}
