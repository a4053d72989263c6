import type { Card, StrangerView, WallboxesAnswer } from "./wallbox-answers.ts";

const SOON_DAYS = 30;

/** Cards as a person reads them. */
export function cardsText({ wallboxes, strangers, certificate }: WallboxesAnswer): string {
  const parts = wallboxes.map(cardText);
  if (certificate !== null) {
    const warning = certificate.ends_in_days < SOON_DAYS ? ": renew it" : "";
    parts.push(
      `certificate  ends in ${certificate.ends_in_days} days (${certificate.ends.slice(0, 10)})${warning}\n`,
    );
  }
  if (strangers.length > 0) {
    parts.push(`${strangers.length} unknown dialled and was refused: hems-edge wallbox pair\n`);
  }
  return parts.join("\n");
}

function cardText(card: Card): string {
  const { dead_man: deadMan, smart_charging: smart, phases } = card;
  const box = [card.vendor, card.model, card.firmware].filter((text) => text !== null && text !== "");
  const rows: readonly (readonly [string, string])[] = [
    [card.name, card.is_connected ? `connected, ${card.protocol ?? "?"}` : "not connected"],
    ["  box", box.length === 0 ? "has not said what it is" : box.join(" ")],
    ["  known as", card.known_as ?? "no known model: spoken to by the specification"],
    ["  if we die", `${deadMan.variant}: ${deadMan.sentence}${deadMan.is_proven ? "" : " (not proven yet)"}`],
    ["  self-test", selfTestText(deadMan.self_test)],
    ["  profiles", profilesText(smart)],
    ["  measures", measuresText(smart)],
    ["  phases", phasesText(phases)],
    ["  security", `profile ${card.security.profile}: ${card.security.sentence}`],
    ...(card.upstream === null ? [] : [["  upstream", upstreamText(card.upstream)] as const]),
    ["  writes", `${card.writes_today} today`],
    ...(Math.abs(card.clock_error_s ?? 0) > SOON_DAYS
      ? [["  clock", `is ${card.clock_error_s} s ahead of ours`] as const]
      : []),
    ...(card.needs_replug ? [["  now", "pull the cable and plug it in again"] as const] : []),
    ...card.facts.map((fact) => ["  known", fact] as const),
    ...(card.advice === null ? [] : [["  advice", card.advice] as const]),
  ];
  return `${rows.map(([left, right]) => `${left.padEnd(12)} ${right}`).join("\n")}\n`;
}

function upstreamText({ is_connected, queued, limit_a }: NonNullable<Card["upstream"]>): string {
  const limit = limit_a === null ? "sets no limit" : `limits to ${limit_a} A`;
  return `${is_connected ? "connected" : "away"}, ${limit}, ${queued} messages wait for it`;
}

function selfTestText(test: Card["dead_man"]["self_test"]): string {
  if (test === null) return "never made: hems-edge wallbox selftest";
  return `${test.outcome} on ${test.at.slice(0, 10)}: ${test.detail}`;
}

function profilesText(smart: Card["smart_charging"]): string {
  const number = (value: number | null) => (value === null ? "?" : String(value));
  return [
    `${smart.profile_kind} ${smart.profile_purpose} in ${smart.rate_unit}`,
    `levels to ${number(smart.max_stack_level)}`,
    `${number(smart.max_periods)} periods`,
    `${number(smart.max_profiles)} profiles`,
  ].join(", ");
}

function measuresText({ measurands, available_measurands }: Card["smart_charging"]): string {
  const more = available_measurands.filter((name) => !measurands.includes(name));
  const told = measurands.length === 0 ? "has not said what" : measurands.join(", ");
  return more.length === 0 ? told : `${told}; could measure ${more.join(", ")} too`;
}

function phasesText({ installed, supplied, claims_switching, can_switch, test }: Card["phases"]): string {
  if (supplied !== null && supplied < installed) {
    return `${installed} by the config, but the box says that it is supplied with ${supplied}`;
  }
  if (can_switch) return `switches between 1 and 3, tested on ${test?.at.slice(0, 10)}`;
  const claim = claims_switching ? ", says that it can switch" : "";
  const tested = test === null ? "" : `; test on ${test.at.slice(0, 10)}: ${test.detail}`;
  return `${installed}${claim}${tested}`;
}

const reasonText: Readonly<Record<string, string>> = {
  unknown: "is in no entry of the config",
  wrong_password: "gave a wrong password or none",
  another_machine: "is another machine than the first that dialled under this name",
  not_encrypted: "came without TLS",
  wrong_certificate: "showed no certificate of its name",
  no_common_protocol: "offers no protocol that we speak",
};

export function strangersText(strangers: readonly StrangerView[]): string {
  if (strangers.length === 0) return "nobody unknown dialled since the daemon started\n";
  const lines = strangers.map((stranger) => {
    const reason = reasonText[stranger.reason] ?? stranger.reason;
    return `${stranger.identity.padEnd(24)} ${stranger.remote_address.padEnd(18)} ${reason}; ${stranger.attempts} times, last ${stranger.last_seen}`;
  });
  return `${lines.join("\n")}\n`;
}
