import { z } from "zod";
import { apiSchema } from "./api-schema.ts";
import { controlSchema } from "./control-schema.ts";
import { deviceSchema } from "./device-schema.ts";
import { gridOperatorSchema } from "./grid-operator-schema.ts";
import { historySchema } from "./history-schema.ts";
import { homeBatterySchema } from "./home-battery-schema.ts";
import { influxSchema } from "./influx-schema.ts";
import { mqttSchema } from "./mqtt-schema.ts";
import { notificationsSchema } from "./notification-schema.ts";
import { ocppSchema } from "./ocpp-schema.ts";
import { partnerSchema } from "./partner-schema.ts";
import { chargePlanSchema, pricesSchema } from "./price-schema.ts";
import { modbusProxySchema } from "./proxy-schema.ts";
import { siteSchema } from "./site-schema.ts";
import { wallboxSchema } from "./wallbox-schema.ts";

/** Wallboxes on one gateway. */
const MOST_WALLBOXES = 20;

const fileShape = {
  site: siteSchema.describe("The house and its connection."),
  control: controlSchema.prefault({}).describe("How charging is steered."),
  devices: z.array(deviceSchema).max(20).default([]).describe("Inverters, meters and batteries."),
  modbus_proxy: modbusProxySchema
    .default([])
    .describe("Modbus devices that other programs read through this gateway."),
  ocpp: ocppSchema.prefault({}).describe("The OCPP central system that wallboxes dial."),
  wallbox: wallboxSchema.optional().describe("The wallbox and its installation, where there is only one."),
  wallboxes: z
    .array(wallboxSchema)
    .min(1)
    .max(MOST_WALLBOXES)
    .optional()
    .describe("Several wallboxes in place of `wallbox`."),
  partner: partnerSchema.optional().describe("Podero Partner API; leave out to run without a cloud."),
  mqtt: mqttSchema.optional().describe("MQTT broker; leave out to publish nothing."),
  home_battery: homeBatterySchema
    .prefault({})
    .describe("What a home battery that a device measures means for the car."),
  grid_operator: gridOperatorSchema
    .optional()
    .describe("Limit of the grid operator (§14a EnWG); leave out where nobody may limit the house."),
  prices: pricesSchema.optional().describe("Day-ahead prices; leave out to know none."),
  charge_plan: chargePlanSchema
    .optional()
    .describe("How much by when, for the modes spot and hems_and_spot; leave out for the defaults."),
  api: apiSchema.prefault({}).describe("The page, the local API, health and metrics."),
  influx: influxSchema.optional().describe("Where each minute is sent; leave out to send none."),
  notifications: notificationsSchema
    .optional()
    .describe("Who is told of what goes wrong and of finished charges; leave out to tell nobody."),
  history: historySchema.prefault({}).describe("What is recorded in the state folder, and for how long."),
  memory_limit_mb: z
    .int()
    .min(64)
    .max(4_096)
    .default(300)
    .describe(
      "Resident memory, MB, above which the gateway tells so and restarts in order while no car charges; below MemoryMax of its unit.",
    ),
  state_dir: z.string().min(1).default("/var/lib/hems-edge").describe("Folder for what survives a restart."),
  log_level: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace"])
    .default("info")
    .describe("The least serious log lines that are written."),
};

/** The whole config file as a person writes it. Strict: an unknown key is an error, because it is mostly a typing mistake. */
export const configFileSchema = z
  .strictObject(fileShape)
  .refine(({ wallbox, wallboxes }) => wallbox !== undefined || wallboxes !== undefined, {
    path: ["wallbox"],
    message: "add it: the wallbox and its installation; or wallboxes, a list of several",
    params: { problem: "is missing" },
    when: () => true,
  })
  .refine(({ wallbox, wallboxes }) => wallbox === undefined || wallboxes === undefined, {
    path: ["wallboxes"],
    message: "move the box under wallbox into the list, or remove the list",
    params: { problem: "stands beside wallbox" },
    when: () => true,
  });

/** The config that the program works with: wallboxes are always a list. */
export const configSchema = configFileSchema.transform(({ wallbox, wallboxes = [], ...config }) => ({
  ...config,
  wallboxes: wallbox === undefined ? wallboxes : [wallbox],
}));

export type Config = z.infer<typeof configSchema>;
