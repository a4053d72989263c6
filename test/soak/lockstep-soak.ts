import { createDemoHouse } from "../../src/cli/demo/demo-house.ts";
import { createCarLife } from "./car-life.ts";
import { createDiskPace } from "./disk-pace.ts";
import { shippedDaysInARow } from "./long-trace.ts";
import { createDayBook, type SoakDay } from "./soak-day.ts";
import { usageOf } from "./usage.ts";
import { createViewer } from "./viewer.ts";

const DAY_MS = 86_400_000;
const LOOK_MS = 600_000;
/** Linux writes back what is older than this (vm.dirty_expire_centisecs). */
const WRITE_BACK_MS = 30_000;

/**
 * The daemon with all that it talks to in this one process on the lock-step clock: every second of every day has its pass.
 * Memory and handles are those of daemon and simulator together.
 */
export async function soakInLockstep(
  { days, stateDir }: { readonly days: number; readonly stateDir: string },
  onDay: (day: SoakDay, index: number) => void,
): Promise<void> {
  const demo = await createDemoHouse({
    trace: shippedDaysInARow(),
    timeZone: "America/Denver",
    speed: undefined,
    pagePort: 0,
    stateDir,
  });
  const carLife = createCarLife(demo.site, demo.clock);
  const viewer = createViewer(demo.daemon.pageUrl() ?? "", demo.clock);
  const disk = createDiskPace(stateDir);
  const book = createDayBook(usageOf("self"));
  for (let day = 0; day < days; day++) {
    for (let dueMs = WRITE_BACK_MS; dueMs <= DAY_MS; dueMs += WRITE_BACK_MS) {
      await demo.run(day * DAY_MS + dueMs);
      disk.flush();
      if (dueMs % LOOK_MS === 0) book.look(usageOf("self"));
    }
    onDay(book.turn(), day);
  }
  viewer.close();
  carLife.stop();
  await demo.close();
  disk.close();
}
