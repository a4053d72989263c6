import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const PROGRAM = "/usr/lib/hems-edge";

/** How the service starts the program, with the compiled program of this checkout: `npm run build` comes first. */
export function serviceCommand(): { readonly flags: readonly string[]; readonly main: string } {
  const unit = readFileSync(join(ROOT, "systemd/hems-edge.service"), "utf8");
  const words = /^ExecStart=(.+)$/m.exec(unit)?.[1]?.split(" ");
  const main = words?.find((word) => word.startsWith(`${PROGRAM}/dist/`));
  if (words === undefined || main === undefined) throw new Error("the unit starts nothing of the package");
  const flags = words.filter((word) => word.startsWith("--"));
  return { flags, main: join(ROOT, main.slice(PROGRAM.length)) };
}
