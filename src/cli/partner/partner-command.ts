import { commandGroup } from "../command-group.ts";
import type { CommandEntry } from "../commands.ts";

const users: readonly [CommandEntry, ...CommandEntry[]] = [
  {
    name: "partner users list",
    summary: "All users, filtered by role or by a text.",
    load: async () => (await import("./users-commands.ts")).usersListCommand,
  },
  {
    name: "partner users create",
    summary: "Create a user.",
    load: async () => (await import("./users-commands.ts")).usersCreateCommand,
  },
  {
    name: "partner users get",
    summary: "One user.",
    load: async () => (await import("./users-commands.ts")).usersGetCommand,
  },
  {
    name: "partner users update",
    summary: "Change the given fields of a user.",
    load: async () => (await import("./users-commands.ts")).usersUpdateCommand,
  },
  {
    name: "partner users bulk-update",
    summary: "Change many users from a CSV or JSON file; can be resumed.",
    load: async () => (await import("./bulk-update-command.ts")).bulkUpdateCommand,
  },
  {
    name: "partner users summary",
    summary: "A user's devices by type, buildings and consumption.",
    load: async () => (await import("./summary-command.ts")).summaryCommand,
  },
  {
    name: "partner users migrate",
    summary: "Move a user to a new record, step by step; can be resumed.",
    load: async () => (await import("./migrate-command.ts")).migrateCommand,
  },
  {
    name: "partner users ticket",
    summary: "A support report in Markdown without personal data.",
    load: async () => (await import("./ticket-command.ts")).ticketCommand,
  },
];

const buildings: readonly [CommandEntry, ...CommandEntry[]] = [
  {
    name: "partner buildings add",
    summary: "Add a building to a user.",
    load: async () => (await import("./buildings-commands.ts")).buildingsAddCommand,
  },
  {
    name: "partner buildings list",
    summary: "A user's buildings.",
    load: async () => (await import("./buildings-commands.ts")).buildingsListCommand,
  },
  {
    name: "partner buildings update",
    summary: "Change the given fields of a building.",
    load: async () => (await import("./buildings-commands.ts")).buildingsUpdateCommand,
  },
];

const devices: readonly [CommandEntry, ...CommandEntry[]] = [
  {
    name: "partner devices list",
    summary: "A user's devices of every kind.",
    load: async () => (await import("./devices-commands.ts")).devicesListCommand,
  },
  {
    name: "partner devices get",
    summary: "One device with all its fields.",
    load: async () => (await import("./devices-commands.ts")).devicesGetCommand,
  },
  {
    name: "partner devices update",
    summary: "Change the given fields of a device.",
    load: async () => (await import("./devices-commands.ts")).devicesUpdateCommand,
  },
  {
    name: "partner devices reset",
    summary: "Smart optimisation on, pause ended.",
    load: async () => (await import("./devices-commands.ts")).devicesResetCommand,
  },
  {
    name: "partner devices sessions",
    summary: "A vehicle's charging sessions.",
    load: async () => (await import("./sessions-command.ts")).sessionsCommand,
  },
  {
    name: "partner devices link",
    summary: "A link with which the user connects a device, or connects it again.",
    load: async () => (await import("./link-command.ts")).linkCommand,
  },
  {
    name: "partner devices troubleshoot",
    summary: "What is wrong with a user's devices, and what to do.",
    load: async () => (await import("./troubleshoot-command.ts")).troubleshootCommand,
  },
  {
    name: "partner devices watch",
    summary: "Alert by webhook when a device is lost and when it is back.",
    load: async () => (await import("./watch-command.ts")).watchCommand,
  },
];

const contracts: readonly [CommandEntry, ...CommandEntry[]] = [
  {
    name: "partner contracts list",
    summary: "A user's energy contracts.",
    load: async () => (await import("./contracts-commands.ts")).contractsListCommand,
  },
  {
    name: "partner contracts add",
    summary: "Add an energy contract with its prices.",
    load: async () => (await import("./contracts-commands.ts")).contractsAddCommand,
  },
];

const chargingConfig: readonly [CommandEntry, ...CommandEntry[]] = [
  {
    name: "partner charging-config get",
    summary: "A user's charging mode, thresholds and what cannot be chosen, with reasons.",
    load: async () => (await import("./charging-config-commands.ts")).chargingConfigGetCommand,
  },
  {
    name: "partner charging-config set",
    summary: "Change a user's charging mode or thresholds.",
    load: async () => (await import("./charging-config-commands.ts")).chargingConfigSetCommand,
  },
];

const subcommands: readonly [CommandEntry, ...CommandEntry[]] = [
  {
    name: "partner login",
    summary: "Check credentials and remember where they are.",
    load: async () => (await import("./login-command.ts")).loginCommand,
  },
  {
    name: "partner profiles",
    summary: "The logins that are remembered.",
    load: async () => (await import("./login-command.ts")).profilesCommand,
  },
  {
    name: "partner users",
    summary: "List, create, change, summarise and migrate users.",
    load: async () => commandGroup("partner users", users, "hems-edge partner users list --search anna"),
  },
  {
    name: "partner buildings",
    summary: "Add, list and change buildings.",
    load: async () =>
      commandGroup("partner buildings", buildings, "hems-edge partner buildings list USER_ID"),
  },
  {
    name: "partner devices",
    summary: "List, change, reset, troubleshoot and watch devices.",
    load: async () => commandGroup("partner devices", devices, "hems-edge partner devices list USER_ID"),
  },
  {
    name: "partner contracts",
    summary: "List and add energy contracts.",
    load: async () =>
      commandGroup("partner contracts", contracts, "hems-edge partner contracts list USER_ID"),
  },
  {
    name: "partner charging-config",
    summary: "Read and change charging mode and thresholds.",
    load: async () =>
      commandGroup(
        "partner charging-config",
        chargingConfig,
        "hems-edge partner charging-config get USER_ID",
      ),
  },
  {
    name: "partner boost",
    summary: "Charge now, or take it back.",
    load: async () => (await import("./boost-command.ts")).partnerBoostCommand,
  },
];

export const partnerCommand = commandGroup("partner", subcommands, "hems-edge partner profiles");
