import { z } from "zod";
import { host, listenPort } from "./network-schema.ts";

const ocppTlsSchema = z.strictObject({
  port: listenPort.default(8_888).describe("Port on which wallboxes may dial in over TLS."),
  cert_file: z.string().min(1).describe("PEM file of our certificate, with its chain."),
  key_file: z.string().min(1).describe("PEM file of its key, readable by the service's user only."),
  client_ca_file: z
    .string()
    .min(1)
    .optional()
    .describe("PEM file of the authority that signed the wallboxes' certificates, for mutual_tls."),
});

export const ocppSchema = z.strictObject({
  host: host.default("0.0.0.0").describe("Address on which wallboxes may dial in."),
  port: listenPort
    .default(8_887)
    .describe("Port on which wallboxes may dial in; not opened when all of them must speak TLS."),
  tls: ocppTlsSchema.optional().describe("A second port for wallboxes that speak TLS; leave out for none."),
  horizon_s: z
    .int()
    .min(90)
    .max(3_600)
    .default(600)
    .describe("The wallbox falls back to the failsafe current this long after the gateway's last word, s."),
  call_timeout_s: z
    .int()
    .min(2)
    .max(120)
    .default(45)
    .describe("Longest time for an answer of the wallbox, s."),
  ping_interval_s: z
    .int()
    .min(0)
    .max(300)
    .default(30)
    .describe("WebSocket ping, s; 0 for boxes that do not answer it."),
  max_writes_per_day: z
    .int()
    .min(24)
    .max(5_000)
    .default(700)
    .describe(
      "Charging-profile writes a day, beyond which only reductions are sent: boxes keep profiles in flash.",
    ),
});
