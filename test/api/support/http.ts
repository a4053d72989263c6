import { type IncomingMessage, request } from "node:http";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  json(): unknown;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** One request over a real socket, with any header, also those that `fetch` forbids. */
export function ask(
  port: number,
  path: string,
  { method = "GET", headers = {}, body }: Ask = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const isText = typeof body === "string";
    const type = body === undefined || isText ? {} : { "content-type": "application/json" };
    const options = { host: "127.0.0.1", port, path, method, headers: { ...type, ...headers }, agent: false };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: () => JSON.parse(text) as unknown,
        });
      });
    });
    sent.on("error", reject);
    sent.end(body === undefined || isText ? body : JSON.stringify(body));
  });
}

export interface Watch {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** Data of the events so far. */
  events(): Record<string, unknown>[];
  readonly isOpen: boolean;
  /** Stops reading, as a page on a sleeping phone does. */
  pause(): void;
  close(): void;
}

/** Opens a stream of server-sent events. */
export function watch(
  port: number,
  path = "/api/events",
  headers: Readonly<Record<string, string>> = {},
): Promise<Watch> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, headers, agent: false }, (response) => {
      let text = "";
      let isOpen = true;
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on("error", () => undefined);
      response.on("close", () => {
        isOpen = false;
      });
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        events: () =>
          [...text.matchAll(/^data: (.*)$/gm)].map(
            (match) => JSON.parse(match[1] ?? "") as Record<string, unknown>,
          ),
        get isOpen() {
          return isOpen;
        },
        pause: () => void response.pause(),
        close: () => void sent.destroy(),
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}
