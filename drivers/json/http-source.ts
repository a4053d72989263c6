import type { Clock } from "../../src/ports/clock.ts";
import type { DeviceFault } from "../../src/ports/device-fault.ts";
import { boundedText, fetchErrorCode } from "../../src/ports/fetch-answer.ts";
import { nodeFetch } from "../../src/ports/node-fetch.ts";
import type { SiteSource } from "../../src/ports/site-source.ts";
import { channelValues, siteChannels } from "../profiles/channel-values.ts";
import type { Role } from "../profiles/profile-schema.ts";
import { type JsonMap, lookUpIn, parsedMessage } from "./json-map.ts";

/** Status pages of meters have a few KiB. */
const LARGEST_ANSWER_BYTES = 256 * 1_024;

export interface HttpSourceOptions {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly map: JsonMap;
  readonly roles: readonly Role[];
  readonly timeoutMs: number;
}

type Answer =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly fault: DeviceFault };

/** A device that answers GET requests with JSON. A redirect is not followed: it may lead anywhere. */
export function createHttpSource(options: HttpSourceOptions, deps: { readonly clock: Clock }): SiteSource {
  const { name, map, roles } = options;

  async function get(path: string): Promise<Answer> {
    const { clock } = deps;
    const abort = new AbortController();
    const timer = clock.setTimeout(() => abort.abort(), options.timeoutMs);
    try {
      const url = `http://${bracketed(options.host)}:${options.port}${path}`;
      const response = await nodeFetch(url, { signal: abort.signal });
      if (!response.ok) {
        abort.abort();
        return failed({ kind: "refused", detail: `HTTP ${response.status}`, code: response.status });
      }
      const text = await boundedText(response, LARGEST_ANSWER_BYTES);
      return text === undefined
        ? failed({ kind: "protocol", detail: "the answer is too large" })
        : { ok: true, text };
    } catch (error) {
      if (abort.signal.aborted)
        return failed({ kind: "timeout", detail: `no answer within ${options.timeoutMs} ms` });
      return failed({ kind: "unreachable", detail: fetchErrorCode(error) });
    } finally {
      clock.clearTimeout(timer);
    }
  }

  return {
    name,
    async read() {
      const messages: Record<string, unknown> = {};
      const texts: string[] = [];
      for (const [request, path] of Object.entries(map.requests)) {
        const answer = await get(path);
        if (!answer.ok) return answer;
        const message = parsedMessage(answer.text);
        if (message === undefined) return failed({ kind: "protocol", detail: "the answer is no JSON" });
        messages[request] = message;
        texts.push(answer.text);
      }
      const values = channelValues(map.channels, lookUpIn(map, messages));
      return { ok: true, channels: siteChannels(values, roles), stamp: texts.join("\n") };
    },
    close: () => Promise.resolve(),
  };
}

function failed(fault: DeviceFault): { readonly ok: false; readonly fault: DeviceFault } {
  return { ok: false, fault };
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
