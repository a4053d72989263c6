import { SECURITY_SCHEMES, withSecurity } from "./login/api-security.ts";
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from "./login/password-hash.ts";
import { SCOPES } from "./login/scope.ts";

const PROBLEM = { description: 'Error as {"detail": ...}' };
const DONE = { description: "Done; takes effect in the next pass" };
const REFUSED = { description: 'Refused, as {"detail", "state", "reason"}' };
const INVALID = { description: 'Invalid, as {"detail": [{"type", "loc", "msg"}]}' };

const thresholdW = { type: "integer", minimum: 0, maximum: 50_000 };
const mode = { type: "string", enum: ["none", "spot", "hems", "hems_and_spot"] };

const timeOfDay = { type: "string", pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$" };
const percent = { type: "number", minimum: 0, maximum: 100 };
const chargePlan = {
  deadline: timeOfDay,
  days: {
    type: "object",
    description: "Days that differ, mon to sun; null is a day without a deadline",
    additionalProperties: {
      type: ["object", "null"],
      properties: { charge_deadline: timeOfDay, charge_percentage: percent },
    },
  },
  energy_kwh: { type: "number", minimum: 0, maximum: 200 },
  target_soc_pct: percent,
  car_battery_kwh: { type: "number", minimum: 1, maximum: 300 },
  arrival_soc_pct: percent,
};

/** Parts of the config file, as they would stand in it. */
const houseDraft = {
  site: { type: "object" },
  devices: { type: "array", items: { type: "object" } },
  wallbox: { type: "object" },
  control: { type: "object" },
  mqtt: { type: "object" },
  partner: { type: "object" },
};

function read(summary: string, contentType = "application/json") {
  return {
    summary,
    responses: { 200: { description: "OK", content: { [contentType]: {} } }, default: PROBLEM },
  };
}

function body(properties: object, required: readonly string[] = []) {
  return {
    required: true,
    content: { "application/json": { schema: { type: "object", properties, required } } },
  };
}

function command(summary: string, requestBody?: object) {
  return {
    summary,
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: { 204: DONE, 409: REFUSED, 422: INVALID, default: PROBLEM },
  };
}

const RANGE = [
  {
    name: "from",
    in: "query",
    description: "ISO 8601 time, or a date: its local midnight",
    schema: { type: "string" },
  },
  { name: "to", in: "query", description: "The same; not included; default now", schema: { type: "string" } },
];
const RESOLUTION = {
  name: "resolution",
  in: "query",
  description: "Default: the finest of which one answer can hold the whole range",
  schema: { type: "string", enum: ["minute", "quarter", "day"] },
};

function recorded(summary: string, contentType?: string, more: readonly object[] = []) {
  return { ...read(summary, contentType), parameters: [...RANGE, ...more] };
}

function begun(summary: string, requestBody: object) {
  return { summary, requestBody, responses: { 202: { description: "Begun" }, 409: PROBLEM, 422: INVALID } };
}

const boostedWallbox = {
  name: "wallbox",
  in: "query",
  description: "Name of the box, where there are several; to cancel, default: every one.",
  schema: { type: "string" },
};
const wallboxName = { name: "name", in: "path", required: true, schema: { type: "string" } };

const tokenScope = { type: "string", enum: SCOPES };
const password = { type: "string", minLength: SHORTEST_PASSWORD, maxLength: LONGEST_PASSWORD };

const accessPaths = {
  "/api/access": { get: read("Who you are, what you may do, and whether there is a password") },
  "/api/access/login": { post: login("Log in; the answer sets a cookie", body({ password }, ["password"])) },
  "/api/access/logout": { post: login("Log out") },
  "/api/access/first-password": {
    post: login(
      "Set the first password with the set-up code of `hems-edge status`",
      body({ code: { type: "string" }, password }, ["code", "password"]),
    ),
  },
  "/api/access/password": {
    put: login(
      "Change the password; who is not on the gateway itself gives the current one",
      body({ current: { type: "string" }, password }, ["password"]),
    ),
  },
  "/api/access/tokens": {
    get: read("Tokens, without their text"),
    post: {
      summary: "Make a token for a program; its text is only in this answer",
      requestBody: body({ name: { type: "string" }, scope: tokenScope }, ["name", "scope"]),
      responses: { 201: { description: "The token" }, 409: PROBLEM, 422: INVALID },
    },
  },
  "/api/access/tokens/{id}": {
    parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
    delete: { summary: "Revoke a token", responses: { 204: { description: "Revoked" }, 404: PROBLEM } },
  },
};

function login(summary: string, requestBody?: object) {
  return {
    summary,
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: { 204: { description: "Done" }, 401: PROBLEM, 429: PROBLEM, default: PROBLEM },
  };
}

/** OpenAPI 3.1 description of the local API. */
export function openApiDocument(version: string) {
  const { paths, ...document } = unguardedDocument(version);
  return { ...document, components: { securitySchemes: SECURITY_SCHEMES }, paths: withSecurity(paths) };
}

function unguardedDocument(version: string) {
  const user = ["org_id", "user_id"].map((name) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", format: "uuid" },
  }));
  return {
    openapi: "3.1.0",
    info: { title: "hems-edge local API", version },
    paths: {
      "/api/state": { get: read("The newest pass: state, powers, reason, devices") },
      "/api/setup": {
        get: read("Whether the gateway waits to be set up, and what its page needs for that"),
        put: {
          summary:
            "Write the config of the house and go on with it; 409 with `text` where the file cannot be written",
          requestBody: body(houseDraft, ["site", "wallbox"]),
          responses: { 202: { description: "Written" }, 409: PROBLEM, 422: INVALID, default: PROBLEM },
        },
      },
      "/api/setup/check": {
        post: {
          ...read("What is wrong or doubtful in a draft"),
          requestBody: body(houseDraft, ["site", "wallbox"]),
        },
      },
      "/api/setup/probe": {
        post: {
          ...read("Which drivers fit the device at an address, and what it tells"),
          requestBody: body(
            {
              host: { type: "string" },
              port: { type: "integer" },
              unit: { type: "integer" },
              driver: { type: "string" },
            },
            ["host"],
          ),
        },
      },
      "/api/setup/scan": {
        post: begun(
          "Search a network of this machine for Modbus TCP",
          body({ network: { type: "string" } }, ["network"]),
        ),
        delete: { summary: "End the search", responses: { 204: DONE, default: PROBLEM } },
      },
      "/api/config-check": { get: read("What is wrong or doubtful in the config file as it is now") },
      "/api/support-bundle": {
        get: read("Config without secrets, state, records, log and versions, as files in one JSON document"),
      },
      "/api/devices": { get: read("How each device is, and whether the powers of the house add up") },
      "/api/events": {
        get: read("The same as server-sent events, at most two a second", "text/event-stream"),
      },
      "/api/boost": {
        post: { ...command("Charge now"), parameters: [boostedWallbox] },
        delete: { ...command("Cancel charge now"), parameters: [boostedWallbox] },
      },
      "/api/mode": { put: command("Choose the charging mode", body({ mode }, ["mode"])) },
      "/api/thresholds": {
        put: command(
          "Change one or both thresholds",
          body({ hems_min_export_to_start_w: thresholdW, hems_max_import_before_stopping_w: thresholdW }),
        ),
      },
      "/api/charge-plan": {
        get: read("How much by when, who chose it, and what is planned for it"),
        put: command("Choose how much by when; what is left out stays as chosen", body(chargePlan)),
        delete: command("Go back to the partner's policy or the config"),
      },
      "/api/limits": {
        get: read("When limits were in force or bound, and what was drawn; from, to: ISO 8601"),
      },
      "/api/grid-operator": { get: read("The grid operator's limit as it holds now") },
      "/api/grid-operator/limit": {
        put: command(
          "Set the grid operator's limit; takes the bearer token of the config",
          body({
            limit_w: { type: "number", minimum: 0 },
            active: { type: "boolean", default: true },
            duration_s: { type: "number", minimum: 0 },
          }),
        ),
      },
      "/api/partners/v2.0/org/{org_id}/users/{user_id}/charging-config": {
        parameters: user,
        get: read("Charging config in the Partner API's shape"),
        put: {
          ...read("Change it by the Partner API's rules"),
          requestBody: body({
            smart_charging_mode: mode,
            hems_min_export_to_start_w: thresholdW,
            hems_max_import_before_stopping_w: thresholdW,
          }),
        },
      },
      "/api/history": {
        get: recorded("Recorded energies; `next` tells where to go on", "application/json", [RESOLUTION]),
      },
      "/api/history/events": { get: recorded("What happened, with reasons") },
      "/api/sessions": { get: recorded("Charging sessions, by the time of the plug-in") },
      "/api/sessions.csv": { get: recorded("The same as a table", "text/csv") },
      "/api/wallboxes": { get: read("Each wallbox's card, who dialled and was refused, our certificate") },
      "/api/wallboxes/{name}/selftest": {
        parameters: [wallboxName],
        post: begun("Pull the plug, or test the phases", body({ kind: { enum: ["dead_man", "phases"] } })),
      },
      "/api/wallboxes/{name}/pair": {
        parameters: [wallboxName],
        post: command("Let in the next machine that dials as this wallbox"),
      },
      "/api/wallboxes/{name}/key": {
        parameters: [wallboxName],
        post: {
          summary: "Give the wallbox a new password",
          responses: { 200: { description: "The password" }, 409: PROBLEM },
        },
      },
      "/api/notifications": { get: read("What people were told that is not over, and how the channels are") },
      "/api/notifications/test": {
        post: read("Send one through every channel; tells which of them arrived"),
      },
      "/healthz": { get: read("200 while passes go on") },
      "/readyz": { get: read("200 while meter and wallbox are there") },
      "/api/openapi.json": { get: read("This description") },
      "/metrics": { get: read("Prometheus metrics", "text/plain") },
      ...accessPaths,
    },
  };
}
