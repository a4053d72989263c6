import { defineConfig } from "vitest/config";

/** A booted systemd with the installed package; started by test/system/main.ts. */
export default defineConfig({
  test: {
    include: ["test/system/**/*.test.ts"],
    testTimeout: 900_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
  },
});
