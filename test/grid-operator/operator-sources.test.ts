import { afterEach, describe, expect, it } from "vitest";
import { createOperatorContact } from "../../src/grid-operator/operator-contact.ts";
import { createOperatorEndpoint } from "../../src/grid-operator/operator-endpoint.ts";
import { createOperatorTopic } from "../../src/grid-operator/operator-topic.ts";
import { createStaticOperator } from "../../src/grid-operator/static-operator.ts";
import type { ContactReading } from "../../src/ports/contact.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { silentLog } from "../support/silent-log.ts";
import { startBroker } from "../telemetry/support/broker.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe("the limit from a topic", () => {
  const TOPIC = "control-box/limit";
  const STATUS = "hems-edge/home/grid_operator/status";

  async function topicRig() {
    const broker = await startBroker();
    closing.push(broker.close);
    const clock = createManualClock();
    const source = createOperatorTopic(
      {
        url: broker.url,
        clientId: "limits",
        username: undefined,
        password: undefined,
        protocolVersion: 4,
        caFile: undefined,
        topic: TOPIC,
        statusTopic: STATUS,
      },
      { clock, log: silentLog, random: () => 0.5 },
    );
    closing.push(() => source.stop());
    return { broker, clock, source };
  }

  it("comes with each message, and whoever sends sees that somebody listens", async () => {
    const { broker, clock, source } = await topicRig();
    expect(source.latest()).toEqual({ heartbeatMs: undefined, command: undefined });
    source.start();
    await broker.next(STATUS);
    await broker.publish(TOPIC, '{"limit_w": 4200, "duration_s": 60}');
    await eventually(() => source.latest().command !== undefined);
    const atMs = clock.monotonicMs();
    const command = { isActive: true, limitW: 4_200, durationMs: 60_000, atMs };
    expect(source.latest()).toEqual({ heartbeatMs: atMs, command });
    await clock.advance(30_000);
    await broker.publish(TOPIC, "{}");
    await eventually(() => source.latest().heartbeatMs === atMs + 30_000);
    expect(source.latest().command).toEqual(command);
    await source.stop();
    await eventually(() => broker.payloads(STATUS).at(-1) === "offline");
  });

  it("is not taken from a retained message, nor from nonsense", async () => {
    const { broker, source } = await topicRig();
    await broker.publish(TOPIC, "1000", { isRetained: true });
    source.start();
    await broker.next(STATUS);
    await broker.publish(TOPIC, "limit!");
    await broker.publish(TOPIC, "4300");
    await eventually(() => source.latest().command?.limitW === 4_300);
  });
});

describe("the limit from a contact", () => {
  function contactRig(readings: ContactReading[]) {
    const clock = createManualClock();
    let last: ContactReading = readings[0] as ContactReading;
    const contact = {
      async read() {
        last = readings.shift() ?? last;
        return last;
      },
    };
    const source = createOperatorContact(
      { limitW: 4_200, pollMs: 1_000 },
      { clock, log: silentLog, contact },
    );
    closing.push(() => source.stop());
    source.start();
    return { clock, source };
  }

  const closed = { ok: true, isClosed: true } as const;
  const open = { ok: true, isClosed: false } as const;
  const away = { ok: false, fault: { kind: "timeout", detail: "no answer" } } as const;

  it("holds while the contact is closed", async () => {
    const { clock, source } = contactRig([closed, open]);
    await clock.advance(0);
    expect(source.latest().command).toMatchObject({ isActive: true, limitW: 4_200 });
    await clock.advance(1_000);
    expect(source.latest()).toMatchObject({
      heartbeatMs: clock.monotonicMs(),
      command: { isActive: false, atMs: clock.monotonicMs() },
    });
  });

  it("falls silent while the contact cannot be read, and is heard again", async () => {
    const { clock, source } = contactRig([closed, away, away, closed]);
    await clock.advance(0);
    const heardMs = source.latest().heartbeatMs;
    await clock.advance(2_000);
    expect(source.latest()).toMatchObject({ heartbeatMs: heardMs, command: { isActive: true } });
    await clock.advance(1_000);
    expect(source.latest().heartbeatMs).toBe((heardMs ?? 0) + 3_000);
  });

  it("is not read any more after the end", async () => {
    const { clock, source } = contactRig([open]);
    await clock.advance(0);
    await source.stop();
    const { heartbeatMs } = source.latest();
    await clock.advance(10_000);
    expect(source.latest().heartbeatMs).toBe(heartbeatMs);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("the limit by HTTP", () => {
  it("is taken from whoever shows the token", () => {
    const endpoint = createOperatorEndpoint("0123456789abcdef", createManualClock());
    expect(endpoint.isAllowed("Bearer 0123456789abcdef")).toBe(true);
    for (const header of [undefined, "", "Bearer ", "Bearer 0123456789abcdeF", "0123456789abcdef"]) {
      expect(endpoint.isAllowed(header)).toBe(false);
    }
  });

  it("is what the body asks for", () => {
    const clock = createManualClock();
    const endpoint = createOperatorEndpoint("t", clock);
    expect(endpoint.receive({ limit_w: 4_500 })).toEqual({ ok: true });
    expect(endpoint.receive({ limit_w: "4500" })).toMatchObject({ ok: false });
    expect(endpoint.latest().command).toMatchObject({ limitW: 4_500, atMs: clock.monotonicMs() });
  });
});

describe("a static limit", () => {
  it("holds at all times", async () => {
    const clock = createManualClock();
    const source = createStaticOperator(4_200, clock);
    await clock.advance(5_000);
    const atMs = clock.monotonicMs();
    const command = { isActive: true, limitW: 4_200, durationMs: undefined, atMs };
    expect(source.latest()).toEqual({ heartbeatMs: atMs, command });
  });
});
