import { createRequire, Module } from "node:module";

type Library = typeof import("ocpp-rpc");

/**
 * The parts of ocpp-rpc that we use, without its JSON schemas of all OCPP versions: they serve its strict mode, which
 * boxes in the field do not survive, and cost 26 MB and half of the time of a start. In their place stands an empty list.
 */
const require = createRequire(import.meta.url);
const schemas = require.resolve("ocpp-rpc/lib/standard-validators.js");
if (require.cache[schemas] === undefined) {
  const none = new Module(schemas);
  none.exports = [];
  none.loaded = true;
  require.cache[schemas] = none;
}

export const RPCServer: Library["RPCServer"] = require("ocpp-rpc/lib/server.js");
export const RPCClient: Library["RPCClient"] = require("ocpp-rpc/lib/client.js");
export const { createRPCError }: Pick<Library, "createRPCError"> = require("ocpp-rpc/lib/util.js");
