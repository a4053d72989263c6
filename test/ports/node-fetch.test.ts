import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { boundedText } from "../../src/ports/fetch-answer.ts";
import { nodeFetch } from "../../src/ports/node-fetch.ts";
import { webServer } from "../support/web-server.ts";

const ENOUGH_BYTES = 1_000;
const textOf = async (url: string) => boundedText(await nodeFetch(url), ENOUGH_BYTES);

describe("nodeFetch", () => {
  it("sends method, headers and body, and gives status, headers and body", async () => {
    const url = await webServer((request, response) => {
      request.setEncoding("utf8").on("data", (body) => {
        response.writeHead(201, { "X-Answer": "yes" });
        response.end(`${request.method} ${request.url} ${request.headers["x-asked"]} ${body}`);
      });
    });
    const answer = await nodeFetch(`${url}/path?q=1`, {
      method: "PUT",
      headers: { "x-asked": "so" },
      body: "ä",
    });
    expect(answer).toMatchObject({ status: 201, ok: true });
    expect(answer.headers.get("x-answer")).toBe("yes");
    expect(answer.headers.get("x-other")).toBeNull();
    expect(await boundedText(answer, ENOUGH_BYTES)).toBe("PUT /path?q=1 so ä");
  });

  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ] as const)("unpacks %s", async (encoding, pack) => {
    const url = await webServer((_request, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end(pack("sun"));
    });
    expect(await textOf(url)).toBe("sun");
  });

  it("fails with the code of what cannot be unpacked", async () => {
    const url = await webServer((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end("no gzip");
    });
    await expect(textOf(url)).rejects.toMatchObject({ code: "Z_DATA_ERROR" });
  });

  it("stops unpacking at the bound, however much would come", async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const url = await webServer((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
    });
    expect(await textOf(url)).toBeUndefined();
  });

  it("follows a redirect only where told to, and never in circles", async () => {
    const url = await webServer((request, response) => {
      if (request.url === "/end") response.end("end");
      else response.writeHead(302, { location: request.url === "/circle" ? "/circle" : "/end" }).end();
    });
    expect(await nodeFetch(`${url}/start`)).toMatchObject({ status: 302, ok: false });
    await expect(nodeFetch(`${url}/start`, { redirect: "error" })).rejects.toThrow("leads elsewhere");
    const followed = await nodeFetch(`${url}/start`, { redirect: "follow" });
    expect(await boundedText(followed, ENOUGH_BYTES)).toBe("end");
    expect(await nodeFetch(`${url}/circle`, { redirect: "follow" })).toMatchObject({ status: 302 });
  });

  it("asks again where the server has closed a connection that was kept", async () => {
    let requests = 0;
    const url = await webServer((request, response) => {
      requests++;
      if (requests === 2) request.socket.resetAndDestroy();
      else response.end(`${requests}`);
    });
    expect(await textOf(url)).toBe("1");
    expect(await textOf(url)).toBe("3");
  });

  it("sends a POST once, although a connection was kept that the server breaks off", async () => {
    const seen: string[] = [];
    const url = await webServer((request, response) => {
      seen.push(request.method ?? "");
      if (request.method === "POST") request.socket.resetAndDestroy();
      else response.end("kept");
    });
    expect(await textOf(url)).toBe("kept");
    await expect(nodeFetch(url, { method: "POST", body: "new" })).rejects.toMatchObject({
      code: "ECONNRESET",
    });
    expect(seen).toEqual(["GET", "POST"]);
  });

  it("rejects with the system's code where nobody listens, and when the answer breaks off", async () => {
    await expect(nodeFetch("http://127.0.0.1:1/")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    const url = await webServer((request, response) => {
      response.writeHead(200, { "content-length": "10" }).write("half");
      setImmediate(() => request.socket.destroy());
    });
    await expect(textOf(url)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("ends at the signal, before the answer and within it", async () => {
    const silent = await webServer(() => {});
    await expect(nodeFetch(silent, { signal: AbortSignal.timeout(20) })).rejects.toThrow();
    const slow = await webServer((_request, response) => void response.write("never ends"));
    const abort = new AbortController();
    const answer = await nodeFetch(slow, { signal: abort.signal });
    abort.abort();
    await expect(boundedText(answer, ENOUGH_BYTES)).rejects.toThrow();
  });
});
