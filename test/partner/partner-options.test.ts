import { describe, expect, it } from "vitest";
import { SIMULATED_ORG_ID, SIMULATED_USER_ID } from "../../simulator/partner/partner-server.ts";
import type { PartnerConfig } from "../../src/config/partner-schema.ts";
import { partnerClientOptions } from "../../src/partner/partner-options.ts";

const CONFIG: PartnerConfig = {
  base_url: "https://partner.example/",
  org_id: SIMULATED_ORG_ID,
  user_id: SIMULATED_USER_ID,
  auth: { grant: "password", username: "gateway", password: "from-the-environment" },
  poll_s: 60,
  timeout_s: 10,
};
const MISSING = { file: "/nonexistent/secret" };

describe("the client's options", () => {
  it("come from the config, the address without its last slash", () => {
    expect(partnerClientOptions(CONFIG, {})).toEqual({
      ok: true,
      options: {
        baseUrl: "https://partner.example",
        tokenUrl: undefined,
        orgId: SIMULATED_ORG_ID,
        userId: SIMULATED_USER_ID,
        auth: { grant: "password", username: "gateway", password: "from-the-environment" },
        timeoutMs: 10_000,
        statusUrl: undefined,
      },
    });
  });

  it("hold the client's credentials where these are configured", () => {
    const auth = { grant: "client_credentials", client_id: "id", client_secret: "secret" } as const;
    expect(partnerClientOptions({ ...CONFIG, auth }, {})).toMatchObject({
      options: { auth: { grant: "client_credentials", clientId: "id", clientSecret: "secret" } },
    });
  });

  it.each([
    ["password", { grant: "password", username: "gateway", password: MISSING } as const],
    ["client_id", { grant: "client_credentials", client_id: MISSING, client_secret: "s" } as const],
    ["client_secret", { grant: "client_credentials", client_id: "id", client_secret: MISSING } as const],
  ])("cannot be made without a readable %s, and say which one", (name, auth) => {
    const outcome = partnerClientOptions({ ...CONFIG, auth }, {});
    expect(outcome).toEqual({
      ok: false,
      detail: expect.stringContaining(`partner.auth.${name}: cannot read`),
    });
  });
});
