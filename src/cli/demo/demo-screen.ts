import { PEER_NAMES } from "../../../simulator/site.ts";
import type { Timer } from "../../ports/clock.ts";
import { createSystemClock } from "../../service/clock.ts";
import type { CliIo } from "../command.ts";
import type { DemoHouse } from "./demo-house.ts";
import { liveLine } from "./live-line.ts";

const FRAME_MS = 200;
/** Without a terminal a line is printed for each of these stretches of the day. */
const LOG_LINE_MS = 1_800_000;
const NARROWEST_COLUMNS = 40;
const USUAL_COLUMNS = 100;
const LINE_WITHOUT_TERMINAL = 160;

export interface DemoScreen {
  close(): void;
}

interface ScreenOptions {
  readonly io: CliIo;
  /** True: one line that is drawn anew, and keys that pull plugs. False: a line each half hour. */
  readonly isLive: boolean;
  readonly isSilent: boolean;
  readonly speed: number | undefined;
}

/** Shows the demo to a person, or to a pipe. */
export function watchDemo(demo: DemoHouse, options: ScreenOptions): DemoScreen {
  if (options.isSilent) return { close: () => {} };
  return options.isLive ? liveScreen(demo, options) : lineLog(demo, options);
}

function liveScreen(demo: DemoHouse, { io, speed }: ScreenOptions): DemoScreen {
  const clock = createSystemClock();
  let timer: Timer = clock.setTimeout(draw, 0);
  io.out(
    `  keys      ${PEER_NAMES.map((peer, index) => `${index + 1} ${peer}`).join(", ")}: pull or plug; q: end\n`,
  );
  const keys = readKeys(demo, () => demo.clock.stop());

  function draw(): void {
    skipTheNight(demo, speed);
    const columns = Math.max(process.stdout.columns ?? USUAL_COLUMNS, NARROWEST_COLUMNS);
    io.out(`\r\u001b[K${currentLine(demo, columns)}`);
    timer = clock.setTimeout(draw, FRAME_MS);
  }

  return {
    close() {
      clock.clearTimeout(timer);
      keys.close();
      io.out("\n");
    },
  };
}

/** In the dark, with nothing to see, the day runs as fast as the machine can. */
function skipTheNight({ daemon, clock }: DemoHouse, speed: number | undefined): void {
  const report = daemon.latest();
  const isDark = report?.powers.pvPowerW === 0 && (report.powers.chargePowerW ?? 0) === 0;
  const wanted = isDark ? undefined : speed;
  if (clock.speed !== wanted) clock.setSpeed(wanted);
}

function lineLog(demo: DemoHouse, { io }: ScreenOptions): DemoScreen {
  let timer = demo.clock.setTimeout(print, LOG_LINE_MS);
  function print(): void {
    io.out(`${currentLine(demo, LINE_WITHOUT_TERMINAL)}\n`);
    timer = demo.clock.setTimeout(print, LOG_LINE_MS);
  }
  return { close: () => demo.clock.clearTimeout(timer) };
}

function currentLine(demo: DemoHouse, columns: number): string {
  const sinceMidnightMs = demo.clock.monotonicMs();
  const minutes = Math.floor(sinceMidnightMs / 60_000) % (24 * 60);
  const two = (value: number) => String(value).padStart(2, "0");
  const view = {
    clockText: `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`,
    progress: sinceMidnightMs / demo.dayMs,
    pulled: PEER_NAMES.filter((peer) => !demo.isPlugged(peer)),
  };
  return liveLine(demo.daemon.latest(), view, columns);
}

/** Single keys from the terminal: a digit pulls or plugs a peer, q and Ctrl-C end the demo. */
function readKeys(demo: DemoHouse, onQuit: () => void): { close(): void } {
  const { stdin } = process;
  if (stdin.isTTY !== true) return { close: () => {} };
  const onData = (bytes: Buffer) => {
    const key = bytes.toString("utf8");
    if (key === "q" || key === "\u0003") onQuit();
    const peer = PEER_NAMES[Number(key) - 1];
    if (peer !== undefined) void demo.toggle(peer);
  };
  stdin.setRawMode(true);
  stdin.on("data", onData);
  stdin.resume();
  return {
    close() {
      stdin.off("data", onData);
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}
