import { defineConfig } from "vitest/config";

/** The page in a real browser, before the real daemon; needs Debian's chromium. */
export default defineConfig({
  test: {
    include: ["test/page/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
});
