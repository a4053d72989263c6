import { loadProfile, PROFILE_NAMES } from "../../drivers/profiles/catalogue.ts";
import { type Profile, profileRoles } from "../../drivers/profiles/profile-schema.ts";

const INTRODUCTION = `# Devices

Three lines of config name a device:

\`\`\`yaml
devices:
  - name: inverter
    driver: sungrow-sh
    connection: { type: tcp, host: 192.168.1.20 }
\`\`\`

Everything else has a default that fits the driver; [config.md](config.md) lists what can be set.
\`hems-edge probe modbus HOST\` finds out which driver fits, and prints what the device tells; \`hems-edge dump modbus HOST\` records it. A device that is not here may still speak SunSpec (\`driver: sunspec\`), or
give JSON (\`http-json\`, \`mqtt-json\`, with \`values\` that say where the numbers stand).

A plain meter may also measure an inverter or a battery: \`roles: [pv]\` or \`roles: [battery]\`. Where a sign is wrong, \`invert: [grid]\` turns
it.

| maturity | means |
|---|---|
| field-dump | decoded from registers of a real device to what its owner saw |
| documented | two independent sources agree, or the vendor's document says so |
| experimental | one source: compare the first values with the device's own display |

This page is generated from the profiles in [drivers/profiles/devices](../drivers/profiles/devices): \`npm run generate\`.
`;

/** The reference of all devices with a driver of their own, as Markdown. */
export function deviceDocs(): string {
  const profiles = PROFILE_NAMES.map((name) => ({ name, profile: loadProfile(name) }));
  const brands = [...new Set(profiles.map(({ profile }) => profile.brand))].sort((a, b) =>
    a.localeCompare(b, "en"),
  );
  const overview = profiles.map(({ name, profile }) => row(name, profile));
  const sections = brands.flatMap((brand) => [
    `## ${brand}\n`,
    ...profiles
      .filter(({ profile }) => profile.brand === brand)
      .map(({ name, profile }) => section(name, profile)),
  ]);
  return [
    INTRODUCTION,
    "## All drivers\n",
    "| driver | device | measures | maturity |",
    "|---|---|---|---|",
    ...overview,
    "",
    ...sections,
  ].join("\n");
}

function row(name: string, profile: Profile): string {
  const roles = profileRoles(profile).join(", ");
  return `| \`${name}\` | ${profile.title} | ${roles} | ${profile.maturity} |`;
}

function section(name: string, profile: Profile): string {
  const lines = [
    `### \`${name}\`: ${profile.title}\n`,
    `- Models: ${profile.models.join(", ")}`,
    `- Measures: ${profileRoles(profile).join(", ")}${currents(profile)}`,
    `- Connection: ${connectionText(profile)}`,
    `- Maturity: ${profile.maturity}`,
    ...profile.notes.map((note) => `- ${note}`),
    `- Sources: ${profile.sources.map((source) => source.name).join("; ")}`,
  ];
  return `${lines.join("\n")}\n`;
}

function currents(profile: Profile): string {
  const hasCurrents = profile.protocol !== "sunspec" && profile.channels.gridCurrentL1A !== undefined;
  return hasCurrents ? ", with the current of each phase" : "";
}

function connectionText(profile: Profile): string {
  if (!("connection" in profile)) {
    return profile.protocol === "http" ? `HTTP, port ${profile.port}` : "MQTT, topic as set in the device";
  }
  const { tcp, rtu, unit, timeoutMs, gapMs, connectDelayMs, isExclusive } = profile.connection;
  const ways = [
    tcp === undefined ? undefined : `Modbus TCP, port ${tcp}`,
    rtu === undefined ? undefined : `RS485, ${rtu.baud} baud, parity ${rtu.parity}`,
  ].filter((way) => way !== undefined);
  const limits = [
    `unit ${unit}`,
    timeoutMs > 1_000 ? `answers within ${timeoutMs} ms` : undefined,
    gapMs > 0 ? `${gapMs} ms between requests` : undefined,
    connectDelayMs > 0 ? `${connectDelayMs} ms after connecting` : undefined,
    profile.protocol === "modbus" && profile.maxRegisters < 100
      ? `at most ${profile.maxRegisters} registers at once`
      : undefined,
    isExclusive ? "one client only" : undefined,
  ].filter((limit) => limit !== undefined);
  return `${ways.join(" or ")}; ${limits.join(", ")}`;
}
