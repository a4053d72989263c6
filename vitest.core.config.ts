import { defineConfig } from "vitest/config";

/** Only the core's own tests: mutation testing runs them for every mutant. */
export default defineConfig({
  test: { include: ["test/core/**/*.test.ts"], testTimeout: 20_000 },
});
