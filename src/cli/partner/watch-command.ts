import { z } from "zod";
import { isoUtc } from "../../core/iso-time.ts";
import { listUsers, type PartnerUser } from "../../partner/users.ts";
import { delay } from "../../ports/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import { createOptionReader } from "../simulate/option-reader.ts";
import { onStopSignal } from "../stop-signal.ts";
import { alertsOf, type DeviceAlert, withLink } from "./device-alerts.ts";
import { listAllDevices } from "./household.ts";
import { printable } from "./output.ts";
import { errorSentence, misused, type PartnerSession, sessionOptions, withPartner } from "./session.ts";
import { readState, statePath, writeState } from "./state-file.ts";
import { postWebhook } from "./webhook.ts";

/** Since when a device has been lost, by its id. */
const watchStateSchema = z.record(z.string(), z.string());
type WatchState = Readonly<Record<string, string>>;

export const watchCommand: Command = {
  options: {
    user: { summary: "Only this user; all by default.", placeholder: "USER_ID" },
    webhook: { summary: "Where each alert is posted as JSON.", placeholder: "URL" },
    "interval-s": { summary: "Time between two looks, 30 to 86400 s; default 300.", placeholder: "N" },
    cycles: { summary: "End after so many looks; until told to stop by default.", placeholder: "N" },
    state: { summary: "What is lost, over a restart; beside the audit log by default.", placeholder: "FILE" },
    ...sessionOptions,
  },
  example: "hems-edge partner devices watch --webhook https://example.com/alerts --interval-s 300",
  async run(input) {
    const reader = createOptionReader(input);
    const intervalS = reader.number("interval-s", { fallback: 300, min: 30, max: 86_400 });
    const cycles = reader.number("cycles", {
      fallback: Number.MAX_SAFE_INTEGER,
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
    });
    const { webhook } = input.texts;
    const isAddress = webhook === undefined || /^https?:$/.test(URL.parse(webhook)?.protocol ?? "");
    const problem = reader.problem() ?? (isAddress ? undefined : "--webhook takes an http or https address");
    if (problem !== undefined) return misused(input, problem);
    return withPartner(input, async (session) => {
      const stop = onStopSignal();
      const path = statePath(input.texts.state, "watch.json", input.io.environment);
      let state: WatchState = readState(path, watchStateSchema) ?? {};
      for (let cycle = 1; cycle <= cycles && !stop.isStopped(); cycle++) {
        state = await look(input, session, state);
        writeState(path, state);
        if (cycle < cycles) await delay(session.clock, intervalS * 1_000, stop.signal);
      }
      stop.close();
      return EXIT.ok;
    });
  },
};

/** One look at all devices. An alert that could not be delivered is due again at the next look. */
async function look(input: CommandInput, session: PartnerSession, before: WatchState): Promise<WatchState> {
  const users = await session.api.call(listUsers());
  if (!users.ok) {
    input.io.err(`hems-edge partner: ${errorSentence(users.error)}; the next look is due as ever\n`);
    return before;
  }
  const { user: only } = input.texts;
  const watched = users.value.filter(({ id }) => only === undefined || id === only);
  if (watched.length === 0) {
    input.io.err(
      `hems-edge partner: there is no user${only === undefined ? "" : ` ${only}`}; the next look is due as ever\n`,
    );
  }
  let state = before;
  for (const user of watched) state = await lookAtUser(input, session, user, state);
  return state;
}

async function lookAtUser(
  input: CommandInput,
  session: PartnerSession,
  user: PartnerUser,
  before: WatchState,
): Promise<WatchState> {
  const devices = await listAllDevices(session.api, user.id);
  if (!devices.ok) {
    input.io.err(`hems-edge partner: user ${user.id}: ${errorSentence(devices.error)}\n`);
    return before;
  }
  const state = { ...before };
  for (const alert of alertsOf(user, devices.value, before, isoUtc(session.clock.wallMs()))) {
    const whole = await withLink(alert, session);
    if (!(await deliver(input, session, whole))) continue;
    if (alert.event === "device_disconnected") state[alert.device_id] = alert.since;
    else delete state[alert.device_id];
  }
  return state;
}

async function deliver(input: CommandInput, session: PartnerSession, alert: DeviceAlert): Promise<boolean> {
  const { io, texts } = input;
  const sentence = `${alert.ts} ${alert.event.replace("device_", "")} ${alert.device} ${alert.device_id} of user ${alert.user_id}`;
  io.out(
    io.isTerminal
      ? `${printable([sentence, alert.reconnect_link].filter(Boolean).join(" "))}\n`
      : `${JSON.stringify(alert)}\n`,
  );
  if (texts.webhook === undefined) return true;
  const problem = await postWebhook(texts.webhook, alert, session.clock);
  if (problem !== undefined)
    io.err(`hems-edge partner: the webhook failed, ${problem}; tried again at the next look\n`);
  return problem === undefined;
}
