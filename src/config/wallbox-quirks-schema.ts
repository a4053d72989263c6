import { z } from "zod";

/** Keys of the models in `drivers/ocpp/models`; a test holds the two lists together. */
export const WALLBOX_MODEL_KEYS = [
  "abb-terra-ac",
  "alfen-eve",
  "autel-maxicharger",
  "charge-amps",
  "delta-ac-max",
  "easee",
  "en-plus",
  "evbox-elvi",
  "foxess",
  "go-e",
  "grizzl-e",
  "huawei-fusioncharge",
  "keba-kecontact",
  "mennekes-amtron-4you",
  "mennekes-amtron",
  "necharge",
  "ocular-iq",
  "openevse",
  "schneider-evlink",
  "teison",
  "timxon-a0",
  "wallbox-pulsar-pro",
  "wallbox-pulsar",
  "zaptec",
] as const;

/** What a person knows better of a wallbox than the data of its model; everything may be left out. */
export const wallboxQuirksSchema = z.strictObject({
  dead_man: z
    .enum(["floor", "two_periods", "none"])
    .optional()
    .describe(
      "How limits expire: over a floor, in two periods of one profile (for boxes with stack level 0 only), or not at all.",
    ),
  profile_kind: z
    .enum(["absolute", "relative"])
    .optional()
    .describe("Whether profiles count from a time of day or from the start of the charge."),
  profile_purpose: z
    .enum(["default", "transaction"])
    .optional()
    .describe("Whether the set point is sent for every charge or for the running transaction."),
  rate_unit: z.enum(["A", "W"]).optional().describe("Unit of the limits."),
  steps_a: z
    .array(z.number().min(6).max(80))
    .min(1)
    .max(75)
    .optional()
    .describe("The only currents that the box takes, A, ascending."),
  pause: z
    .array(z.enum(["zero", "remote_stop"]))
    .min(1)
    .optional()
    .describe("What ends a charge, tried in this order."),
  remote_start: z
    .array(z.enum(["preparing", "finishing"]))
    .optional()
    .describe("States in which the box must be told to start."),
  phase_switching: z
    .enum(["none", "number_phases", "watts"])
    .optional()
    .describe("How the box is told its number of phases; used only after a passed phase test."),
  ping_interval_s: z
    .int()
    .min(0)
    .max(300)
    .optional()
    .describe("WebSocket ping to this box, s; 0 for one that does not stand it."),
  sample_interval_s: z.int().min(5).max(300).optional().describe("Time between meter values, s."),
  reads_configuration: z
    .enum(["whole", "by_key", "never"])
    .optional()
    .describe("How its configuration is asked for; some boxes reboot."),
  untouched_keys: z
    .array(z.string().min(1).max(50))
    .max(50)
    .optional()
    .describe("OCPP configuration keys that are never changed."),
  no_subprotocol: z
    .boolean()
    .optional()
    .describe("True for a box that names no subprotocol when it dials: OCPP 1.6 is taken for granted."),
});

export type WallboxQuirks = z.infer<typeof wallboxQuirksSchema>;
