import { defineConfig } from "vitest/config";

/** Peers that others wrote: their servers and clients against ours. `test/interop/set-up.ts` installs them. */
export default defineConfig({
  test: {
    include: ["test/interop/**/*.test.ts"],
    globalSetup: ["test/interop/set-up.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
});
