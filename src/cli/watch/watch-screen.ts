import type { CliIo } from "../command.ts";
import { changeLine, screenLines } from "./watch-text.ts";
import { changeMark, type WatchedState } from "./watched-state.ts";

/** Shows states as they come. */
export interface WatchView {
  show(state: WatchedState): void;
  /** The daemon is not heard any more; it is asked again. */
  lost(): void;
  close(): void;
}

const USUAL = { columns: 80, rows: 24 };
/** The terminal's second screen, without a cursor; what stood on the first comes back. */
const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const REST_OF_LINE = "\u001b[K";
const REST_OF_SCREEN = "\u001b[J";

/** A screen that is drawn anew, as large as the terminal is at that moment. */
export function liveScreen({ out, environment }: CliIo): WatchView {
  const isColoured = (environment.NO_COLOR ?? "") === "";
  let latest: WatchedState | undefined;
  let isLive = true;

  function draw(): void {
    if (latest === undefined) return;
    const { columns = USUAL.columns, rows = USUAL.rows } = process.stdout;
    const lines = screenLines(latest, { columns, rows, isColoured, isLive });
    out(`${HOME}${lines.map((line) => `${line}${REST_OF_LINE}`).join("\n")}${REST_OF_SCREEN}`);
  }

  out(ENTER);
  process.stdout.on("resize", draw);
  return {
    show(state) {
      latest = state;
      isLive = true;
      draw();
    },
    lost() {
      isLive = false;
      draw();
    },
    close() {
      process.stdout.off("resize", draw);
      out(LEAVE);
    },
  };
}

/** A line for each change, for a pipe or a file; `isJson`: the whole state. */
export function changeLog({ out, err }: CliIo, isJson: boolean): WatchView {
  let told: string | undefined;
  let isLost = false;
  return {
    show(state) {
      isLost = false;
      const mark = changeMark(state);
      if (mark === told) return;
      told = mark;
      out(`${isJson ? JSON.stringify(state) : changeLine(state)}\n`);
    },
    lost() {
      if (!isLost) err("hems-edge: the daemon is not heard any more, trying again\n");
      isLost = true;
    },
    close() {},
  };
}
