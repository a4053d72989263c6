import { z } from "zod";
import { modbusConnections } from "./device-schema.ts";
import { secretSchema } from "./secret.ts";

const limitW = z.number().min(0).max(200_000);
const topic = z.string().regex(/^[^+#\0]{1,200}$/, "use one topic without wildcards");

const operatorSourceSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z
      .literal("contact")
      .describe("Relay of the control box at a digital input of a Modbus device: closed means limited."),
    connection: z
      .discriminatedUnion("type", [...modbusConnections])
      .describe("How the device with the input is reached."),
    unit: z.int().min(0).max(255).default(1).describe("Modbus unit (slave) id."),
    table: z
      .enum(["coil", "discrete_input", "holding_register", "input_register"])
      .default("discrete_input")
      .describe("Where the device shows its input."),
    address: z.int().min(0).max(65_535).describe("0-based address of the input."),
    bit: z.int().min(0).max(15).default(0).describe("Bit of a register, 0 is the lowest."),
    closed_value: z
      .union([z.literal(0), z.literal(1)])
      .default(1)
      .describe("What the input reads while the contact is closed."),
    limit_w: limitW.default(4_200).describe("Limit while the contact is closed, W."),
    poll_ms: z.int().min(200).max(60_000).default(1_000).describe("Time from read to read, ms."),
    timeout_ms: z.int().min(50).max(30_000).default(1_000).describe("Longest time for one answer, ms."),
  }),
  z.strictObject({
    type: z.literal("mqtt").describe("A topic of the broker under mqtt."),
    topic: topic.describe(
      "Topic with the limit in W, or JSON {limit_w, active, duration_s}; {} is a sign of life. Retained messages do not count.",
    ),
  }),
  z.strictObject({
    type: z.literal("http").describe("PUT /api/grid-operator/limit of the local API."),
    token: secretSchema.describe("Bearer token that the sender shows; at least 16 characters."),
  }),
  z.strictObject({
    type: z.literal("static").describe("A limit that always holds."),
    limit_w: limitW.describe("The limit, W."),
  }),
]);

export const gridOperatorSchema = z.strictObject({
  source: operatorSourceSchema.describe("On which way the operator's limit reaches the house."),
  minimum_w: limitW
    .default(4_200)
    .describe(
      "What the operator must leave, W: a smaller limit counts as this. 4200 by §14a EnWG; 0 elsewhere.",
    ),
  failsafe_limit_w: limitW
    .default(4_200)
    .describe("Limit while the operator is not heard for 120 s, and for up to 120 s after a start, W."),
  failsafe_minimum_h: z
    .number()
    .min(2)
    .max(24)
    .default(2)
    .describe("How long the failsafe limit holds at least, h (EEBUS LPC: 2 to 24)."),
  failsafe_ends: z
    .enum(["with_operator", "after_minimum"])
    .default("with_operator")
    .describe("When the failsafe limit ends: only with the operator's return, or also after its minimum."),
});

export type GridOperatorConfig = z.infer<typeof gridOperatorSchema>;
