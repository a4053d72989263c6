import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

/**
 * Who may import whom. A folder takes the row with the longest matching path. `own` are folders or files of
 * this project, `libraries` are packages; node's built-in modules count as `node:`.
 */
const table: Record<string, { own: string[]; libraries: string[] }> = {
  "src/core": { own: ["src/core"], libraries: ["xstate"] },
  "src/ports": { own: ["src/ports", "src/core"], libraries: [] },
  "src/ports/node-fetch.ts": { own: ["src/ports"], libraries: ["node:"] },
  "src/control": { own: ["src/control", "src/core", "src/ports"], libraries: ["xstate", "pino"] },
  "drivers/modbus": {
    own: ["drivers/modbus", "src/core", "src/ports"],
    libraries: ["modbus-serial", "zod", "pino", "node:"],
  },
  "drivers/profiles": {
    own: ["drivers/profiles", "drivers/modbus", "src/core", "src/ports"],
    libraries: ["zod", "pino", "node:"],
  },
  "drivers/modbus-proxy": {
    own: ["drivers/modbus-proxy", "drivers/modbus", "src/core", "src/ports"],
    libraries: ["pino", "node:"],
  },
  "drivers/json": {
    own: ["drivers/json", "drivers/profiles", "src/core", "src/ports"],
    libraries: ["zod", "pino", "node:"],
  },
  "drivers/finder": {
    own: ["drivers/finder", "drivers/modbus", "drivers/profiles", "drivers/sunspec", "src/core", "src/ports"],
    libraries: ["pino", "node:"],
  },
  "drivers/sources": { own: ["drivers/sources", "src/core", "src/ports"], libraries: ["pino"] },
  "drivers/sunspec": {
    own: ["drivers/sunspec", "drivers/profiles", "drivers/modbus", "src/core", "src/ports"],
    libraries: ["zod", "pino", "node:"],
  },
  "drivers/ocpp": {
    own: ["drivers/ocpp", "src/core", "src/ports"],
    libraries: ["ocpp-rpc", "ocpp-ts", "ws", "zod", "pino", "node:"],
  },
  "drivers/index.ts": { own: ["drivers"], libraries: [] },
  "src/partner": {
    own: [
      "src/partner",
      "src/core",
      "src/config",
      "src/ports/clock.ts",
      "src/ports/fetch-answer.ts",
      "src/ports/node-fetch.ts",
    ],
    libraries: ["p-limit", "zod", "pino", "node:"],
  },
  "src/sync": {
    own: ["src/sync", "src/core", "src/ports", "src/partner", "src/config"],
    libraries: ["zod", "pino", "node:"],
  },
  "src/telemetry": {
    own: ["src/telemetry", "src/core", "src/ports", "src/config"],
    libraries: ["mqtt", "mqtt-packet", "zod", "pino", "node:"],
  },
  "src/prices": {
    own: ["src/prices", "src/core", "src/ports", "src/config", "src/telemetry/topic-reader.ts"],
    libraries: ["zod", "pino", "node:"],
  },
  "src/grid-operator": {
    own: ["src/grid-operator", "src/core", "src/ports", "src/telemetry/topic-reader.ts"],
    libraries: ["zod", "pino", "node:"],
  },
  "src/api": {
    own: ["src/api", "src/core", "src/ports", "src/config"],
    libraries: ["fastify", "zod", "pino", "node:"],
  },
  "src/history": {
    own: ["src/history", "src/core", "src/ports", "src/config"],
    libraries: ["pino", "node:"],
  },
  "src/setup": {
    own: ["src/setup", "src/core", "src/ports", "src/config"],
    libraries: ["zod", "yaml", "pino", "node:"],
  },
  "src/notify": {
    own: ["src/notify", "src/core", "src/ports"],
    libraries: ["zod", "pino", "node:"],
  },
  "src/support": {
    own: ["src/support", "src/core", "src/ports", "src/config", "src/service", "src/api/history-wire.ts"],
    libraries: ["yaml", "node:"],
  },
  "src/config": {
    own: ["src/config", "src/core", "drivers/profiles/catalogue.ts", "drivers/profiles/profile-schema.ts"],
    libraries: ["zod", "yaml", "node:"],
  },
  "src/service": {
    own: ["src/service", "src/core", "src/config", "src/ports/clock.ts"],
    libraries: ["pino", "node:"],
  },
  "src/cli": { own: ["src", "drivers", "simulator"], libraries: ["*"] },
  "src/main.ts": { own: ["src", "drivers"], libraries: ["*"] },
  "src/daemon": { own: ["src", "drivers"], libraries: ["*"] },
  "src/daemon.ts": { own: ["src", "drivers"], libraries: ["*"] },
  simulator: {
    own: [
      "simulator",
      "drivers/profiles/catalogue.ts",
      "drivers/profiles/profile-schema.ts",
      "drivers/profiles/read-plan.ts",
      "drivers/profiles/register-value.ts",
      "src/core/units.ts",
      "src/core/iso-time.ts",
      "src/ports/clock.ts",
    ],
    libraries: ["ocpp-rpc", "ws", "aedes", "fastify", "zod", "pino", "node:"],
  },
  bench: { own: ["bench", "src", "drivers", "simulator"], libraries: ["*"] },
};

function sourceFiles(folder: string): string[] {
  const path = join(root, folder);
  if (statSync(path).isFile()) return [folder];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sourceFiles(join(folder, entry.name))
      : entry.name.endsWith(".ts")
        ? [join(folder, entry.name)]
        : [],
  );
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const statements = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)|(?:^|\n)\s*import\s+["']([^"']+)["']/g,
  );
  return [...statements].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

function rowFor(file: string) {
  const keys = Object.keys(table).filter((key) => file === key || file.startsWith(`${key}/`));
  const key = keys.sort((a, b) => b.length - a.length)[0];
  return key === undefined ? undefined : table[key];
}

function isAllowed(file: string, specifier: string): boolean {
  const row = rowFor(file);
  if (row === undefined) return false;
  if (specifier.startsWith(".")) {
    const target = relative(root, resolve(root, dirname(file), specifier));
    return row.own.some((own) => target === own || target.startsWith(`${own}/`));
  }
  if (row.libraries.includes("*")) return true;
  if (specifier.startsWith("node:")) return row.libraries.includes("node:");
  return row.libraries.some((library) => specifier === library || specifier.startsWith(`${library}/`));
}

const files = ["src", "drivers", "simulator", "bench"]
  .filter((folder) => statSync(join(root, folder), { throwIfNoEntry: false }))
  .flatMap(sourceFiles);

describe("the import table", () => {
  it("finds the source files and their imports", () => {
    expect(files).toContain(join("src", "ports", "wallbox.ts"));
    expect(importsOf(join("src", "ports", "wallbox.ts"))).toContain("../core/units.ts");
  });

  it("refuses an import that no row allows", () => {
    expect(isAllowed("src/core/limits.ts", "node:fs")).toBe(false);
    expect(isAllowed("src/core/limits.ts", "../ports/clock.ts")).toBe(false);
    expect(isAllowed("simulator/house.ts", "../src/control/control-loop.ts")).toBe(false);
    expect(isAllowed("src/sync/sync-loop.ts", "../../drivers/index.ts")).toBe(false);
  });

  it.each(files)("%s imports only what its folder may", (file) => {
    expect(importsOf(file).filter((specifier) => !isAllowed(file, specifier))).toEqual([]);
  });
});
