/** Collects all garbage of this thread and gives its pages back; Node has it with --expose-gc, as the service has that. */
export function garbageCollector(): (() => void) | undefined {
  const { gc } = globalThis;
  return gc && (() => void gc({ type: "major", execution: "sync", flavor: "last-resort" }));
}
