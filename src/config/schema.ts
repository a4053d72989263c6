import { z } from "zod";
import { isTimeZone } from "../core/planner/local-time.ts";
import { CHARGING_MODES } from "../core/settings.ts";
import { LOWEST_CHARGE_CURRENT_A } from "../core/units.ts";
import { deviceName, deviceSchema } from "./device-schema.ts";
import { gridOperatorSchema } from "./grid-operator-schema.ts";
import { homeBatterySchema } from "./home-battery-schema.ts";
import { influxSchema } from "./influx-schema.ts";
import { notificationsSchema } from "./notification-schema.ts";
import { chargePlanSchema, pricesSchema } from "./price-schema.ts";
import { modbusProxySchema } from "./proxy-schema.ts";
import { secretSchema } from "./secret.ts";
import { upstreamSchema, WALLBOX_MODEL_KEYS, wallboxQuirksSchema } from "./wallbox-schema.ts";

const listenPort = z.int().min(0).max(65_535);
const host = z.string().min(1).max(253);
const thresholdW = z.int().min(0).max(50_000);
const chargeCurrentA = z.number().min(LOWEST_CHARGE_CURRENT_A).max(80);

const thresholdsSchema = z.strictObject({
  hems_min_export_to_start_w: thresholdW.describe("Grid export, W, at which surplus charging may start."),
  hems_max_import_before_stopping_w: thresholdW.describe(
    "Grid import, W, above which surplus charging stops.",
  ),
});

const siteSchema = z.strictObject({
  name: deviceName
    .default("home")
    .describe("Name of the house; part of the MQTT topics hems-edge/<name>/..."),
  main_fuse_a: z.number().min(10).max(200).describe("Rating of the main fuse, A per phase. Never exceeded."),
  house_reserve_a: z
    .number()
    .min(0)
    .max(200)
    .optional()
    .describe(
      "What of the main fuse is kept for the house beside wallboxes that do not come down by themselves when this gateway dies (variant C), A per phase; default: half of the fuse. What is left is the most that such wallboxes get together.",
    ),
  import_limit_w: z
    .number()
    .min(0)
    .max(200_000)
    .optional()
    .describe("Largest grid import of the whole house, W, if the connection is limited below its fuse."),
  unbalance_limit_va: z
    .union([z.literal("off"), z.number().min(1_400).max(50_000)])
    .default(4_600)
    .describe(
      "Largest difference between two phases of the house connection that a car on one or two phases may cause, VA; 4600 in Germany (VDE-AR-N 4100).",
    ),
  ac_limit_w: z
    .number()
    .min(500)
    .max(200_000)
    .optional()
    .describe(
      "What a hybrid inverter gives at most to house and grid, from sun and battery together, W: sun beyond it can only go into the battery.",
    ),
  pv_peak_w: z
    .number()
    .min(0)
    .max(200_000)
    .describe("Installed PV power, W peak: larger readings are implausible."),
  time_zone: z
    .string()
    .default("Europe/Berlin")
    .refine(isTimeZone, "use an IANA name such as Europe/Vienna")
    .describe("IANA time zone of the house; local midnight resets the daily counters."),
});

const controlSchema = z.strictObject({
  interval_ms: z.int().min(200).max(60_000).default(1_000).describe("Time from pass to pass, ms."),
  mode: z
    .enum(CHARGING_MODES)
    .default("hems")
    .describe("Mode until the Partner API or a person sets another."),
  thresholds: thresholdsSchema
    .default({ hems_min_export_to_start_w: 900, hems_max_import_before_stopping_w: 700 })
    .describe("Thresholds until the Partner API or a person sets others."),
  loop_delay_s: z
    .number()
    .min(1)
    .max(120)
    .default(12)
    .describe(
      "Time from a new set point until meter and wallbox both show it, s, until it has been learned: no write before that.",
    ),
  start_proof_s: z
    .number()
    .min(5)
    .max(3_600)
    .default(60)
    .describe("How long surplus just above the start must hold, s."),
  stop_proof_s: z
    .number()
    .min(5)
    .max(3_600)
    .default(180)
    .describe("How long a small shortfall is bridged, s."),
  failsafe_current_a: z
    .union([z.literal(0), z.number().min(LOWEST_CHARGE_CURRENT_A).max(32)])
    .default(6)
    .describe(
      "Current, A per phase, that the wallbox falls to by itself when this gateway dies, and that charging needs no meter for: 0 or at least 6.",
    ),
  pause_when_meter_lost: z
    .boolean()
    .default(true)
    .describe("True: 0 A when the meter is lost in a surplus mode. False: the failsafe current."),
});

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

const ocppSchema = z.strictObject({
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

const wallboxSchema = z.strictObject({
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

const partnerAuthSchema = z.discriminatedUnion("grant", [
  z.strictObject({
    grant: z.literal("password").describe("Rights of one user: what a gateway should hold."),
    username: z.string().min(1).describe("User of this house."),
    password: secretSchema.describe("Password of this user."),
  }),
  z.strictObject({
    grant: z.literal("client_credentials").describe("Administrator rights over the whole organisation."),
    client_id: secretSchema.describe("Client id."),
    client_secret: secretSchema.describe("Client secret."),
  }),
]);

const partnerSchema = z.strictObject({
  base_url: z.url({ protocol: /^https?$/ }).describe("Host of the Partner API, e.g. https://app.podero.com"),
  token_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Token endpoint; default: the API's own for password, /oauth2/token/ for client_credentials."),
  org_id: z.uuid().describe("Organisation in the Partner API."),
  user_id: z.uuid().describe("User in the Partner API to whom this house belongs."),
  auth: partnerAuthSchema.describe("How the gateway logs in."),
  poll_s: z.int().min(30).max(3_600).default(60).describe("Time from pull to pull of charging-config, s."),
  timeout_s: z.int().min(1).max(60).default(10).describe("Longest time for one answer, s."),
  status_url: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Where status is pushed; {base_url}, {org_id} and {user_id} are filled in. Default: .../charging-config/status",
    ),
});

const homeAssistantSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe("Whether Home Assistant is told of this gateway; false takes back what it was told."),
  prefix: z
    .string()
    .max(100)
    .regex(/^[\w-]+(\/[\w-]+)*$/, "use letters, digits, dash, underscore and single slashes in between")
    .default("homeassistant")
    .describe("Home Assistant's discovery prefix; its birth message is expected at PREFIX/status."),
});

const mqttSchema = z.strictObject({
  url: z
    .string()
    .regex(
      /^mqtts?:\/\/[^/\s@]+$/,
      "use mqtt://HOST[:PORT] or mqtts://HOST[:PORT]; user and password have keys of their own",
    )
    .describe("Address of the broker."),
  username: z.string().min(1).optional().describe("User at the broker."),
  password: secretSchema.optional().describe("Password at the broker."),
  protocol_version: z
    .union([z.literal(4), z.literal(5)])
    .default(4)
    .describe("4 is MQTT 3.1.1."),
  ca_file: z.string().min(1).optional().describe("PEM file of the broker's certificate authority."),
  telemetry_interval_ms: z
    .int()
    .min(0)
    .max(3_600_000)
    .default(0)
    .describe("Shortest time between two telemetry messages, ms; 0 sends one each pass."),
  home_assistant: homeAssistantSchema
    .prefault({})
    .describe("Entities for Home Assistant, by its device discovery."),
});

const apiSchema = z.strictObject({
  host: host
    .default("127.0.0.1")
    .describe("Address on which page and local API are served; 0.0.0.0 for the whole network, with a login."),
  port: listenPort.default(8_090).describe("Port on which page and local API are served."),
  login: z
    .enum(["remote", "always"])
    .default("remote")
    .describe("Who has to log in: whoever comes from another machine, or everybody."),
  names: z
    .array(host.regex(/^[\w.-]+$/, "a host name, without port"))
    .max(20)
    .default([])
    .describe("Host names under which the page is asked for, beside its address and the machine's own name."),
  tls: z
    .strictObject({
      cert_file: z.string().min(1).describe("PEM file of the page's certificate, with its chain."),
      key_file: z.string().min(1).describe("PEM file of its key, readable by the service's user only."),
    })
    .optional()
    .describe("Serves page and local API over HTTPS; leave out for plain HTTP."),
});

const historySchema = z.strictObject({
  minutes_days: z.int().min(2).max(3_650).default(400).describe("Minutes are kept this long, days."),
  events_days: z
    .int()
    .min(2)
    .max(3_650)
    .default(800)
    .describe("Events are kept this long, days; a grid operator may ask for two years."),
  quarters_days: z
    .int()
    .min(2)
    .max(36_500)
    .default(3_650)
    .describe("Quarters of an hour and charging sessions are kept this long, days."),
  max_mb: z
    .int()
    .min(1)
    .max(100_000)
    .default(200)
    .describe("Largest size of the history, MB; beyond it the oldest goes, minutes first."),
});

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
export type WallboxConfig = z.infer<typeof wallboxSchema>;
export type DeviceConfig = Config["devices"][number];
export type PartnerConfig = NonNullable<Config["partner"]>;
export type MqttConfig = NonNullable<Config["mqtt"]>;
