import { z } from "zod";
import type { Endpoint } from "./endpoint.ts";
import { tokenSchema } from "./wire.ts";

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of the endpoints. A schema that has a name comes from zod as a reference with its definition. */
export function openApiDocument(endpoints: readonly Endpoint[], base: string): Json {
  const components: Record<string, Json> = {};
  const paths: Record<string, Record<string, Json>> = { [`${base}/auth/token`]: { post: tokenOperation() } };

  function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
    const {
      $schema: _dialect,
      $defs = {},
      ...json
    } = z.toJSONSchema(schema, { io }) as Json & {
      readonly $defs?: Readonly<Record<string, Json>>;
    };
    for (const [name, definition] of Object.entries($defs)) components[name] = plain(definition);
    return plain(json);
  }

  function tokenOperation(): Json {
    return {
      tags: ["Authentication"],
      summary: "Get a token with a password or a refresh token",
      responses: { 200: jsonAnswer(schemaOf(tokenSchema, "output")) },
    };
  }

  for (const { method, path, tag, summary, query = [], body, answer } of endpoints) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      in: "path",
      name,
      required: true,
      schema: { type: "string", format: "uuid" },
    }));
    const inQuery = query.map((name) => ({ in: "query", name, required: false, schema: { type: "string" } }));
    const operations = paths[base + path] ?? {};
    operations[method.toLowerCase()] = {
      tags: [tag],
      summary,
      parameters: [...inPath, ...inQuery],
      ...(body === undefined
        ? {}
        : { requestBody: { required: true, ...jsonContent(schemaOf(body, "input")) } }),
      responses:
        answer === undefined
          ? { 204: { description: "No Content" } }
          : { 200: jsonAnswer(schemaOf(answer, "output")) },
      security: [{ OAuth2: [] }],
    };
    paths[base + path] = operations;
  }

  const flow = { tokenUrl: `${base}/auth/token`, scopes: {} };
  return {
    openapi: "3.1.0",
    info: { title: "Simulated Partner API", version: "2.0" },
    servers: [],
    security: [],
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        OAuth2: { type: "oauth2", flows: { password: flow, clientCredentials: flow } },
      },
    },
  };
}

function jsonContent(schema: Json): Json {
  return { content: { "application/json": { schema } } };
}

function jsonAnswer(schema: Json): Json {
  return { description: "OK", ...jsonContent(schema) };
}

/** References as OpenAPI has them, and no integer bounds that stand for "any". */
function plain(schema: Json): Json {
  const text = JSON.stringify(schema, (key, value) => {
    const isNoise = key === "$schema" || (key === "id" && typeof value === "string");
    if (isNoise || (key === "additionalProperties" && value === false)) return undefined;
    const isAnyInteger =
      (key === "minimum" || key === "maximum") && Math.abs(value as number) === Number.MAX_SAFE_INTEGER;
    return isAnyInteger ? undefined : value;
  });
  return JSON.parse(text.replaceAll("#/$defs/", "#/components/schemas/"));
}
