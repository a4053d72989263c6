import { z } from "zod";
import {
  type EvSession,
  getCurrentEvSession,
  LARGEST_PAGE,
  listEvSessions,
} from "../../partner/ev-sessions.ts";
import type { PartnerConnection } from "../../partner/partner-connection.ts";
import type { PartnerResult } from "../../partner/partner-error.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import { type Column, outputOptions, printRows } from "./output.ts";
import { failed, misused, sessionOptions, withPartner } from "./session.ts";

const MOST_PAGES = 100;
const day = z.iso.date();

const columns: readonly Column<EvSession>[] = [
  { title: "plugged_in", cell: ({ plug_in_time }) => plug_in_time },
  { title: "unplugged", cell: ({ unplug_time }) => unplug_time },
  { title: "from_pct", cell: ({ initial_soc_pct }) => initial_soc_pct },
  { title: "to_pct", cell: ({ final_soc_pct }) => final_soc_pct },
  { title: "kwh", cell: ({ energy_charged_kwh }) => energy_charged_kwh },
  { title: "cost_eur", cell: ({ actual_cost_eur }) => actual_cost_eur },
  { title: "saved_eur", cell: ({ actual_savings_eur }) => actual_savings_eur },
  { title: "outcome", cell: ({ session_outcome }) => session_outcome },
];

export const sessionsCommand: Command = {
  options: {
    from: { summary: "First day, UTC.", placeholder: "YYYY-MM-DD" },
    to: { summary: "Last day, UTC.", placeholder: "YYYY-MM-DD" },
    current: { summary: "Only the session that is under way." },
    ...outputOptions,
    ...sessionOptions,
  },
  positionals: { usage: "USER_ID VEHICLE_ID", min: 2, max: 2 },
  example: "hems-edge partner devices sessions USER_ID VEHICLE_ID --from 2026-11-01",
  async run(input) {
    const [userId = "", vehicleId = ""] = input.positionals;
    const { from, to } = input.texts;
    if ([from, to].some((text) => text !== undefined && !day.safeParse(text).success)) {
      return misused(input, "--from and --to take a day as 2026-11-01");
    }
    const days = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    return withPartner(input, async ({ api }) => {
      const sessions = input.switches.has("current")
        ? await currentSession(api, userId, vehicleId)
        : await allSessions(api, userId, vehicleId, days);
      if (!sessions.ok) return failed(input, sessions.error);
      printRows(input, sessions.value, columns);
      return EXIT.ok;
    });
  },
};

async function currentSession(
  api: PartnerConnection,
  userId: string,
  vehicleId: string,
): Promise<PartnerResult<readonly EvSession[]>> {
  const current = await api.call(getCurrentEvSession(userId, vehicleId));
  if (!current.ok) return current;
  const { session } = current.value;
  return { ok: true, value: session === undefined || session === null ? [] : [session] };
}

/** Page by page until the server has no more. */
async function allSessions(
  api: PartnerConnection,
  userId: string,
  vehicleId: string,
  days: { readonly from?: string; readonly to?: string },
): Promise<PartnerResult<readonly EvSession[]>> {
  const sessions: EvSession[] = [];
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { ...days, limit: LARGEST_PAGE, offset: page * LARGEST_PAGE };
    const answer = await api.call(listEvSessions(userId, vehicleId, query));
    if (!answer.ok) return answer;
    sessions.push(...answer.value.items);
    if (answer.value.items.length === 0 || query.offset + LARGEST_PAGE >= answer.value.total) break;
  }
  return { ok: true, value: sessions };
}
