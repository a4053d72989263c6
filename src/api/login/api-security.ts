import { SESSION_COOKIE } from "./gatekeeper.ts";
import { type RouteScope, routeScope } from "./route-scopes.ts";

/** OpenAPI's `components.securitySchemes`. */
export const SECURITY_SCHEMES = {
  token: {
    type: "http",
    scheme: "bearer",
    description: "A token of the scope read, control or admin; each covers those before it",
  },
  session: {
    type: "apiKey",
    in: "cookie",
    name: SESSION_COOKIE,
    description: "What POST /api/access/login sets; covers every scope",
  },
  grid_operator: {
    type: "http",
    scheme: "bearer",
    description: "The token of grid_operator.source in the config",
  },
} as const;

const METHODS = ["get", "post", "put", "delete"];

/** OpenAPI's paths, each operation with who may call it. Callers on the gateway itself need nothing. */
export function withSecurity(paths: Readonly<Record<string, object>>): Readonly<Record<string, object>> {
  return mapped(paths, (path, item) =>
    mapped(item, (key, operation) => {
      if (!METHODS.includes(key)) return operation;
      const scope = routeScope(key.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ":$1"));
      return { ...operation, security: securityOf(scope ?? "admin") };
    }),
  );
}

function securityOf(scope: RouteScope): readonly object[] {
  if (scope === "open") return [];
  return scope === "own" ? [{ grid_operator: [] }] : [{ token: [scope] }, { session: [] }];
}

function mapped(record: object, change: (key: string, value: object) => object): Record<string, object> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(key, value)]));
}
