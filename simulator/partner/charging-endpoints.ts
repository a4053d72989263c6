import type { ChargingAccounts, ChargingUpdate } from "./charging-account.ts";
import {
  type Endpoint,
  type EndpointAnswer,
  found,
  NO_CONTENT,
  NOT_FOUND,
  unprocessable,
} from "./endpoint.ts";
import { problemList, statusSchema, updateSchema } from "./request-schema.ts";
import { chargingConfigSchema } from "./wire.ts";

/** What the status endpoint answers; the published API has none, so a faithful cloud says 404 or 405. */
export type StatusIntake = "accept" | 404 | 405;

export interface ChargingEndpointDeps {
  readonly accounts: ChargingAccounts;
  readonly statusIntake: () => StatusIntake;
  readonly counters: { configPulls: number; configPuts: number; statusPushes: number };
}

const PATH = "/org/{org_id}/users/{user_id}/charging-config";

/** charging-config, and the place where gateways push their status. */
export function chargingEndpoints(deps: ChargingEndpointDeps): readonly Endpoint[] {
  const { accounts, counters } = deps;
  const common = { path: PATH, tag: "User Charging Config", scope: "config" } as const;

  return [
    {
      ...common,
      method: "GET",
      summary: "Get the user's charging configuration",
      answer: chargingConfigSchema,
      handle({ params }) {
        counters.configPulls++;
        return found(accounts.config(params.user_id ?? ""));
      },
    },
    {
      ...common,
      method: "PUT",
      summary: "Update the user's charging configuration",
      body: updateSchema,
      answer: chargingConfigSchema,
      handle({ params, body }) {
        const userId = params.user_id ?? "";
        const outcome = accounts.update(userId, body as ChargingUpdate);
        if (outcome === undefined) return NOT_FOUND;
        if (!outcome.ok) return unprocessable(outcome.detail);
        counters.configPuts++;
        return found(accounts.config(userId));
      },
    },
    {
      method: "PUT",
      path: `${PATH}/status`,
      tag: "Gateway status (not part of the published API)",
      summary: "Take a gateway's status",
      scope: "status",
      handle: ({ params, body }) => takeStatus(params.user_id ?? "", body, deps),
    },
  ];
}

function takeStatus(userId: string, body: unknown, deps: ChargingEndpointDeps): EndpointAnswer {
  const intake = deps.statusIntake();
  if (intake === 404) return NOT_FOUND;
  if (intake === 405) return { status: 405, html: "Method not allowed" };
  const status = statusSchema.safeParse(body);
  if (!status.success) return { status: 422, body: { detail: problemList(status.error) } };
  deps.accounts.takeStatus(userId, status.data);
  deps.counters.statusPushes++;
  return NO_CONTENT;
}
