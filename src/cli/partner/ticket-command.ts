import { isoUtc } from "../../core/iso-time.ts";
import { getChargingConfig } from "../../partner/charging-config.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import { configLines } from "./charging-config-commands.ts";
import { diagnose } from "./diagnosis.ts";
import { deviceName, getHousehold, type Household } from "./household.ts";
import { REDACTED, redacted } from "./redaction.ts";
import { SCENARIOS, scenarioSteps } from "./scenarios.ts";
import { errorSentence, failed, sessionOptions, withPartner } from "./session.ts";

export const ticketCommand: Command = {
  options: sessionOptions,
  positionals: { usage: "USER_ID", min: 1, max: 1 },
  example: "hems-edge partner users ticket 497f6eca-6276-4993-bfeb-53cbbbba6f08",
  run: (input) =>
    withPartner(input, async ({ api, clock, profile }) => {
      const household = await getHousehold(api, input.positionals[0] ?? "");
      if (!household.ok) return failed(input, household.error);
      const config = await api.call(getChargingConfig(household.value.user.id));
      const charging = config.ok ? configLines(config.value) : [errorSentence(config.error)];
      input.io.out(
        ticketText(household.value, charging, { wallMs: clock.wallMs(), server: profile.base_url }),
      );
      return EXIT.ok;
    }),
};

/** A report in Markdown for whoever helps: what is wrong, and nothing that names a person or opens a door. */
export function ticketText(
  household: Household,
  charging: readonly string[],
  context: { readonly wallMs: number; readonly server: string },
): string {
  const { user, devices, buildings, contract } = household;
  return [
    `# Support report for user ${inline(user.id)}`,
    "",
    `Made ${isoUtc(context.wallMs)} from ${context.server}. Personal data and links are left out.`,
    "",
    "## User",
    "",
    ...listOf(redacted(knownOf(user))),
    `- buildings: ${buildings.length}`,
    `- energy contract: ${contract}`,
    "",
    "## Devices",
    "",
    ...devices.flatMap((owned) => deviceSection(owned, context.wallMs)),
    ...(devices.length === 0 ? ["None.", ""] : []),
    "## Charging",
    "",
    "```",
    ...charging.map(inline),
    "```",
    "",
    "## Checks",
    "",
    ...checks(household, context.wallMs),
    "",
  ].join("\n");
}

function deviceSection(owned: Household["devices"][number], wallMs: number): readonly string[] {
  const { device, kind } = owned;
  const findings = diagnose(device, kind, wallMs);
  return [
    `### ${inline(deviceName(owned))} (${kind})`,
    "",
    `- id: ${inline(device.id)}`,
    `- logged in: ${device.is_authenticated ?? "not told"}`,
    `- smart optimisation: ${device.is_smart_optimization_active ?? "not told"}`,
    `- last state: ${inline(device.current_state_last_updated_at ?? "never")}`,
    ...findings.map(
      ({ code, problem, remedy }) => `- **${code}**: ${inline(problem)}. Remedy: ${inline(remedy)}.`,
    ),
    ...(findings.length === 0 ? ["- nothing is wrong"] : []),
    "",
  ];
}

function checks(household: Household, wallMs: number): readonly string[] {
  const context = { wallMs, others: undefined, users: [] };
  const rows = SCENARIOS.flatMap((scenario) =>
    scenarioSteps(scenario, household, context).map(({ step, verdict, detail }) => {
      const isLink = /^https?:/.test(detail);
      return `| ${scenario} | ${inline(step)} | ${verdict} | ${isLink ? "there is a link" : inline(detail)} |`;
    }),
  );
  return ["| case | step | verdict | detail |", "|---|---|---|---|", ...rows];
}

function knownOf(user: Household["user"]): Readonly<Record<string, unknown>> {
  const { id, role, external_user_id, country, email, first_name, last_name, town } = user;
  return { id, role, external_user_id, country, email, first_name, last_name, town };
}

function listOf(record: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `- ${name.replaceAll("_", " ")}: ${inline(String(value))}`);
}

/**
 * A text from outside as part of one line, without the signs that Markdown or a table would read, and without the links and
 * addresses that a manufacturer's cloud writes into its errors.
 */
function inline(text: string): string {
  return text
    .slice(0, 300)
    .replaceAll(/\p{Cc}/gu, " ")
    .replaceAll(/\bhttps?:\/\/\S+/gi, REDACTED)
    .replaceAll(/[^\s@]+@[^\s@]+/g, REDACTED)
    .replaceAll(/[|<>`]/g, " ");
}
