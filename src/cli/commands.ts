import type { Command } from "./command.ts";

export interface CommandEntry {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Only the command that was typed is loaded: `status` must not wait for everything that `demo` needs. */
  load(): Promise<Command>;
}

/** Everything that can be typed after `hems-edge`, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  {
    name: "run",
    summary: "Run the daemon until it is told to stop.",
    load: async () => (await import("./run-command.ts")).runCommand,
  },
  {
    name: "demo",
    summary: "Watch the real daemon charge a car in a simulated house from a measured day.",
    load: async () => (await import("./demo/demo-command.ts")).demoCommand,
  },
  {
    name: "simulate",
    summary: "Run one simulated peer, or a whole house, for tests on a bench.",
    load: async () => (await import("./simulate/simulate-command.ts")).simulateCommand,
  },
  {
    name: "replay",
    summary: "Replay measured days: what would these thresholds have brought?",
    load: async () => (await import("./replay/replay-command.ts")).replayCommand,
  },
  {
    name: "tune",
    summary:
      "Which thresholds would have brought most on recorded or measured days, and how certain that is.",
    load: async () => (await import("./tune/tune-command.ts")).tuneCommand,
  },
  {
    name: "check",
    summary: "Check a config file and report every problem in it.",
    load: async () => (await import("./check-command.ts")).checkCommand,
  },
  {
    name: "doctor",
    summary: "Look at what the daemon needs of this machine: clock, disk, ports, serial lines, systemd.",
    load: async () => (await import("./doctor-command.ts")).doctorCommand,
  },
  {
    name: "probe",
    summary: "Ask a device on the network what it is and what it tells.",
    load: async () => (await import("./probe/probe-command.ts")).probeCommand,
  },
  {
    name: "dump",
    summary: "Record a device's registers as a fixture file.",
    load: async () => (await import("./modbus/dump-command.ts")).dumpCommand,
  },
  {
    name: "partner",
    summary: "The Partner API from the terminal: users, buildings, devices, charging-config.",
    load: async () => (await import("./partner/partner-command.ts")).partnerCommand,
  },
  {
    name: "status",
    summary: "Show what the running daemon does; exit 1 when none runs.",
    load: async () => (await import("./daemon-commands.ts")).statusCommand,
  },
  {
    name: "why",
    summary: "Say why the car gets its current, and what happens next.",
    load: async () => (await import("./daemon-commands.ts")).whyCommand,
  },
  {
    name: "limits",
    summary: "List when limits were in force or bound, and what was drawn: evidence for the grid operator.",
    load: async () => (await import("./limits-command.ts")).limitsCommand,
  },
  {
    name: "mode",
    summary: "Show the charging mode, or set it: none, spot, hems or hems_and_spot.",
    load: async () => (await import("./daemon-commands.ts")).modeCommand,
  },
  {
    name: "boost",
    summary: "Charge now with full current until the car is full or unplugged.",
    load: async () => (await import("./daemon-commands.ts")).boostCommand,
  },
  {
    name: "plan",
    summary: "Show when the car charges and what it costs, or choose how much by when.",
    load: async () => (await import("./plan-command.ts")).planCommand,
  },
  {
    name: "history",
    summary: "Export recorded energies and events as CSV or JSON.",
    load: async () => (await import("./history/history-command.ts")).historyCommand,
  },
  {
    name: "sessions",
    summary: "Export recorded charging sessions as CSV or JSON.",
    load: async () => (await import("./history/history-command.ts")).sessionsCommand,
  },
  {
    name: "wallbox",
    summary: "Show, pair and test wallboxes: what they can do and how they fall back.",
    load: async () => (await import("./wallbox/wallbox-command.ts")).wallboxCommand,
  },
  {
    name: "notify",
    summary: "Try the channels of notifications, and show what was told.",
    load: async () => (await import("./notify/notify-command.ts")).notifyCommand,
  },
  {
    name: "password",
    summary: "Set the password of the page, on the gateway itself.",
    load: async () => (await import("./access/password-command.ts")).passwordCommand,
  },
  {
    name: "token",
    summary: "Make, list and revoke tokens for programs that use the local API.",
    load: async () => (await import("./access/token-command.ts")).tokenCommand,
  },
  {
    name: "backup",
    summary: "Save state, history and config to one file, also while the daemon runs.",
    load: async () => (await import("./backup/backup-command.ts")).backupCommand,
  },
  {
    name: "restore",
    summary: "Put a backup back in place while no daemon runs.",
    load: async () => (await import("./backup/restore-command.ts")).restoreCommand,
  },
  {
    name: "support-bundle",
    summary: "Collect config without secrets, state, records, log and versions for whoever helps.",
    load: async () => (await import("./backup/support-command.ts")).supportCommand,
  },
  {
    name: "generate",
    summary: "In a checkout: write the files that are made from the config schema.",
    load: async () => (await import("./generate-command.ts")).generateCommand,
  },
  {
    name: "version",
    summary: "Print the version, the commit, Node and the libraries.",
    load: async () => (await import("./version-command.ts")).versionCommand,
  },
];
