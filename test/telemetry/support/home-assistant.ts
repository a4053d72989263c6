import { z } from "zod";

/**
 * Home Assistant's documented fields of the entities we announce. Strict: Home Assistant refuses a component with an
 * unknown value, and ignores unknown fields, which would be a mistake of ours.
 * Source: home-assistant.io/integrations/mqtt, sensor.mqtt, binary_sensor.mqtt, select.mqtt, number.mqtt, button.mqtt.
 */
const topic = z.string().regex(/^[^+#\s]+$/);
const template = z.string().includes("{{");
const entity = {
  name: z.string().min(1),
  unique_id: z.string().min(1),
  qos: z.literal([0, 1, 2]),
  entity_category: z.enum(["diagnostic", "config"]).optional(),
  enabled_by_default: z.boolean().optional(),
  availability: z.array(z.strictObject({ topic })).optional(),
  availability_mode: z.enum(["all", "any", "latest"]).optional(),
};
const read = { ...entity, state_topic: topic, value_template: template.optional() };
const written = { ...entity, command_topic: topic, command_template: template };

const unitOf: Record<string, string> = { power: "W", energy: "Wh", current: "A", battery: "%" };

const sensor = z
  .strictObject({
    p: z.literal("sensor"),
    ...read,
    // A sensor cannot be a setting.
    entity_category: z.literal("diagnostic").optional(),
    device_class: z.enum(["power", "energy", "current", "battery", "enum"]).optional(),
    state_class: z.enum(["measurement", "total", "total_increasing"]).optional(),
    unit_of_measurement: z.string().optional(),
    options: z.array(z.string()).min(1).optional(),
    expire_after: z.int().positive().optional(),
  })
  .refine((its) => (its.device_class === "enum") === (its.options !== undefined), "options are for enum")
  .refine((its) => its.unit_of_measurement === unitOf[its.device_class ?? ""], "unit of the device class")
  .refine((its) => (its.state_class !== undefined) === (its.unit_of_measurement !== undefined))
  .refine((its) => its.device_class !== "energy" || its.state_class !== "measurement");
const binarySensor = z.strictObject({
  p: z.literal("binary_sensor"),
  ...read,
  entity_category: z.literal("diagnostic").optional(),
  device_class: z.enum(["connectivity", "problem"]),
  payload_on: z.string().optional(),
  payload_off: z.string().optional(),
  expire_after: z.int().positive().optional(),
});
const select = z.strictObject({
  p: z.literal("select"),
  ...read,
  ...written,
  options: z.array(z.string()).min(1),
});
const number = z
  .strictObject({
    p: z.literal("number"),
    ...read,
    ...written,
    state_topic: topic.optional(),
    device_class: z.enum(["power", "current"]),
    unit_of_measurement: z.string(),
    min: z.number(),
    max: z.number(),
    step: z.number().min(0.001),
    mode: z.enum(["auto", "box", "slider"]),
    optimistic: z.boolean().optional(),
  })
  .refine((its) => its.min < its.max && its.unit_of_measurement === unitOf[its.device_class])
  .refine((its) => (its.optimistic === true) === (its.state_topic === undefined));
const button = z.strictObject({ p: z.literal("button"), ...written });

export const componentSchema = z.discriminatedUnion("p", [sensor, binarySensor, select, number, button]);

export const discoverySchema = z.strictObject({
  dev: z.strictObject({
    ids: z.array(z.string()).min(1),
    name: z.string(),
    mf: z.string(),
    mdl: z.string(),
    sw: z.string(),
  }),
  o: z.strictObject({ name: z.string(), sw: z.string() }),
  cmps: z.record(z.string().regex(/^[\w-]+$/), componentSchema),
});
export type HomeAssistantComponent = z.infer<typeof componentSchema>;

/** What a template makes of a payload, for the few forms of Jinja that we use; throws at any other. */
export function rendered(template: string | undefined, payload: string): string {
  if (template === undefined) return payload;
  const expression = /^\{\{ (.*) \}\}$/.exec(template)?.[1] ?? "";
  if (expression === "value or None") return payload || "None";
  const json: unknown = JSON.parse(payload);
  const choice = /^'(\w+)' if (\S+) else '(\w+)'$/.exec(expression);
  if (choice !== null) return String(member(json, choice[2] ?? "") === true ? choice[1] : choice[3]);
  const [, path = "", cut, fallback] = /^([\w.[\]]+?)(?:\[:(\d+)\])?(?: or '(\w+)')?$/.exec(expression) ?? [];
  const value = member(json, path);
  if (value === null) return fallback ?? "None";
  return cut === undefined ? String(value) : String(value).slice(0, Number(cut));
}

function member(json: unknown, path: string): unknown {
  const [root, ...keys] = path.replaceAll("]", "").split(/[.[]/);
  if (root !== "value_json") throw new Error(`no template of ours: ${path}`);
  return keys.reduce<unknown>((value, key) => {
    if (typeof value !== "object" || value === null || !(key in value)) throw new Error(`no ${path}`);
    return (value as Record<string, unknown>)[key];
  }, json);
}

/** The command that Home Assistant sends for what a person chose. */
export function commandOf(template: string, value: string | number): string {
  return template
    .replace("{{ now().timestamp() }}", "1790000000.123456")
    .replace("{{ value }}", String(value))
    .replace("{{ value | int }}", String(Math.trunc(Number(value))));
}
