import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { SIMULATED_ORG_ID, SIMULATED_USER_ID } from "../../simulator/partner/partner-server.ts";
import { smartChargingStatus } from "../../src/core/smart-charging-status.ts";
import {
  chargingConfigSchema,
  chargingConfigUpdateSchema,
  smartChargingStatusSchema,
} from "../../src/partner/charging-config.ts";
import { sampleReport } from "../support/sample-report.ts";
import { partnerFixture } from "./partner-fixture.ts";

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Record<string, JsonSchema>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $ref?: string;
}

const text = readFileSync(
  join(import.meta.dirname, "..", "fixtures", "charging-config.openapi.json"),
  "utf8",
);
const contract: Record<string, JsonSchema> = JSON.parse(text).components.schemas;

/** The contract's named schema as a validator that refuses keys it does not name. */
function validator(name: string) {
  const local = JSON.parse(JSON.stringify(contract).replaceAll("#/components/schemas/", "#/$defs/"));
  for (const schema of Object.values<Record<string, unknown>>(local)) {
    if (schema.type === "object") schema.additionalProperties = false;
  }
  return z.fromJSONSchema({ $defs: local, ...local[name] });
}

function ownSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
}

function resolved(schema: JsonSchema): JsonSchema {
  const name = schema.$ref?.split("/").at(-1);
  return name === undefined ? schema : resolved(contract[name] ?? {});
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  return (schema.anyOf ?? [schema]).map(resolved);
}

function members(schema: JsonSchema): string[] {
  return alternatives(schema)
    .flatMap(
      (alternative) => alternative.enum ?? (alternative.const === undefined ? [] : [alternative.const]),
    )
    .toSorted();
}

describe("what we send as a change", () => {
  const ours = ownSchema(chargingConfigUpdateSchema);
  const theirs = contract.SmartChargingConfigUpdate ?? {};

  it("has exactly the fields of the contract, all optional", () => {
    expect(Object.keys(ours.properties ?? {}).toSorted()).toEqual(
      Object.keys(theirs.properties ?? {}).toSorted(),
    );
    expect(ours.required ?? []).toEqual([]);
  });

  it("has the modes of the contract", () => {
    expect(members(ours.properties?.smart_charging_mode ?? {})).toEqual(
      members(theirs.properties?.smart_charging_mode ?? {}),
    );
  });

  it.each(["hems_min_export_to_start_w", "hems_max_import_before_stopping_w"])(
    "has the range of %s",
    (name) => {
      const expected = alternatives(theirs.properties?.[name] ?? {}).find(({ type }) => type === "integer");
      expect(ours.properties?.[name]).toMatchObject({ ...expected });
    },
  );
});

describe("what we send as status", () => {
  const ours = ownSchema(smartChargingStatusSchema);
  const theirs = contract.SmartChargingStatusOutput ?? {};

  it("has exactly the required fields of the contract", () => {
    expect(ours.required?.toSorted()).toEqual(theirs.required?.toSorted());
    expect(Object.keys(ours.properties ?? {}).toSorted()).toEqual(theirs.required?.toSorted());
  });

  it("uses only words of the contract", () => {
    const used = (name: string) => members(ours.properties?.[name] ?? {});
    const allowed = (name: string) => members(theirs.properties?.[name] ?? {});
    expect(used("ux_phase")).toEqual(allowed("ux_phase"));
    expect(used("boost")).toEqual(allowed("boost"));
    expect(allowed("mechanism")).toEqual(expect.arrayContaining(used("mechanism")));
  });

  it("is valid against the contract as control projects it", () => {
    const status = smartChargingStatus(sampleReport());
    expect(validator("SmartChargingStatusOutput").safeParse(status).error).toBeUndefined();
    expect(smartChargingStatusSchema.safeParse(status).error).toBeUndefined();
  });
});

describe("what we read", () => {
  it("names every field of the contract and no other", () => {
    const ours = ownSchema(chargingConfigSchema);
    expect(Object.keys(ours.properties ?? {}).toSorted()).toEqual(
      contract.SmartChargingConfigOutput?.required?.toSorted(),
    );
  });
});

describe("the simulated Partner API", () => {
  it.each([
    ["as it starts", {}],
    ["without thresholds", { thresholds: null }],
    ["without devices", { devices: [] }],
    ["where HEMS is not available", { unavailable: { hems: ["no_inverter", "no_ev"] } as const }],
    [
      "with a warning",
      { healthWarning: { code: "inverter_data_stale", since: "2022-03-19T12:00:00Z" } } as const,
    ],
  ])("answers what the contract says %s", async (_name, seed) => {
    const { client, server } = await partnerFixture({ server: seed });
    await client.pushStatus(smartChargingStatus(sampleReport()));
    expect(validator("SmartChargingConfigOutput").safeParse(server.config()).error).toBeUndefined();
    expect((await client.getChargingConfig()).ok).toBe(true);
  });

  it("stands at the address of the contract", async () => {
    const { server } = await partnerFixture();
    const path = Object.keys(JSON.parse(text).paths)[0]
      ?.replace("{org_id}", SIMULATED_ORG_ID)
      .replace("{user_id}", SIMULATED_USER_ID);
    const answer = await fetch(server.address().url + path);
    expect(answer.status).toBe(401);
  });

  it("would be caught by this test when it strayed", async () => {
    const { server } = await partnerFixture();
    const strayed = [
      { ...server.config(), smart_charging_mode: "turbo" },
      { ...server.config(), hems_eligible: "yes" },
      { ...server.config(), extra: 1 },
      { ...server.config(), status: undefined },
    ];
    for (const config of strayed) {
      expect(validator("SmartChargingConfigOutput").safeParse(config).success).toBe(false);
    }
  });
});

describe("the OpenAPI document of the simulated Partner API", () => {
  type Json = Readonly<Record<string, unknown>>;

  interface Document {
    readonly paths: Json;
    readonly components: { readonly schemas: Json };
  }

  async function served(): Promise<Document> {
    const { server } = await partnerFixture();
    return (await fetch(`${server.address().url}/openapi.json`)).json() as Promise<Document>;
  }

  /** Without titles, which zod does not write; lists and keys in one order; one way to say that null is allowed. */
  function essence(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map(essence).toSorted(byText);
    if (typeof schema !== "object" || schema === null) return schema;
    const { type, ...rest } = schema as Json;
    if (Array.isArray(type)) return essence({ anyOf: type.map((one) => ({ ...rest, type: one })) });
    const entries = Object.entries(schema).filter(
      ([key, value]) => key !== "title" || typeof value === "object",
    );
    return Object.fromEntries(entries.map(([key, value]) => [key, essence(value)] as const).toSorted(byText));
  }

  function byText(one: unknown, other: unknown): number {
    return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
  }

  it.each(Object.keys(contract))("says of %s what the contract says", async (name) => {
    const { components } = await served();
    expect(essence(components.schemas[name])).toEqual(essence(contract[name]));
  });

  it("has every path that the contract has, and resolves every reference", async () => {
    const document = await served();
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(Object.keys(JSON.parse(text).paths)));
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, name] of references) expect(document.components.schemas).toHaveProperty(name ?? "");
  });

  it.each(["/users/{user_id}/wallboxes/{device_id}/boost", "/users/{user_id}/buildings", "/users"])(
    "names %s",
    async (path) => {
      const { paths } = await served();
      expect(paths).toHaveProperty([`/api/partners/v2.0/org/{org_id}${path}`]);
    },
  );
});
