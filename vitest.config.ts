import { defineConfig } from "vitest/config";

/** Suites with a command of their own: they install what they need, or boot a system. */
const ELSEWHERE = ["test/system/**", "test/interop/**", "test/page/**"];

export default defineConfig({
  test: {
    // A bound for what hangs, not a measure of speed: a busy machine may take its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    setupFiles: ["test/support/property-seed.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "suite",
          include: ["test/**/*.test.ts"],
          exclude: [...ELSEWHERE, "test/hil/**"],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Real processes: each takes a processor while it starts.
        extends: true,
        test: {
          name: "hil",
          include: ["test/hil/**/*.test.ts"],
          sequence: { groupOrder: 1 },
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["src/core/**"],
      reporter: ["text", "json-summary"],
      thresholds: { lines: 100, branches: 100, functions: 100, statements: 100 },
    },
  },
});
