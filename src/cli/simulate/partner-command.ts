import type { FaultInjection, PartnerFault } from "../../../simulator/partner/faults.ts";
import {
  createPartnerServer,
  type PartnerServer,
  SIMULATED_ADMIN,
  SIMULATED_ORG_ID,
  SIMULATED_USER_ID,
} from "../../../simulator/partner/partner-server.ts";
import { householdSeed, type UserSeed } from "../../../simulator/partner/seed.ts";
import { SIMULATED_CREDENTIALS } from "../../../simulator/site.ts";
import { createScaledClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import { createOptionReader } from "./option-reader.ts";
import { faultsOf } from "./partner-faults.ts";
import { readSeedFile } from "./partner-seed-file.ts";
import { listenAddress, listenOptions, partnerChoice, partnerOptions, speedOf } from "./peer-options.ts";
import { runPeer } from "./run-peer.ts";

const MOST_USERS = 50_000;

export const partnerCommand: Command = {
  options: {
    ...listenOptions,
    ...partnerOptions,
    users: { summary: "Further households in the organisation; default 0.", placeholder: "N" },
    seed: {
      summary: "JSON list of {user, mode, buildings, devices}; a device is {kind, fields}.",
      placeholder: "FILE",
    },
    state: {
      summary: "SQLite file that keeps users and devices; in memory without it.",
      placeholder: "FILE",
    },
    "token-life-s": { summary: "Life of an access token, s; default 36000.", placeholder: "N" },
    fault: {
      summary:
        "KIND[:SHARE[:SCOPE]], may be repeated: 500, 422, 401, 429, truncated, silent, broken, latency=MS; in token, config, status, fleet or all.",
      placeholder: "FAULT",
    },
    "older-names": { summary: "Use field names of an earlier state of the same API version." },
  },
  example: "hems-edge simulate partner --port 8089 --users 50 --fault 500:0.05:fleet",
  async run(input) {
    const reader = createOptionReader(input);
    const address = listenAddress(reader);
    const speed = speedOf(reader);
    const chosen = partnerChoice(reader);
    const users = reader.number("users", { fallback: 0, min: 0, max: MOST_USERS });
    const tokenLifeS = reader.number("token-life-s", { fallback: 36_000, min: 1, max: 864_000 });
    const faults = faultsOf(input.lists.fault ?? [], reader);
    const seeded = input.texts.seed === undefined ? NO_SEED : readSeedFile(input.texts.seed);
    if (!seeded.ok) reader.reject(seeded.problem);
    const problem = reader.problem();
    if (problem !== undefined) {
      input.io.err(`hems-edge simulate partner: ${problem}\n`);
      return EXIT.usage;
    }
    return runPeer("partner", input.io, async () => {
      const written = seeded.ok ? seeded.users : [];
      const households = [...written, ...Array.from({ length: users }, (_, index) => householdSeed(index))];
      const partner = await createPartnerServer({
        ...address,
        ...SIMULATED_CREDENTIALS,
        clock: createScaledClock(speed),
        tokenLifeMs: tokenLifeS * 1_000,
        isOlder: input.switches.has("older-names"),
        users: [gatewayHousehold(chosen), ...households],
        logins: households.map(loginOf),
        ...(input.texts.state === undefined ? {} : { stateFile: input.texts.state }),
      });
      injectAll(partner, faults);
      return { lines: introduction(partner), close: partner.close };
    });
  },
};

const NO_SEED = { ok: true, users: [] } as const;

/** Car, wallbox and inverter, so that every mode can be chosen; the wallbox is the device of the other simulators. */
function gatewayHousehold({ mode, thresholds }: ReturnType<typeof partnerChoice>): UserSeed {
  const { user, buildings = [], devices = [] } = householdSeed(0);
  const building = `${SIMULATED_USER_ID.slice(0, -2)}01`;
  return {
    user: { ...user, id: SIMULATED_USER_ID, email: SIMULATED_CREDENTIALS.username, external_user_id: null },
    mode,
    buildings: buildings.map((first) => ({ ...first, id: building })),
    devices: devices.map((device) => ({ ...device, mode, thresholds, fields: { building } })),
  };
}

function loginOf({ user }: UserSeed) {
  return {
    username: user.email ?? "",
    password: SIMULATED_CREDENTIALS.password,
    caller: { role: "user" as const, userId: user.id },
  };
}

function injectAll(
  partner: PartnerServer,
  faults: readonly { readonly fault: PartnerFault; readonly injection: FaultInjection }[],
): void {
  for (const { fault, injection } of faults) partner.inject(fault, injection);
}

function introduction(partner: PartnerServer): readonly string[] {
  const { url } = partner.address();
  return [
    `partner ${url}`,
    `  org_id        ${SIMULATED_ORG_ID}`,
    `  user_id       ${SIMULATED_USER_ID}`,
    `  username      ${SIMULATED_CREDENTIALS.username}`,
    `  password      ${SIMULATED_CREDENTIALS.password}`,
    `  admin         ${SIMULATED_ADMIN.username}, ${SIMULATED_ADMIN.password}`,
    "  client        simulated-client, simulated-client-secret",
    `  users         ${partner.organisation.users().length}`,
    `  openapi       ${url}/openapi.json`,
  ];
}
