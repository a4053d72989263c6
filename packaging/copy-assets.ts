import { cpSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/** What the built program reads beside its code. */
for (const folder of ["ui/dist", "simulator/days", "simulator/prices", "drivers"]) {
  cpSync(join(ROOT, folder), join(ROOT, "dist", folder), {
    recursive: true,
    filter: (path) => !path.endsWith(".ts"),
  });
}
