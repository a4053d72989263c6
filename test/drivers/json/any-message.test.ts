import fc from "fast-check";
import { expect, it } from "vitest";
import { lookUpIn, parsedMessage } from "../../../drivers/json/json-map.ts";
import { loadProfile, PROFILE_NAMES } from "../../../drivers/profiles/catalogue.ts";
import { channelValues } from "../../../drivers/profiles/channel-values.ts";

const profiles = PROFILE_NAMES.flatMap((name) => {
  const profile = loadProfile(name);
  return profile.protocol === "http" || profile.protocol === "mqtt" ? [profile] : [];
});
/** The steps of all paths, so that messages of a likely shape come as well. */
const steps = [
  ...new Set(
    profiles.flatMap(({ values }) => Object.values(values).flatMap(({ path }) => path?.split(".") ?? [])),
  ),
];
const leaf = fc.oneof(fc.double(), fc.string(), fc.constantFrom("1e999", "-0", " ", "0x10", null, true));
const { likely } = fc.letrec((tie) => ({
  likely: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.dictionary(fc.constantFrom(...steps), tie("likely")),
    fc.array(tie("likely"), { maxLength: 4 }),
  ),
}));
const text = fc.oneof(
  fc.string(),
  fc.json(),
  likely.map((value) => JSON.stringify(value) ?? ""),
);

it("whatever a meter says in JSON, each of its values is a number or missing", () => {
  expect(steps.length).toBeGreaterThan(5);
  fc.assert(
    fc.property(fc.constantFrom(...profiles), text, (profile, said) => {
      const message = parsedMessage(said);
      const requests = ["", ...Object.keys(profile.requests)];
      const messages = Object.fromEntries(requests.map((request) => [request, message]));
      for (const value of Object.values(channelValues(profile.channels, lookUpIn(profile, messages)))) {
        expect(value).not.toBeNaN();
      }
    }),
    { numRuns: 500 },
  );
});
