import { deviceKindOf, SHORT_NAME_OF_KIND } from "../../partner/device-kind.ts";
import {
  createAuthSession,
  createOnboarding,
  LANGUAGES,
  onboardingCreateSchema,
  PRICE_ZONES,
} from "../../partner/onboarding.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import { locateDevice } from "./device-location.ts";
import { fieldProblems } from "./field-options.ts";
import { printRecord } from "./output.ts";
import { failed, misused, type PartnerSession, sessionOptions, withPartner } from "./session.ts";

export const linkCommand: Command = {
  options: {
    device: { summary: "Connect this device again, instead of a new one.", placeholder: "DEVICE_ID" },
    kind: { summary: "What is connected: ev, iv, wb or hp.", placeholder: "KIND" },
    building: { summary: "The building in which it stands.", placeholder: "BUILDING_ID" },
    language: { summary: `Language of the pages: ${LANGUAGES.join(", ")}.`, placeholder: "CODE" },
    "price-zone": { summary: `Price zone of the device: ${PRICE_ZONES.join(", ")}.`, placeholder: "ZONE" },
    json: { summary: "Print JSON." },
    ...sessionOptions,
  },
  positionals: { usage: "USER_ID", min: 1, max: 1 },
  example: "hems-edge partner devices link USER_ID --kind wb --language de",
  async run(input) {
    const { device } = input.texts;
    return device === undefined
      ? newDeviceLink(input)
      : withPartner(input, (session) => reconnectLink(input, session, device));
  },
};

async function newDeviceLink(input: CommandInput): Promise<number> {
  const { kind: kindName, building, language, "price-zone": priceZone } = input.texts;
  const kind = kindName === undefined ? undefined : deviceKindOf(kindName);
  if (kindName !== undefined && kind === undefined) return misused(input, "--kind takes ev, iv, wb or hp");
  const [userId = ""] = input.positionals;
  const wanted = onboardingCreateSchema.safeParse({
    user_id: userId,
    ...(kind === undefined ? {} : { device_type: SHORT_NAME_OF_KIND[kind] }),
    ...(building === undefined ? {} : { building_id: building }),
    ...(language === undefined ? {} : { language }),
    ...(priceZone === undefined ? {} : { price_zone_default: priceZone }),
  });
  if (!wanted.success) return misused(input, fieldProblems(wanted.error));
  return withPartner(input, async ({ write }) => {
    const session = await write(createOnboarding(wanted.data), {
      action: "onboarding.create",
      target: userId,
      after: wanted.data,
    });
    if (!session.ok) return failed(input, session.error);
    const { authentication_url: link, expiration_date: until } = session.value;
    printRecord(input, session.value, [
      link ?? "the server gave no link",
      ...(until === undefined ? [] : [`good until ${until}`]),
    ]);
    return link === undefined ? EXIT.failure : EXIT.ok;
  });
}

/** The link that the API has for the device already, else a new one where such can be made. */
async function reconnectLink(
  input: CommandInput,
  { api, write }: PartnerSession,
  deviceId: string,
): Promise<number> {
  const [userId = ""] = input.positionals;
  const located = await locateDevice(api, userId, deviceId);
  if (!located.ok) return failed(input, located.error);
  const { address, device } = located.value;
  if (device.resolution_link !== undefined) {
    printRecord(input, { authentication_url: device.resolution_link, device_id: deviceId }, [
      device.resolution_link,
    ]);
    return EXIT.ok;
  }
  const { kind } = address;
  if (kind !== "inverter" && kind !== "wallbox") {
    return misused(input, "the API has no link for this device: make one for a new device with --kind");
  }
  const entry = { action: "auth-session.create", target: deviceId };
  const session = await write(createAuthSession({ ...address, kind }), entry);
  if (!session.ok) return failed(input, session.error);
  printRecord(input, session.value, [session.value.authentication_url ?? "the server gave no link"]);
  return EXIT.ok;
}
