import { z } from "zod";
import { LOWEST_CHARGE_CURRENT_A } from "../core/units.ts";
import { deviceName } from "./device-schema.ts";
import { secretSchema } from "./secret.ts";
import { WALLBOX_MODEL_KEYS, wallboxQuirksSchema } from "./wallbox-quirks-schema.ts";

const chargeCurrentA = z.number().min(LOWEST_CHARGE_CURRENT_A).max(80);

/** A second central system for one wallbox. */
const upstreamSchema = z.strictObject({
  url: z
    .url({ protocol: /^wss?$/ })
    .describe(
      "Address of the other central system, without the identity: wss://HOST/PATH. It must speak OCPP 1.6, whatever the box speaks.",
    ),
  identity: z
    .string()
    .regex(/^[\x21-\x7e]{1,48}$/, "printable characters without spaces, at most 48")
    .optional()
    .describe("Name of the wallbox there; default: its identity here."),
  password: secretSchema.optional().describe("OCPP Basic-auth password there."),
  tags: z
    .enum(["ask", "local"])
    .default("ask")
    .describe(
      "Who judges tags that are not in allowed_tags: `ask` the other central system, and while it is away what it said last, else as without it; or `local`, allowed_tags alone.",
    ),
  commands: z
    .enum(["allow", "refuse"])
    .default("allow")
    .describe(
      "Whether it may start, stop, unlock and reset; its limits count in any case, and never raise ours.",
    ),
});

export const wallboxSchema = z.strictObject({
  name: deviceName
    .default("wallbox")
    .describe("Name of the wallbox in MQTT topics, logs and commands; each box has one of its own."),
  priority: z
    .int()
    .min(1)
    .max(100)
    .default(1)
    .describe("Among several wallboxes the larger is served first; equal ones share."),
  identity: z
    .string()
    .regex(/^[\x21-\x7e]{1,48}$/, "printable characters without spaces, at most 48")
    .describe("OCPP charge point identity: the last part of the URL that the box dials."),
  password: secretSchema
    .optional()
    .describe("OCPP Basic-auth password; boxes without one are accepted by identity only."),
  security: z
    .enum(["open", "password", "tls", "mutual_tls"])
    .optional()
    .describe(
      "OCPP security profile 0 to 3: nothing, password, password over TLS, certificate. Default: password if one is set.",
    ),
  protocol: z
    .enum(["auto", "1.6", "2.0.1"])
    .default("auto")
    .describe("OCPP version to speak with the box; auto takes 1.6 where the box offers both."),
  certificate_name: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe("Common name of the box's certificate for mutual_tls, where it is not its identity."),
  peer: z
    .enum(["learn", "any"])
    .default("learn")
    .describe("Without a password: only the first machine that dialled is let in again, or any."),
  connector: z.int().min(1).max(10).default(1).describe("OCPP connector to which the car is plugged."),
  phases: z.union([z.literal(1), z.literal(3)]).describe("Phases that the installation gives the box."),
  phase_rotation: z
    .enum(["RST", "RTS", "SRT", "STR", "TRS", "TSR"])
    .optional()
    .describe(
      "Phases of the house on which L1, L2, L3 of the box hang, as OCPP writes it: RST is L1, L2, L3; a one-phase box hangs on the first. Left out, the worst is assumed.",
    ),
  min_current_a: chargeCurrentA
    .default(LOWEST_CHARGE_CURRENT_A)
    .describe("Smallest current with which the box charges, A per phase."),
  max_current_a: chargeCurrentA.describe("Largest current that the box may be given, A per phase."),
  rated_current_a: chargeCurrentA
    .default(32)
    .describe("Rating of the box and its own supply line, A per phase."),
  cable_current_a: chargeCurrentA.optional().describe("Rating of the charging cable, A, if smaller."),
  step_a: z
    .union([z.literal(0.1), z.literal(1)])
    .default(1)
    .describe("Step in which the box can set its current, A."),
  model: z
    .enum(WALLBOX_MODEL_KEYS)
    .optional()
    .describe("Which known model it is (docs/wallboxes.md), where the box does not say so itself."),
  quirks: wallboxQuirksSchema.optional().describe("Where this box differs from what is known of its model."),
  id_tag: z
    .string()
    .regex(/^[\x21-\x7e]{1,20}$/, "at most 20 printable characters without spaces")
    .default("hems-edge")
    .describe("OCPP tag under which we start a charge, where the box must be told to."),
  upstream: upstreamSchema
    .optional()
    .describe("A second OCPP central system, such as the one that bills; leave out for none."),
  allowed_tags: z
    .array(z.string().min(1).max(36))
    .max(200)
    .default([])
    .describe("Tags (cards) that may charge; empty: everybody."),
});

export type WallboxConfig = z.infer<typeof wallboxSchema>;
