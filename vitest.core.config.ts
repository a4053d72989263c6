import { defineConfig } from "vitest/config";
import type { TestSequencer, TestSpecification } from "vitest/node";

/** Tests that run thousands of passes. */
const SLOW = /(closed-loop|properties)\.test\.ts$/;

/** The tables first: they end most mutants within milliseconds. */
class QuickFirst implements TestSequencer {
  async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => Number(SLOW.test(a.moduleId)) - Number(SLOW.test(b.moduleId)));
  }

  async shard(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files;
  }
}

/** Only the core's own tests, without a fresh worker for each file: mutation testing runs them for every mutant. */
export default defineConfig({
  test: {
    include: ["test/core/**/*.test.ts", "test/planner/**/*.test.ts"],
    testTimeout: 120_000,
    isolate: false,
    sequence: { sequencer: QuickFirst },
  },
});
