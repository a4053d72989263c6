import { PEER_NAMES } from "../../../simulator/site.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { CliIo, Command, CommandInput } from "../command.ts";
import { batteryOptions } from "../simulate/peer-options.ts";
import { onStopSignal } from "../stop-signal.ts";
import { createDemoHouse, type DemoHouse } from "./demo-house.ts";
import { type DemoRequest, demoRequest, type PlannedPull } from "./demo-options.ts";
import { watchDemo } from "./demo-screen.ts";
import { dayFigures, recordedFigures, summaryText } from "./demo-summary.ts";

/** A day in about two and a half minutes. */
const WATCHING_SPEED = 600;

export const demoCommand: Command = {
  options: {
    day: { summary: "Shipped day, or a CSV file time,pv_w,load_w.", placeholder: "NAME" },
    speed: {
      summary: "Times real speed; --once without it is as fast as the machine can.",
      placeholder: "N",
    },
    port: { summary: "Port of the page; 0 takes a free one; default 8090.", placeholder: "N" },
    pull: {
      summary: `Unplug a peer (${PEER_NAMES.join(", ")}) at a time of the day for some minutes; repeatable.`,
      placeholder: "PEER@HH:MM+MIN",
    },
    ...batteryOptions,
    once: { summary: "One day as fast as possible, then end." },
    json: { summary: "Print the day's figures as JSON." },
  },
  example: "hems-edge demo --once --json --pull meter@12:00+30",
  async run(input) {
    const isWatched = input.io.isTerminal && !input.switches.has("once") && !input.switches.has("json");
    const asked = demoRequest(input, input.switches.has("once") ? undefined : WATCHING_SPEED);
    if (!asked.ok) {
      input.io.err(`hems-edge demo: ${asked.problem}\n`);
      return EXIT.usage;
    }
    return playDay(asked.request, input, isWatched);
  },
};

async function playDay(
  request: DemoRequest,
  { io, switches }: CommandInput,
  isWatched: boolean,
): Promise<number> {
  const demo = await createDemoHouse(request);
  const stop = onStopSignal();
  stop.signal.addEventListener("abort", () => demo.clock.stop());
  const isJson = switches.has("json");
  planPulls(demo, request.pulls);
  if (!isJson) introduce(demo, request, io);
  const screen = watchDemo(demo, { io, isLive: isWatched, isSilent: isJson, speed: request.speed });
  await demo.run(demo.clock.monotonicMs() + demo.dayMs);
  screen.close();
  stop.close();
  // Stopping takes its time, and the house goes on meanwhile.
  const figures = dayFigures(request.trace.name, demo);
  await demo.close();
  const summary = { ...figures, ...recordedFigures(demo) };
  io.out(isJson ? `${JSON.stringify(summary)}\n` : `${summaryText(summary)}\n`);
  return EXIT.ok;
}

function introduce(demo: DemoHouse, { trace, speed }: DemoRequest, io: CliIo): void {
  const { site, daemon } = demo;
  const at = ({ host, port }: { host: string; port: number }) => `${host}:${port}`;
  io.out(
    [
      `The real daemon in a simulated house, on ${trace.name}${speed === undefined ? "" : ` at ${speed} times real speed`}.`,
      `  page      ${daemon.pageUrl() ?? "none: its port is taken, choose another with --port"}`,
      `  Modbus    inverter ${at(site.inverter.address())}, meter ${at(site.meter.address())}`,
      `  OCPP      ws://127.0.0.1:${daemon.ocppPort()}`,
      `  Partner   ${site.partner.address().url}`,
      `  MQTT      ${site.broker.url}`,
      "",
    ].join("\n"),
  );
}

function planPulls(demo: DemoHouse, pulls: readonly PlannedPull[]): void {
  for (const { peer, fromMs, untilMs } of pulls) {
    demo.clock.setTimeout(() => void demo.toggle(peer), fromMs);
    demo.clock.setTimeout(() => void demo.toggle(peer), untilMs);
  }
}
