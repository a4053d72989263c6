import { describe, expect, it } from "vitest";
import { type Connection, createConnection, pauseMs } from "../../../drivers/modbus/connection.ts";
import type { LinkHandlers } from "../../../drivers/modbus/link.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { silentLog } from "../../support/silent-log.ts";

/** A connection over links that do what the test says. */
function connectionUnderTest() {
  const clock = createManualClock();
  const links: { handlers: LinkHandlers; isDestroyed: boolean }[] = [];
  const lost: string[] = [];
  const connection: Connection = createConnection(
    {
      openTimeoutMs: 300,
      settleMs: 0,
      openLink(handlers) {
        const link = { handlers, isDestroyed: false };
        links.push(link);
        return {
          write() {},
          destroy() {
            link.isDestroyed = true;
          },
        };
      },
    },
    {
      clock,
      log: silentLog,
      random: () => 1,
      onOpen() {},
      onData() {},
      onLost: () => lost.push(connection.state),
    },
  );
  return { connection, clock, links, lost };
}

describe("a connection", () => {
  it("gives up on a silent host in time and destroys the attempt, so that no zombie comes up later", async () => {
    const { connection, clock, links } = connectionUnderTest();
    connection.start();
    await clock.advance(299);
    expect(links[0]?.isDestroyed).toBe(false);
    await clock.advance(1);
    expect(links[0]?.isDestroyed).toBe(true);
    expect(connection.state).toBe("pausing");
  });

  it("has at most one link at any time, however long the host stays silent", async () => {
    const { connection, clock, links } = connectionUnderTest();
    connection.start();
    for (let second = 0; second < 300; second++) {
      await clock.advance(1_000);
      expect(links.filter(({ isDestroyed }) => !isDestroyed).length).toBeLessThanOrEqual(1);
    }
    expect(links.length).toBeGreaterThan(10);
    expect(links.length).toBeLessThan(20);
  });

  it("comes back at once after a connection that worked, and pauses after one that did not", async () => {
    const { connection, links, lost } = connectionUnderTest();
    connection.start();
    links[0]?.handlers.onUp();
    connection.confirm();
    links[0]?.handlers.onDown("reset");
    expect(links).toHaveLength(2);
    links[1]?.handlers.onUp();
    connection.send(Buffer.from([1]));
    links[1]?.handlers.onDown("reset");
    expect(links).toHaveLength(2);
    expect(lost).toEqual(["opening", "pausing"]);
  });

  it("stays closed", async () => {
    const { connection, clock, links } = connectionUnderTest();
    connection.start();
    connection.close();
    connection.start();
    connection.drop("late");
    await clock.advance(120_000);
    expect(connection.state).toBe("closed");
    expect(links).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("pauses between attempts", () => {
  it.each([
    [0, 500, 1_000],
    [1, 1_000, 2_000],
    [2, 2_000, 4_000],
    [4, 8_000, 16_000],
    [5, 15_000, 30_000],
    [10_000, 15_000, 30_000],
  ])("lie after %i failures between %i and %i ms", (failures, leastMs, mostMs) => {
    expect(pauseMs(failures, () => 0)).toBe(leastMs);
    expect(pauseMs(failures, () => 1)).toBe(mostMs);
  });
});
