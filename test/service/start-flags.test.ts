import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { serviceCommand } from "../../bench/footprint/service-command.ts";

it("the container starts the program with the flags of the service", () => {
  const dockerfile = readFileSync(join(import.meta.dirname, "../../Dockerfile.arm64"), "utf8");
  const words = JSON.parse(/^ENTRYPOINT (.+)$/m.exec(dockerfile)?.[1] ?? "[]") as readonly string[];
  expect(words.filter((word) => word.startsWith("--"))).toEqual(serviceCommand().flags);
});
