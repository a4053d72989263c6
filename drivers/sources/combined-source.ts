import type { Logger } from "pino";
import type { SiteChannels, SiteSource, SourceReading } from "../../src/ports/site-source.ts";

/**
 * Several units of one device as one source. The first is the one that matters most, such as the grid meter: without it
 * there is no reading. A loss of another one is told once, and its channels are absent meanwhile.
 */
export function combinedSource(
  name: string,
  [first, ...others]: readonly [SiteSource, ...SiteSource[]],
  log: Logger,
): SiteSource {
  const lost = new Set<SiteSource>();

  function noteAnswer(part: SiteSource, reading: SourceReading): void {
    if (reading.ok === !lost.has(part)) return;
    if (reading.ok) {
      lost.delete(part);
      log.info({ device: name }, "part of the device answers again");
    } else {
      lost.add(part);
      log.warn({ device: name, problem: reading.fault.detail }, "part of the device does not answer");
    }
  }

  return {
    name,
    async read() {
      const main = await first.read();
      if (!main.ok) return main;
      let channels: SiteChannels = main.channels;
      const stamps = [main.stamp];
      for (const other of others) {
        const reading = await other.read();
        noteAnswer(other, reading);
        if (!reading.ok) continue;
        channels = { ...channels, ...reading.channels };
        stamps.push(reading.stamp);
      }
      return { ok: true, channels, stamp: stamps.join(".") };
    },
    async close() {
      await Promise.all([first, ...others].map((part) => part.close()));
    },
  };
}
