import { type BenchOptions, createBench } from "../hil/support/bench.ts";
import { createCarLife } from "./car-life.ts";
import { createDiskPace } from "./disk-pace.ts";
import { shippedDaysInARow } from "./long-trace.ts";
import { createDayBook, type SoakDay } from "./soak-day.ts";
import { usageOf } from "./usage.ts";
import { createViewer } from "./viewer.ts";

const DAY_S = 86_400;
const LOOK_S = 600;
const WRITE_BACK_S = 30;
/** As the service has it, and a nursery that does not grow with the speed of the clock. */
const NODE_OPTIONS = "--max-old-space-size=192 --max-semi-space-size=8";

/**
 * The daemon as a process of its own, with the simulated house in this one, both on fast clocks. A second that the machine
 * takes from either of them is minutes of the house, so that outages come by themselves.
 */
export async function soakAsProcess(
  options: { readonly days: number; readonly speed: number } & Required<Pick<BenchOptions, "stateDir">>,
  onDay: (day: SoakDay, index: number) => void,
): Promise<readonly SoakDay[]> {
  const { days, speed, stateDir } = options;
  const bench = await createBench({ trace: shippedDaysInARow(), stateDir, speed, nodeOptions: NODE_OPTIONS });
  const daemon = bench.startDaemon();
  const processId = daemon.child.pid;
  if (processId === undefined) throw new Error("the daemon could not be started");
  await bench.within(DAY_S, async () => (await bench.state()) !== undefined);
  const carLife = createCarLife(bench.site, bench.clock);
  const viewer = createViewer(`http://127.0.0.1:${bench.ports.page}`, bench.clock);
  const disk = createDiskPace(stateDir);
  const book = createDayBook(usageOf(processId));
  const done: SoakDay[] = [];
  try {
    for (let day = 0; day < days; day++) {
      for (let second = WRITE_BACK_S; second <= DAY_S; second += WRITE_BACK_S) {
        await bench.pass(WRITE_BACK_S);
        disk.flush();
        if (second % LOOK_S === 0) book.look(usageOf(processId));
      }
      const turned = book.turn();
      done.push(turned);
      onDay(turned, day);
    }
    daemon.kill("SIGTERM");
    const { code } = await daemon.ended;
    if (code !== 0) throw new Error(`the daemon ended with ${code}`);
  } finally {
    viewer.close();
    carLife.stop();
    await bench.close();
    disk.close();
  }
  return done;
}
