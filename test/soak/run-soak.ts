import { serviceCommand } from "../../bench/footprint/service-command.ts";
import { createBench } from "../hil/support/bench.ts";
import { createCarLife } from "./car-life.ts";
import { createDiskPace } from "./disk-pace.ts";
import { shippedDaysInARow } from "./long-trace.ts";
import { createDayBook, type SoakDay } from "./soak-day.ts";
import { usageOf } from "./usage.ts";
import { createViewer } from "./viewer.ts";

const DAY_S = 86_400;
const LOOK_S = 600;
const WRITE_BACK_S = 30;
/**
 * The daemon as the service runs it, in a process of its own, led by the clock of the simulated house in this one: every second
 * has its pass.
 */
export async function runSoak(
  { days, stateDir }: { readonly days: number; readonly stateDir: string },
  onDay: (day: SoakDay, index: number) => void,
): Promise<void> {
  const bench = await createBench({ trace: shippedDaysInARow(), stateDir, program: serviceCommand() });
  const daemon = bench.startDaemon();
  const processId = daemon.child.pid;
  if (processId === undefined) throw new Error("the daemon could not be started");
  await bench.within(DAY_S, async () => (await bench.state()) !== undefined);
  const carLife = createCarLife(bench.site, bench.clock);
  const viewer = createViewer(`http://127.0.0.1:${bench.ports.page}`, bench.clock);
  const disk = createDiskPace(stateDir);
  const book = createDayBook(usageOf(processId));
  try {
    for (let day = 0; day < days; day++) {
      for (let second = WRITE_BACK_S; second <= DAY_S; second += WRITE_BACK_S) {
        await bench.pass(WRITE_BACK_S);
        disk.flush();
        if (second % LOOK_S === 0) book.look(usageOf(processId));
      }
      onDay(book.turn(), day);
    }
    const { code } = await daemon.end("SIGTERM");
    if (code !== 0) throw new Error(`the daemon ended with ${code}`);
  } finally {
    viewer.close();
    carLife.stop();
    await bench.close();
    disk.close();
  }
}
