import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { connect } from "../../src/telemetry/mqtt-library.ts";

it("the encoder of MQTT.js makes no buffers in advance", () => {
  const require = createRequire(import.meta.url);
  const encoder: typeof import("mqtt-packet") = createRequire(require.resolve("mqtt"))("mqtt-packet");
  expect(connect).toBeTypeOf("function");
  expect(encoder.writeToStream.cacheNumbers).toBe(false);
});
