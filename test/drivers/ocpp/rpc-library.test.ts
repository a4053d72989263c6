import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { RPCServer } from "../../../drivers/ocpp/rpc-library.ts";

it("ocpp-rpc is loaded without its schemas and their compiler", () => {
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  expect(RPCServer).toBeDefined();
  expect(loaded.some((path) => path.endsWith("/ocpp-rpc/lib/server.js"))).toBe(true);
  expect(loaded.filter((path) => /\/ajv\/|\/ocpp-rpc\/lib\/schemas\//.test(path))).toEqual([]);
});
