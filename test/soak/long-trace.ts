import { type DayTrace, listShippedDays, loadShippedDay } from "../../simulator/house/day-trace.ts";

/** All shipped days one after the other, from the midnight of the first on. */
export function shippedDaysInARow(): DayTrace {
  const days = listShippedDays().map(({ name }) => shippedDay(name));
  const [first] = days;
  if (first === undefined) throw new Error("there are shipped days");
  return {
    name: "all shipped days",
    stepMs: first.stepMs,
    startWallMs: first.startWallMs,
    pvW: Float64Array.from(days.flatMap(({ pvW }) => [...pvW])),
    loadW: Float64Array.from(days.flatMap(({ loadW }) => [...loadW])),
  };
}

function shippedDay(name: string): DayTrace {
  const loaded = loadShippedDay(name);
  if (!loaded.ok) throw new Error(loaded.problem);
  return loaded.trace;
}
