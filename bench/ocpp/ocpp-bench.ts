import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type BenchBox, dialBenchBox } from "./bench-box.ts";
import { machineMs, type ServerMessage } from "./bench-messages.ts";

export interface OcppFigures {
  readonly wallboxes: number;
  readonly setpoints: number;
  /** From the decision to the arrival of the frame at the box, ms. */
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
  /** Meter values answered while every box sends as fast as it is answered; held by the flood control. */
  readonly messages_per_s: number;
  /** Processor time of the server for each of them, ms. */
  readonly cpu_ms_per_message: number;
  readonly rss_mb: number;
  readonly rss_after_flood_mb: number;
}

const SETPOINTS = 200;
const BETWEEN_MS = 25;
const FLOOD_MS = 8_000;
/** The burst that the flood control lets through is over after this time. */
const BURST_MS = 5_000;
const TICKS_PER_S = 100;

export async function measureOcpp(wallboxes: number): Promise<OcppFigures> {
  const server = fork(join(import.meta.dirname, "bench-server.ts"), [`${wallboxes}`]);
  const decidedMs = new Map<string, number>();
  const delaysMs: number[] = [];
  const arrivals: { readonly key: string; readonly atMs: number }[] = [];
  const port = await portOf(server, decidedMs);
  const boxes = await Promise.all(
    Array.from({ length: wallboxes }, (_, index) =>
      dialBenchBox({ port, index }, (limitA) =>
        arrivals.push({ key: `${index} ${limitA}`, atMs: machineMs() }),
      ),
    ),
  );
  await Promise.all(boxes.map(begin));
  await sleep(1_000);
  for (let count = 0; count < SETPOINTS; count++) {
    server.send(Math.round((6 + count / 10) * 10) / 10);
    await sleep(BETWEEN_MS);
  }
  await sleep(500);
  for (const { key, atMs } of arrivals) {
    const fromMs = decidedMs.get(key);
    if (fromMs !== undefined) delaysMs.push(atMs - fromMs);
  }
  const restingMb = rssMb(server);
  const flood = await floodFigures(server, boxes);
  const sorted = delaysMs.toSorted((a, b) => a - b);
  const figures: OcppFigures = {
    wallboxes,
    setpoints: sorted.length,
    p50_ms: quantile(sorted, 0.5),
    p99_ms: quantile(sorted, 0.99),
    max_ms: quantile(sorted, 1),
    ...flood,
    rss_mb: Math.round(restingMb),
    rss_after_flood_mb: Math.round(rssMb(server)),
  };
  for (const box of boxes) box.close();
  server.disconnect();
  return figures;
}

function portOf(server: ChildProcess, decidedMs: Map<string, number>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("exit", () => reject(new Error("the server ended")));
    server.on("message", (message: ServerMessage) => {
      switch (message.kind) {
        case "listening":
          return resolve(message.port);
        case "decided":
          for (const [box, atMs] of message.decidedMs.entries())
            decidedMs.set(`${box} ${message.limitA}`, atMs);
      }
    });
  });
}

async function begin(box: BenchBox): Promise<void> {
  await box.call("BootNotification", {
    chargePointVendor: "Bench",
    chargePointModel: "Box",
    firmwareVersion: "1",
  });
  await box.call("StatusNotification", { connectorId: 1, errorCode: "NoError", status: "Charging" });
}

async function floodFigures(server: ChildProcess, boxes: readonly BenchBox[]) {
  let answered = 0;
  let isOver = false;
  const meterValue = [
    {
      sampledValue: ["L1", "L2", "L3"].map((phase) => ({ measurand: "Current.Import", phase, value: "9.8" })),
    },
  ];
  const senders = boxes.map(async (box) => {
    while (!isOver) {
      await box.call("MeterValues", { connectorId: 1, meterValue });
      answered += 1;
    }
  });
  await sleep(BURST_MS);
  const before = { answered, cpuMs: cpuMs(server) };
  await sleep(FLOOD_MS);
  const count = answered - before.answered;
  const usedMs = cpuMs(server) - before.cpuMs;
  isOver = true;
  await Promise.race([Promise.all(senders), sleep(3_000)]);
  return {
    messages_per_s: Math.round(count / (FLOOD_MS / 1_000)),
    cpu_ms_per_message: Math.round((usedMs / count) * 1_000) / 1_000,
  };
}

/** Processor time of the process so far, ms (proc(5), fields 14 and 15). */
function cpuMs({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_S) * 1_000;
}

function rssMb({ pid }: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024;
}

function quantile(sorted: readonly number[], share: number): number {
  const index = Math.min(sorted.length - 1, Math.floor(share * sorted.length));
  return Math.round((sorted[index] ?? Number.NaN) * 100) / 100;
}
