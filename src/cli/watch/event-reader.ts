import type { Readable } from "node:stream";

/** A longer event is none of ours, characters. */
const LONGEST_EVENT = 1_000_000;

/** The data of each server-sent event. Ends with the stream, or with one that is too long. */
export async function* eventData(stream: Readable): AsyncGenerator<string> {
  let waiting = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    waiting += chunk;
    const events = waiting.split("\n\n");
    waiting = events.pop() ?? "";
    for (const event of events) {
      const lines = event.split("\n").filter((line) => line.startsWith("data: "));
      if (lines.length > 0) yield lines.map((line) => line.slice(6)).join("\n");
    }
    if (waiting.length > LONGEST_EVENT) return;
  }
}
