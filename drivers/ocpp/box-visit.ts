import type { Logger } from "pino";
import { isoUtc } from "../../src/core/iso-time.ts";
import { type Clock, delay, withTimeout } from "../../src/ports/clock.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import { configurationFacts, profileLimits } from "./box-configuration.ts";
import { USUAL_HABITS } from "./box-habits.ts";
import type { BoxLink, JsonRecord, Protocol, Station } from "./box-link.ts";
import { readConfiguration } from "./box-setup.ts";
import { type CentralSystem, createCentralSystem } from "./central-system.ts";
import { textOf } from "./lenient-json.ts";
import { modelByBoot } from "./models/find-model.ts";
import type { WallboxModel } from "./models/wallbox-model.ts";

export interface BoxVisitRequest {
  readonly host: string;
  readonly port: number;
  /** Undefined: the first box that dials. */
  readonly identity: string | undefined;
  /** Longest time until a box has dialled and told, ms. */
  readonly waitMs: number;
}

export interface VisitedBox {
  readonly identity: string;
  readonly protocol: Protocol;
  /** Undefined where the box only came back and does not say again what it is. */
  readonly boot:
    | { readonly vendor: string; readonly model: string; readonly firmware: string; readonly serial: string }
    | undefined;
  readonly known: WallboxModel | undefined;
  readonly limits: ReturnType<typeof profileLimits>;
  readonly facts: ReturnType<typeof configurationFacts>;
  /** False where the box gave no configuration: then the limits and facts say nothing. */
  readonly isConfigurationTold: boolean;
}

export type BoxVisit =
  | { readonly ok: true; readonly box: VisitedBox }
  | { readonly ok: false; readonly detail: string };

export interface BoxVisitDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** What is learned of the box ends with the visit: one in memory. */
  readonly store: StateStore;
}

const LOOK_MS = 100;
const CALL_TIMEOUT_MS = 15_000;
const BOOT_INTERVAL_S = 30;

/** Waits for a wallbox to dial in, reads what it is and can do, and lets it go. Nothing is set in the box. */
export async function visitBox(request: BoxVisitRequest, deps: BoxVisitDeps): Promise<BoxVisit> {
  const untilMs = deps.clock.monotonicMs() + request.waitMs;
  const identity = request.identity ?? (await firstCaller(request, untilMs, deps));
  if (typeof identity !== "string") return identity;
  return readBox({ ...request, identity }, untilMs, deps);
}

/** The identity under which the first box dials; it is refused once and dials again by itself. */
async function firstCaller(
  request: BoxVisitRequest,
  untilMs: number,
  deps: BoxVisitDeps,
): Promise<string | Extract<BoxVisit, { ok: false }>> {
  const central = listener(request, [], deps);
  const started = await central.start();
  if (!started.ok) return { ok: false, detail: started.fault.detail };
  while (central.strangers().length === 0 && deps.clock.monotonicMs() < untilMs) {
    await delay(deps.clock, LOOK_MS);
  }
  const [caller] = central.strangers();
  await central.close();
  return caller?.identity ?? { ok: false, detail: `no box dialled within ${request.waitMs / 1_000} s` };
}

async function readBox(
  request: BoxVisitRequest & { readonly identity: string },
  untilMs: number,
  deps: BoxVisitDeps,
): Promise<BoxVisit> {
  const { clock } = deps;
  const central = listener(request, [{ identity: request.identity }], deps);
  const heard = createHearing(clock);
  const unregister = central.register(request.identity, heard.station);
  const started = await central.start();
  if (!started.ok) return { ok: false, detail: started.fault.detail };
  const link = await withTimeout(clock, Math.max(0, untilMs - clock.monotonicMs()), heard.link, undefined);
  const box = link === undefined ? undefined : await told(link, heard);
  const [stranger] = central.strangers();
  unregister();
  await central.close();
  if (box !== undefined) return { ok: true, box };
  const reason = stranger === undefined ? "" : `; ${stranger.identity} dialled and was refused`;
  return {
    ok: false,
    detail: `${request.identity} did not come within ${request.waitMs / 1_000} s${reason}`,
  };
}

function listener(
  { host, port }: BoxVisitRequest,
  accounts: readonly { readonly identity: string }[],
  deps: BoxVisitDeps,
): CentralSystem {
  return createCentralSystem(
    {
      host,
      port,
      callTimeoutMs: CALL_TIMEOUT_MS,
      pingIntervalMs: 0,
      accounts: accounts.map((account) => ({ ...account, assumesOcpp16: true })),
    },
    deps,
  );
}

type Boot = NonNullable<VisitedBox["boot"]>;

interface Hearing {
  readonly station: Station;
  /** Resolves with the box's first connection. */
  readonly link: Promise<BoxLink>;
  boot(): Boot | undefined;
}

/** Hears what the box says, and answers so that it neither begins nor loses a charge. */
function createHearing(clock: Clock): Hearing {
  let boot: Boot | undefined;
  let connected: (link: BoxLink) => void = () => {};
  const link = new Promise<BoxLink>((resolve) => {
    connected = resolve;
  });
  const text = (payload: JsonRecord, field: string) => textOf(payload[field]) ?? "";

  function answer(action: string, payload: JsonRecord): JsonRecord {
    const currentTime = isoUtc(clock.wallMs());
    switch (action) {
      case "BootNotification":
        boot = {
          vendor: text(payload, "chargePointVendor"),
          model: text(payload, "chargePointModel"),
          firmware: text(payload, "firmwareVersion"),
          serial: text(payload, "chargePointSerialNumber") || text(payload, "chargeBoxSerialNumber"),
        };
        // OCPP 1.6, 4.2: it may be asked for its configuration, and sends no transactions that nobody would keep.
        return { status: "Pending", currentTime, interval: BOOT_INTERVAL_S };
      case "Authorize":
        return { idTagInfo: { status: "Invalid" } };
      case "StartTransaction":
        return { transactionId: 1, idTagInfo: { status: "Accepted" } };
      case "Heartbeat":
        return { currentTime };
      default:
        return {};
    }
  }

  return {
    station: { onConnected: (open) => connected(open), onDisconnected() {}, onCall: answer },
    link,
    boot: () => boot,
  };
}

async function told(link: BoxLink, { boot }: Hearing): Promise<VisitedBox> {
  await link.call("TriggerMessage", { requestedMessage: "BootNotification" });
  const configuration = await readConfiguration(link, { ...USUAL_HABITS, ...modelOf(boot())?.habits });
  return {
    identity: link.identity,
    protocol: link.protocol,
    boot: boot(),
    known: modelOf(boot()),
    limits: profileLimits(configuration),
    facts: configurationFacts(configuration),
    isConfigurationTold: configuration.size > 0,
  };
}

function modelOf(boot: Boot | undefined): WallboxModel | undefined {
  return boot === undefined ? undefined : modelByBoot(boot);
}
