import type { Scope } from "./scope.ts";

/** `open`: for everybody, and tells nothing of the house. `own`: the route asks for a secret of its own. */
export type RouteScope = Scope | "open" | "own";

const CHARGING_CONFIG = "/api/partners/v2.0/org/:org_id/users/:user_id/charging-config";

/** Who may ask what: one line for each route. A route that is missing here cannot be registered. */
export const ROUTE_SCOPES: Readonly<Record<string, RouteScope>> = {
  "GET /": "open",
  "GET /app.js": "open",
  "GET /index.css": "open",
  "GET /icon.svg": "open",
  "GET /manifest.webmanifest": "open",
  "GET /healthz": "open",
  "GET /readyz": "open",
  "GET /api/access": "open",
  "POST /api/access/login": "open",
  "POST /api/access/logout": "open",
  "POST /api/access/first-password": "open",
  "PUT /api/access/password": "admin",
  "GET /api/access/tokens": "admin",
  "POST /api/access/tokens": "admin",
  "DELETE /api/access/tokens/:id": "admin",
  "GET /metrics": "read",
  "GET /api/openapi.json": "read",
  "GET /api/state": "read",
  "GET /api/devices": "read",
  "GET /api/events": "read",
  "GET /api/history": "read",
  "GET /api/history/events": "read",
  "GET /api/sessions": "read",
  "GET /api/sessions.csv": "read",
  "GET /api/limits": "read",
  "GET /api/grid-operator": "read",
  "GET /api/notifications": "read",
  "POST /api/notifications/test": "admin",
  "GET /api/wallboxes": "read",
  "GET /api/charge-plan": "read",
  "PUT /api/charge-plan": "control",
  "DELETE /api/charge-plan": "control",
  "POST /api/boost": "control",
  "DELETE /api/boost": "control",
  "PUT /api/mode": "control",
  "PUT /api/thresholds": "control",
  [`GET ${CHARGING_CONFIG}`]: "read",
  [`PUT ${CHARGING_CONFIG}`]: "control",
  "POST /api/wallboxes/:name/selftest": "admin",
  "POST /api/wallboxes/:name/pair": "admin",
  "POST /api/wallboxes/:name/key": "admin",
  "GET /api/config-check": "admin",
  "GET /api/support-bundle": "admin",
  "GET /api/setup": "read",
  "PUT /api/setup": "admin",
  "POST /api/setup/check": "admin",
  "POST /api/setup/probe": "admin",
  "POST /api/setup/scan": "admin",
  "DELETE /api/setup/scan": "admin",
  "PUT /api/grid-operator/limit": "own",
};

/** Undefined for a route that nobody put into the table. HEAD asks what GET asks. */
export function routeScope(method: string, path: string): RouteScope | undefined {
  const key = `${method === "HEAD" ? "GET" : method} ${path}`;
  return Object.hasOwn(ROUTE_SCOPES, key) ? ROUTE_SCOPES[key] : undefined;
}
