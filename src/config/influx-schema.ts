import { z } from "zod";
import { secretSchema } from "./secret.ts";

/** Where each minute goes in InfluxDB's line protocol. */
export const influxSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("http").describe("An InfluxDB, or whatever takes its line protocol over HTTP."),
    url: z
      .url({ protocol: /^https?$/ })
      .describe(
        "Whole write URL with precision=s, e.g. https://HOST/api/v2/write?org=O&bucket=B&precision=s",
      ),
    token: secretSchema.optional().describe("Token, sent as Authorization: Token ..."),
    timeout_s: z.int().min(1).max(60).default(10).describe("Longest time for one answer, s."),
  }),
  z.strictObject({
    type: z.literal("mqtt").describe("A topic of the broker under mqtt, e.g. for Telegraf."),
    topic: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^+#\0]+$/, "a topic to publish on has no wildcards")
      .describe("Topic for messages of lines."),
  }),
]);

export type InfluxConfig = z.infer<typeof influxSchema>;
