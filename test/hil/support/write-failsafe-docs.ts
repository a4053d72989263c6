import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FAILSAFE_DOCS, failsafeDocs } from "./failsafe-docs.ts";

writeFileSync(join(import.meta.dirname, "../../..", FAILSAFE_DOCS), failsafeDocs());
