import { listUsers } from "../../partner/users.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import { contractFindings, diagnose, type Finding } from "./diagnosis.ts";
import { deviceName, getHousehold, type Household, householdOf } from "./household.ts";
import { outputOptions, printRows } from "./output.ts";
import { createProgressBar } from "./progress-bar.ts";
import { SCENARIOS, type Scenario, type ScenarioContext, scenarioSteps } from "./scenarios.ts";
import { failed, misused, type PartnerSession, sessionOptions, withPartner } from "./session.ts";

export const troubleshootCommand: Command = {
  options: {
    "all-users": { summary: "Every user of the organisation instead of one." },
    device: { summary: "Only this device.", placeholder: "DEVICE_ID" },
    scenario: { summary: `Steps of one support case: ${SCENARIOS.join(", ")}.`, placeholder: "NAME" },
    ...outputOptions,
    ...sessionOptions,
  },
  positionals: { usage: "[USER_ID]", min: 0, max: 1 },
  example: "hems-edge partner devices troubleshoot USER_ID --scenario device-not-connecting",
  async run(input) {
    const [userId] = input.positionals;
    const isAll = input.switches.has("all-users");
    const scenario = SCENARIOS.find((name) => name === input.texts.scenario);
    if (input.texts.scenario !== undefined && scenario === undefined) {
      return misused(input, `--scenario takes one of ${SCENARIOS.join(", ")}`);
    }
    if ((userId === undefined) !== isAll) return misused(input, "name one user, or give --all-users");
    return withPartner(input, async (session) => {
      const households = await householdsOf(input, session, userId);
      if (!households.ok) return failed(input, households.error);
      if (scenario !== undefined) return tellScenario(input, session, scenario, households.value);
      return tellFindings(input, session, households.value);
    });
  },
};

async function householdsOf(input: CommandInput, { api }: PartnerSession, userId: string | undefined) {
  if (userId !== undefined) {
    const household = await getHousehold(api, userId);
    return household.ok ? { ok: true as const, value: [household.value] } : household;
  }
  const users = await api.call(listUsers());
  if (!users.ok) return users;
  const ended = users.value.filter(({ role }) => role === undefined || role === "user");
  const bar = createProgressBar(input.io, ended.length);
  const households: Household[] = [];
  for (const user of ended) {
    const household = await householdOf(api, user);
    if (!household.ok) return household;
    households.push(household.value);
    bar.show(households.length, "users");
  }
  bar.end();
  return { ok: true as const, value: households };
}

interface Row extends Finding {
  readonly user_id: string;
  readonly device_id: string;
  readonly device: string;
}

function tellFindings(
  input: CommandInput,
  { clock }: PartnerSession,
  households: readonly Household[],
): number {
  const only = input.texts.device;
  const rows = households.flatMap((household) => findingRows(household, clock.wallMs(), only));
  const count = households.reduce((sum, { devices }) => sum + devices.length, 0);
  if (rows.length === 0 && input.io.isTerminal) {
    input.io.out(`${count} devices of ${households.length} users: nothing is wrong.\n`);
    return EXIT.ok;
  }
  printRows(input, rows, [
    { title: "user", cell: ({ user_id }) => user_id },
    { title: "device", cell: ({ device }) => device },
    { title: "finding", cell: ({ code }) => code },
    { title: "problem", cell: ({ problem }) => problem, isWhole: true },
    { title: "remedy", cell: ({ link, remedy }) => link ?? remedy, isWhole: true },
  ]);
  return EXIT.ok;
}

function findingRows({ user, devices, contract }: Household, wallMs: number, only?: string): readonly Row[] {
  const ofDevices = devices
    .filter(({ device }) => only === undefined || device.id === only)
    .flatMap((owned) => {
      const base = { user_id: user.id, device_id: owned.device.id, device: deviceName(owned) };
      return diagnose(owned.device, owned.kind, wallMs).map((finding) => ({ ...base, ...finding }));
    });
  const ofUser = devices.length === 0 ? [] : contractFindings(contract);
  const base = { user_id: user.id, device_id: "", device: "all" };
  return [...ofDevices, ...ofUser.map((finding) => ({ ...base, ...finding }))];
}

async function tellScenario(
  input: CommandInput,
  session: PartnerSession,
  scenario: Scenario,
  households: readonly Household[],
): Promise<number> {
  const context = await scenarioContext(session, scenario, households);
  if (!context.ok) return failed(input, context.error);
  const rows = households.flatMap((household) =>
    scenarioSteps(scenario, household, context.value).map((step) => ({
      user_id: household.user.id,
      scenario,
      ...step,
    })),
  );
  printRows(input, rows, [
    { title: "user", cell: ({ user_id }) => user_id },
    { title: "step", cell: ({ step }) => step, isWhole: true },
    { title: "verdict", cell: ({ verdict }) => verdict },
    { title: "detail", cell: ({ detail }) => detail, isWhole: true },
  ]);
  return EXIT.ok;
}

/** Similar users are looked at only where they are compared, and no more of them than say something. */
const MOST_COMPARED = 50;

async function scenarioContext(
  { api, clock }: PartnerSession,
  scenario: Scenario,
  households: readonly Household[],
) {
  const base = { wallMs: clock.wallMs(), others: undefined, users: [] };
  if (scenario !== "high-consumption" && scenario !== "user-migration") {
    return { ok: true as const, value: base satisfies ScenarioContext };
  }
  const users = await api.call(listUsers());
  if (!users.ok) return users;
  if (scenario === "user-migration" || households.length > 1) {
    return { ok: true as const, value: { ...base, users: users.value, others: households } };
  }
  const others: Household[] = [];
  for (const user of users.value.slice(0, MOST_COMPARED)) {
    const other = await householdOf(api, user);
    if (other.ok) others.push(other.value);
  }
  return { ok: true as const, value: { ...base, users: users.value, others } };
}
