import type { JsonMap } from "../../drivers/index.ts";
import type { DeviceConfig } from "../config/device-schema.ts";
import { JSON_VALUES, profileOf } from "../config/device-schema.ts";

const ONLY_REQUEST = "main";

/** Where a JSON device has its values: as its profile says, or as the config says for the generic drivers. */
export function jsonMapOf({ driver, values = {}, connection }: DeviceConfig): JsonMap {
  const profile = profileOf(driver);
  if (profile?.protocol === "http" || profile?.protocol === "mqtt") return profile;
  const isHttp = connection.type === "http";
  const named = Object.entries(values);
  return {
    requests: isHttp ? { [ONLY_REQUEST]: connection.path ?? "/" } : {},
    values: Object.fromEntries(
      named.map(([key, { path }]) => [key, { path, request: isHttp ? ONLY_REQUEST : undefined }]),
    ),
    channels: Object.fromEntries(
      named.map(([key, { factor }]) => [
        JSON_VALUES[key as keyof typeof JSON_VALUES],
        { sum: [{ register: key, factor, isOptional: false }], poll: "fast" },
      ]),
    ),
  };
}
