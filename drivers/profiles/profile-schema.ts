import { z } from "zod";

const name = z.string().regex(/^[a-z][A-Za-z0-9]{0,30}$/);
const portNumber = z.int().min(1).max(65_535);
const unitId = z.int().min(0).max(255);
const sentence = z.string().min(1).max(300);

/** How sure we are of a profile, shown to whoever uses it. */
export const MATURITIES = ["field-dump", "documented", "experimental"] as const;
export type Maturity = (typeof MATURITIES)[number];

export const ROLES = ["grid", "pv", "battery"] as const;
export type Role = (typeof ROLES)[number];

const sourceSchema = z.strictObject({
  /** What was consulted for facts: a project's file, a vendor's document. */
  name: sentence,
});

const identity = {
  brand: z.string().min(1).max(40),
  title: sentence,
  models: z.array(z.string().min(1).max(80)).min(1),
  maturity: z.enum(MATURITIES),
  /** What an owner must know or set in the device, one sentence each. */
  notes: z.array(sentence).default([]),
  sources: z.array(sourceSchema).min(1),
};

const connectionSchema = z
  .strictObject({
    /** Port of Modbus TCP; absent where the device has no network socket. */
    tcp: portNumber.optional(),
    /** Line settings; absent where the device has no serial line. */
    rtu: z
      .strictObject({
        baud: z.int().min(1_200).max(115_200),
        parity: z.enum(["none", "even", "odd"]).default("none"),
        stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
      })
      .optional(),
    unit: unitId.default(1),
    timeoutMs: z.int().min(50).max(30_000).default(1_000),
    gapMs: z.int().min(0).max(5_000).default(0),
    connectDelayMs: z.int().min(0).max(10_000).default(0),
    pollMs: z.int().min(200).max(60_000).default(1_000),
    /** True where the device has room for one client only. */
    isExclusive: z.boolean().default(false),
  })
  .refine(({ tcp, rtu }) => tcp !== undefined || rtu !== undefined, "name tcp, rtu or both");

export const REGISTER_SIZES = { u16: 1, i16: 1, u32: 2, i32: 2, f32: 2, u64: 4, f64: 4 } as const;
export type RegisterType = keyof typeof REGISTER_SIZES;
const registerTypes = Object.keys(REGISTER_SIZES) as [RegisterType, ...RegisterType[]];

const registerSchema = z.strictObject({
  /** 0-based, as it goes over the wire. */
  at: z.int().min(0).max(65_535),
  type: z.enum(registerTypes),
  functionCode: z.union([z.literal(3), z.literal(4)]).optional(),
  words: z.enum(["highFirst", "lowFirst"]).optional(),
  /** Where the value stands on another unit than the device's own. */
  unit: unitId.optional(),
  /** value = raw * scale * 10^scaleRegister + offset */
  scale: z.number().optional(),
  scaleRegister: name.optional(),
  offset: z.number().optional(),
  /** Raw values that mean "nothing here", instead of the usual ones of the type. */
  none: z.array(z.number()).optional(),
  /** A value beyond means that there is none. */
  min: z.number().optional(),
  max: z.number().optional(),
});
export type RegisterSpec = z.infer<typeof registerSchema>;

const termSchema = z.strictObject({
  register: name,
  factor: z.number().default(1),
  /** True for what smaller models lack, such as a third string: it counts as 0. */
  isOptional: z.boolean().default(false),
});

const signSchema = z.strictObject({
  register: name,
  /** `bitSet` and `bitClear` look at `mask`; `positive` and `negative` at the register's value. */
  negativeWhen: z.enum(["bitSet", "bitClear", "positive", "negative"]),
  mask: z.int().min(1).max(0xffff).optional(),
});

export const POLL_CLASSES = ["fast", "normal", "slow"] as const;
export type PollClass = (typeof POLL_CLASSES)[number];

const channelSchema = z.strictObject({
  sum: z.array(termSchema).min(1),
  /** For a magnitude whose direction stands elsewhere. */
  signFrom: signSchema.optional(),
  poll: z.enum(POLL_CLASSES),
  /** 0 where the device marks power as "nothing here" while it sleeps. */
  whenNothing: z.literal(0).optional(),
});
export type ChannelSpec = z.infer<typeof channelSchema>;

/** Signs as in `src/core/units.ts`: import and discharge are positive. */
export const CHANNEL_ROLES = {
  gridPowerW: "grid",
  gridCurrentL1A: "grid",
  gridCurrentL2A: "grid",
  gridCurrentL3A: "grid",
  gridImportWh: "grid",
  gridExportWh: "grid",
  pvPowerW: "pv",
  batteryPowerW: "battery",
  batterySocPct: "battery",
} as const satisfies Readonly<Record<string, Role>>;
export type ChannelName = keyof typeof CHANNEL_ROLES;
export const CHANNEL_NAMES = Object.keys(CHANNEL_ROLES) as [ChannelName, ...ChannelName[]];

const channelsSchema = z.partialRecord(z.enum(CHANNEL_NAMES), channelSchema);

/** A map of registers and what follows from them; also a part of a SunSpec quirk. */
export const registerMapFields = {
  functionCode: z.union([z.literal(3), z.literal(4)]).default(3),
  words: z.enum(["highFirst", "lowFirst"]).default("highFirst"),
  /** Most registers in one read, and most unneeded ones that are read along. */
  maxRegisters: z.int().min(1).max(125).default(100),
  maxGap: z.int().min(0).max(100).default(10),
  /** First and last address of ranges that must not be read along. */
  holes: z.array(z.tuple([z.int().min(0).max(65_535), z.int().min(0).max(65_535)])).default([]),
  registers: z.record(name, registerSchema),
  channels: channelsSchema,
};
export const registerMapSchema = z.strictObject(registerMapFields).check(noteDanglingNames);
export type RegisterMap = z.infer<typeof registerMapSchema>;

/** The device answers so and not otherwise: what tells it from others. */
const detectSchema = z.union([
  z.strictObject({ register: name, oneOf: z.array(z.number()).min(1) }),
  z.strictObject({ register: name, between: z.tuple([z.number(), z.number()]) }),
]);

const modbusProfileSchema = z
  .strictObject({
    protocol: z.literal("modbus"),
    ...identity,
    connection: connectionSchema,
    ...registerMapFields,
    detect: z.array(detectSchema).default([]),
    /** Registers of a real device and what they must decode to; files in the folder of test fixtures. */
    fixtures: z
      .array(z.strictObject({ dump: z.string(), expect: z.partialRecord(z.enum(CHANNEL_NAMES), z.number()) }))
      .default([]),
  })
  .check(noteDanglingNames);

const sunspecProfileSchema = z.strictObject({
  protocol: z.literal("sunspec"),
  ...identity,
  connection: connectionSchema,
  roles: z.array(z.enum(ROLES)).min(1),
  /** Where the meter is a unit of its own behind the inverter. */
  gridUnit: unitId.optional(),
});

const jsonValueSchema = z.strictObject({
  /** Which of the profile's requests has it; MQTT devices have one message and no request. */
  request: name.optional(),
  /** Keys and list indexes from the top of the message, joined by dots. */
  path: z
    .string()
    .regex(/^[^.]+(\.[^.]+)*$/)
    .max(200),
  scale: z.number().optional(),
});

const jsonProfileSchema = z
  .strictObject({
    protocol: z.enum(["http", "mqtt"]),
    ...identity,
    /** Paths of GET requests on the device; every value belongs to one. */
    requests: z.record(name, z.string().startsWith("/").max(200)).default({}),
    port: portNumber.default(80),
    pollMs: z.int().min(200).max(60_000).default(1_000),
    values: z.record(name, jsonValueSchema),
    channels: channelsSchema,
  })
  .check(noteUnknownRequests, noteDanglingNames);

export const profileSchema = z.discriminatedUnion("protocol", [
  modbusProfileSchema,
  sunspecProfileSchema,
  jsonProfileSchema,
]);

export type Profile = z.infer<typeof profileSchema>;
export type ModbusProfile = z.infer<typeof modbusProfileSchema>;
export type SunspecProfile = z.infer<typeof sunspecProfileSchema>;
export type JsonProfile = z.infer<typeof jsonProfileSchema>;

/** What a device of this profile can measure. */
export function profileRoles(profile: Profile): readonly Role[] {
  if (profile.protocol === "sunspec") return profile.roles;
  const measured = new Set(Object.keys(profile.channels).map((key) => CHANNEL_ROLES[key as ChannelName]));
  return ROLES.filter((role) => measured.has(role));
}

interface Named {
  readonly registers?: Readonly<Record<string, { readonly scaleRegister?: string | undefined }>>;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly channels: Readonly<Record<string, ChannelSpec | undefined>>;
  readonly detect?: readonly { readonly register: string }[];
}

/** A name that stands for nothing would be a channel that never has a value. */
function noteDanglingNames({ value, issues }: z.core.ParsePayload<Named>): void {
  const known = { ...value.registers, ...value.values };
  const used = [
    ...Object.values(value.registers ?? {}).map(({ scaleRegister }) => scaleRegister),
    ...Object.values(value.channels).flatMap((channel) => channelRegisters(channel)),
    ...(value.detect ?? []).map(({ register }) => register),
  ];
  for (const register of used) {
    if (register === undefined || Object.hasOwn(known, register)) continue;
    issues.push({ code: "custom", input: value, message: `${register} is used but not described` });
  }
}

function noteUnknownRequests({
  value,
  issues,
}: z.core.ParsePayload<{
  readonly protocol: string;
  readonly requests: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, { readonly request?: string | undefined }>>;
}>): void {
  for (const [key, { request }] of Object.entries(value.values)) {
    const isKnown = request !== undefined && Object.hasOwn(value.requests, request);
    if (value.protocol === "http" ? isKnown : request === undefined) continue;
    issues.push({ code: "custom", input: value, message: `${key} names no request of the profile` });
  }
}

/** Names of all registers that a channel needs, without their scale factors. */
export function channelRegisters(channel: ChannelSpec | undefined): readonly string[] {
  if (channel === undefined) return [];
  const { sum, signFrom } = channel;
  return [...sum.map(({ register }) => register), ...(signFrom === undefined ? [] : [signFrom.register])];
}
