import { z } from "zod";
import { deviceName } from "./device-schema.ts";
import { host, listenPort } from "./network-schema.ts";

const register = z.int().min(0).max(65_535);

/** Devices whose Modbus line is shared with other programs. */
export const modbusProxySchema = z
  .array(
    z.strictObject({
      device: deviceName.describe("Name of the device whose line is shared."),
      host: host.default("0.0.0.0").describe("Address on which other programs may connect."),
      port: listenPort.default(5_020).describe("Port on which other programs may connect."),
      max_clients: z.int().min(1).max(32).default(4).describe("Programs that may be connected at a time."),
      requests_per_s: z
        .int()
        .min(1)
        .max(200)
        .default(20)
        .describe("Requests a second that each program has."),
      max_age_ms: z
        .int()
        .min(0)
        .max(60_000)
        .optional()
        .describe(
          "How long a value that was read for control is given to others, ms; default: twice poll_ms.",
        ),
      allow_writes: z
        .array(
          z.strictObject({
            unit: z.int().min(0).max(255).default(1).describe("Modbus unit that may be written."),
            from: register.describe("First register that may be written, from 0."),
            to: register.describe("Last register that may be written, from 0."),
          }),
        )
        .max(50)
        .default([])
        .describe("Registers that other programs may write; all other writes are refused."),
    }),
  )
  .max(10);
