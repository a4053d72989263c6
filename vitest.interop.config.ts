import { defineConfig } from "vitest/config";

/** Peers that others wrote: their servers and clients against ours. The set-ups install them. */
export default defineConfig({
  test: {
    include: ["test/interop/**/*.test.ts"],
    globalSetup: ["test/interop/set-up.ts", "test/interop/ocpp/set-up.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
});
