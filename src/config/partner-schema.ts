import { z } from "zod";
import { secretSchema } from "./secret.ts";

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

export const partnerSchema = z.strictObject({
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

export type PartnerConfig = z.infer<typeof partnerSchema>;
