import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSetUpConfig, setUpConfig } from "../../src/config/set-up-config.ts";

describe("a config without a house", () => {
  it.each([
    ["an empty file", ""],
    ["comments", "# nothing yet\n"],
    ["how the gateway is reached", "api: {host: 0.0.0.0, port: 8099}\n"],
    ["a broker without a house", "mqtt: {url: mqtt://localhost}\n"],
  ])("waits to be set up: %s", (_case, text) => {
    expect(setUpConfig(text, {})).toMatchObject({ ocpp: { port: 8_887 }, state_dir: "/var/lib/hems-edge" });
  });

  it("takes what stands there of its ports", () => {
    expect(setUpConfig("api: {port: 8099}\nocpp: {port: 8800}\n", {})).toMatchObject({
      api: { host: "127.0.0.1", port: 8_099 },
      ocpp: { port: 8_800 },
    });
  });

  it.each([
    ["that names a house", "site: {main_fuse_a: 35}\n"],
    ["that names a wallbox", "wallbox: {}\n"],
    ["whose ports are wrong", "api: {port: many}\n"],
    ["that is no YAML", "api: {\n"],
    ["that lacks a variable", `state_dir: \${NOWHERE}/state\n`],
  ])("is none: one %s", (_case, text) => {
    expect(setUpConfig(text, {})).toBeUndefined();
  });

  it("may be missing only where nobody named the file", () => {
    const path = join(import.meta.dirname, "no-such-file.yaml");
    expect(readSetUpConfig(path, { environment: {}, mayBeMissing: true })).toMatchObject({
      log_level: "info",
    });
    expect(readSetUpConfig(path, { environment: {}, mayBeMissing: false })).toBeUndefined();
  });
});
