import { networkInterfaces } from "node:os";
import { pino } from "pino";
import { createModbusBus, findDevices, openPorts } from "../../drivers/index.ts";
import { type Clock, withTimeout } from "../ports/clock.ts";
import type { DeviceSearch, SearchAnswer, SearchQuestion } from "../ports/device-search.ts";

/** Longest wait for one answer of a device, ms. */
const ANSWER_TIMEOUT_MS = 1_500;
/** A person waits for it. */
const QUESTION_TIMEOUT_MS = 90_000;
/** Where Modbus TCP is found: the standard's, SolarEdge's, and Huawei's. */
const USUAL_PORTS = [502, 1502, 6607];
/** In a house an answer takes milliseconds. */
const CONNECT_TIMEOUT_MS = 500;
const SEARCH_WIDTH = 48;
/** Last bytes of the addresses of a /24 network. */
const LAST_BYTES = Array.from({ length: 254 }, (_, index) => index + 1);

/** Looks for devices on the networks of this machine; `clock` is real time. */
export function createDeviceSearch({ clock }: { readonly clock: Clock }): DeviceSearch {
  return {
    async ask(question) {
      const bus = createModbusBus(
        {
          connection: { type: "tcp", host: question.host, port: question.port },
          timeoutMs: ANSWER_TIMEOUT_MS,
          gapMs: 0,
          connectDelayMs: 0,
        },
        { clock, log: pino({ level: "silent" }) },
      );
      const late: SearchAnswer = {
        ok: false,
        detail: `no driver was found within ${QUESTION_TIMEOUT_MS / 1_000} s: give the unit, or the driver`,
      };
      try {
        return await withTimeout(clock, QUESTION_TIMEOUT_MS, answerOf(question, { bus, clock }), late);
      } finally {
        await bus.close();
      }
    },
    networks: () => [...new Set(ownAddresses().filter(isPrivate).map(networkOf))],
    scan(network, { signal, progress }) {
      const start = network.slice(0, network.lastIndexOf(".") + 1);
      const hosts = LAST_BYTES.map((last) => `${start}${last}`);
      const total = hosts.length * USUAL_PORTS.length;
      return openPorts(
        {
          hosts,
          ports: USUAL_PORTS,
          timeoutMs: CONNECT_TIMEOUT_MS,
          width: SEARCH_WIDTH,
          signal,
          progress: (tried) => progress(tried, total),
        },
        { clock },
      );
    },
  };
}

async function answerOf(
  { unit, driver }: SearchQuestion,
  deps: Parameters<typeof findDevices>[1],
): Promise<SearchAnswer> {
  const outcome = await findDevices({ unit, driver, progress() {} }, deps);
  if (!outcome.ok) return outcome;
  return { ok: true, found: outcome.found.map(({ subDevices: _models, ...device }) => device) };
}

/** IPv4 addresses of this machine in its networks, without its loopback. */
export function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => address);
}

/** RFC 1918: a search never leaves the house. */
function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address);
}

/** The 256 addresses around one: what home routers give, and a bound where a network is larger. */
function networkOf(address: string): string {
  return `${address.slice(0, address.lastIndexOf("."))}.0/24`;
}
