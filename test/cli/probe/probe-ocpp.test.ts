import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../../simulator/free-port.ts";
import { createChargePoint } from "../../../simulator/wallbox/charge-point.ts";
import { createSystemClock } from "../../../src/service/clock.ts";
import { createFakeHardware } from "../../simulator/wallbox/fake-hardware.ts";
import { capturedCli } from "../../support/captured-cli.ts";

/** A box that dials a port of this machine until the test ends. */
function boxAt(port: number, vendor = "Simulated") {
  const box = createChargePoint({
    url: `ws://127.0.0.1:${port}`,
    identity: "GARAGE-1",
    vendor,
    model: "Nominal",
    hardware: createFakeHardware(),
    bootDurationMs: 100,
    clock: createSystemClock({ unref: true }),
  });
  onTestFinished(() => box.close());
  return box;
}

const probe = (port: number, ...argv: string[]) =>
  capturedCli(["probe", "ocpp", "--host", "127.0.0.1", "--port", String(port), ...argv]);

describe("hems-edge probe ocpp", () => {
  it("shows what a box is and can do, and sets nothing in it", async () => {
    const port = await freePort();
    const box = boxAt(port);
    const { code, out } = await probe(port, "GARAGE-1", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      identity: "GARAGE-1",
      protocol: "ocpp1.6",
      vendor: "Simulated",
      model: "Nominal",
      is_configuration_told: true,
      feature_profiles: expect.arrayContaining(["SmartCharging"]),
      measurands: expect.arrayContaining(["Current.Import"]),
      max_stack_level: 8,
    });
    expect(box.state().limitA).toBeUndefined();
  });

  it("takes the first box that dials where none is named", async () => {
    const port = await freePort();
    boxAt(port, "Evil\u001b[2J");
    const { code, out } = await probe(port);
    expect(code).toBe(0);
    expect(out).toMatch(/^GARAGE-1 dialled in, ocpp1\.6$/m);
    expect(out).toMatch(/identity: "GARAGE-1"/);
    expect(out).not.toContain("\u001b");
  });

  it("says that no box came, or another one", async () => {
    expect(await probe(await freePort(), "--wait-s", "1")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no box dialled within 1 s/),
    });
    const port = await freePort();
    boxAt(port);
    expect(await probe(port, "OTHER", "--wait-s", "2")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/OTHER did not come within 2 s; GARAGE-1 dialled and was refused/),
    });
  });

  it("says that another program has the port", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { code, err } = await probe(port);
    expect([code, err]).toEqual([1, expect.stringMatching(/EADDRINUSE.*hems-edge wallbox show/s)]);
    expect((await probe(port, "--wait-s", "0")).code).toBe(2);
  });
});
