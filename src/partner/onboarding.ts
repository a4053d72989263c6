import { z } from "zod";
import { type DeviceAddress, devicePath } from "./devices.ts";
import { getCall, type PartnerCall, postCall } from "./partner-call.ts";
import { code, optional } from "./wire-reading.ts";

export const LANGUAGES = ["sv", "de", "en", "hu", "it", "et", "pl", "ro"] as const;

export const PRICE_ZONES = [
  "AT",
  "AT_HOURLY",
  "BE",
  "CH",
  "EE",
  "DE_LU",
  "HU",
  "IT_CNOR",
  "IT_CSUD",
  "IT_NORD",
  "IT_PUN",
  "IT_SARD",
  "IT_SICI",
  "IT_SUD",
  "PT",
  "RO",
  "SE_1",
  "SE_2",
  "SE_3",
  "SE_4",
  "UK",
] as const;

const LONGEST_URL = 8_000;
const url = z
  .url({ protocol: /^https?$/ })
  .max(LONGEST_URL)
  .exactOptional();

export const onboardingCreateSchema = z.strictObject({
  language: z.enum(LANGUAGES).exactOptional(),
  price_zone_default: z.enum(PRICE_ZONES).exactOptional(),
  is_smart_optimization_active_default: z.boolean().exactOptional(),
  success_url: url,
  cancel_url: url,
  user_id: z.uuid(),
  building_id: z.uuid().exactOptional(),
  device_type: z.enum(["ev", "iv", "wb", "hp"]).exactOptional(),
});
export type OnboardingCreate = z.infer<typeof onboardingCreateSchema>;

/** A session of the Connect UI; the link in it is good until the end of the next day. */
export const onboardingSchema = z.looseObject({
  id: z.string().min(1),
  authentication_url: optional(z.string()),
  user: optional(z.unknown()),
  expiration_date: optional(z.string()),
  /** The device that came of it. */
  object_id: optional(z.string()),
  status: optional(code),
});
export type Onboarding = z.infer<typeof onboardingSchema>;

export function createOnboarding(onboarding: OnboardingCreate): PartnerCall<Onboarding> {
  return postCall(
    "/device-onboarding",
    { value: onboarding, schema: onboardingCreateSchema },
    onboardingSchema,
  );
}

export function getOnboarding(sessionId: string): PartnerCall<Onboarding> {
  return getCall(`/device-onboarding/${encodeURIComponent(sessionId)}`, onboardingSchema);
}

export const authSessionCreateSchema = z.strictObject({ success_url: url, cancel_url: url });
export type AuthSessionCreate = z.infer<typeof authSessionCreateSchema>;

export const authSessionSchema = z.looseObject({
  authentication_url: optional(z.string()),
  device_id: optional(z.string()),
  session_id: optional(z.string()),
});
export type AuthSession = z.infer<typeof authSessionSchema>;

/** A link with which the user logs in at the manufacturer again; published for inverters and wallboxes. */
export function createAuthSession(
  address: DeviceAddress & { readonly kind: "inverter" | "wallbox" },
  urls: AuthSessionCreate = {},
): PartnerCall<AuthSession> {
  const body = { value: urls, schema: authSessionCreateSchema };
  return postCall(devicePath(address, "auth_session"), body, authSessionSchema);
}
