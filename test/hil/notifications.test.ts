import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { capturedCli } from "../support/captured-cli.ts";
import { webServer } from "../support/web-server.ts";
import { onBench } from "./support/bench.ts";

const TOPIC = "hems-edge/bench/notification";

describe("notifications of the real daemon", { timeout: 90_000 }, () => {
  it("tell the house's own server and the broker of a config that is not taken, and of its end", async () => {
    const posted: string[] = [];
    const url = await webServer((request, response) => {
      request.on("data", (chunk) => posted.push(JSON.parse(String(chunk)).type));
      request.on("end", () => response.writeHead(204).end());
    });
    const notifications = {
      channels: [{ type: "webhook", url: `${url}/hook`, timeout_s: 60 }, { type: "mqtt" }],
    };
    await onBench({ notifications }, async (bench) => {
      const daemon = bench.startDaemon();
      await bench.within(300, async () => (await bench.state())?.mqtt?.is_connected === true);
      const reload = async (config: string) => {
        writeFileSync(bench.configPath, config);
        daemon.kill("SIGHUP");
      };
      const told = () => bench.site.broker.lastMessage(TOPIC)?.payload ?? "";
      const config = readFileSync(bench.configPath, "utf8");
      await reload(`${config}\nnonsense: true\n`);
      await bench.unhurried(() =>
        bench.within(120, () => told().includes("config_invalid.raised") && posted.length === 1),
      );
      await reload(config);
      await bench.unhurried(() =>
        bench.within(120, () => told().includes("config_invalid.cleared") && posted.length === 2),
      );
      expect(posted).toEqual(["config_invalid.raised", "config_invalid.cleared"]);

      const page = `http://127.0.0.1:${bench.ports.page}`;
      let result: Awaited<ReturnType<typeof capturedCli>> | undefined;
      void capturedCli(["notify", "test", "--url", page]).then((answer) => {
        result = answer;
      });
      await bench.unhurried(() => bench.within(120, () => result !== undefined));
      expect(result).toEqual({ code: 0, out: "webhook (webhook): sent\nmqtt (mqtt): sent\n", err: "" });
      expect([posted.at(-1), told()]).toEqual(["test.test", expect.stringContaining("test.test")]);
    })();
  });
});
