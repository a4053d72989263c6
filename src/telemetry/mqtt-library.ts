import { createRequire } from "node:module";
import { connect } from "mqtt";

const require = createRequire(import.meta.url);

/** The encoder that MQTT.js itself uses. */
const encoder: typeof import("mqtt-packet") = createRequire(require.resolve("mqtt"))("mqtt-packet");

// Else it makes a buffer for each of 65536 numbers in advance, 10 MB, to save nanoseconds on each message.
encoder.writeToStream.cacheNumbers = false;

export { connect };
