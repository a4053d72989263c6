import { useEffect, useState } from "preact/hooks";
import { AnswerLine, useAnswer } from "../answer.tsx";
import { get, send } from "../api.ts";
import { dayAndTime } from "../format.ts";
import type { View, WallboxCard } from "../wire.ts";
import { say } from "../words.ts";
import { Support } from "./support.tsx";

const REFRESH_MS = 10_000;

/** Devices with the age of their readings, and what is known of the wallboxes. */
export function System({ view }: { view: View }) {
  return (
    <>
      <section aria-labelledby="devices-title">
        <h2 id="devices-title">{say("head.devices")}</h2>
        <dl class="cards">
          {deviceRows(view).map(({ name, words, isGood }) => (
            <div key={name} class={`card ${isGood ? "good" : "bad"}`}>
              <dt>{say(`device.${name}`)}</dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
      </section>
      <Wallboxes />
      <Support />
    </>
  );
}

function deviceRows({ meter, telemetry, partner, mqtt }: View) {
  const { ages_ms: ages } = telemetry;
  const rows = [
    { name: "meter", words: `${say(`device.${meter}`)}, ${ageWords(ages.grid)}`, isGood: meter === "good" },
    { name: "pv", words: ageWords(ages.pv), isGood: ages.pv !== null },
  ];
  if (ages.battery !== null) rows.push({ name: "battery", words: ageWords(ages.battery), isGood: true });
  rows.push({ name: "partner", ...partnerWords(partner) });
  const mqttWords = mqtt === null ? "device.off" : mqtt.is_connected ? "device.connected" : "device.away";
  rows.push({ name: "mqtt", words: say(mqttWords), isGood: mqtt === null || mqtt.is_connected });
  return rows;
}

function partnerWords(partner: View["partner"]): { words: string; isGood: boolean } {
  if (partner === null) return { words: say("device.off"), isGood: true };
  if (partner.rejected !== null) {
    return { words: say("device.refused", { reason: partner.rejected }), isGood: false };
  }
  if (partner.token === "refused") return { words: say("partner.login"), isGood: false };
  const state = say(partner.is_online ? "device.connected" : "device.away");
  const words = [`${state}, ${ageWords(partner.age_ms)}`, ...partnerNotes(partner)].join("; ");
  return { words, isGood: partner.is_online };
}

/** What the partner's own app holds of this house. */
function partnerNotes(partner: NonNullable<View["partner"]>): readonly string[] {
  const { health_warning: warning, last_decision: decision } = partner;
  return [
    ...(partner.mode_conflict === true ? [say("partner.mode_conflict")] : []),
    ...(warning === null ? [] : [say(`partner.${warning.code}`)]),
    ...(decision?.winner === "remote" ? [say("partner.decision", { ...decision })] : []),
  ];
}

function ageWords(ms: number | null): string {
  if (ms === null) return say("age.none");
  if (ms < 1_500) return say("age.now");
  const seconds = Math.round(ms / 1_000);
  return seconds < 120
    ? say("age.seconds", { n: seconds })
    : say("age.minutes", { n: Math.round(seconds / 60) });
}

function Wallboxes() {
  const [cards, setCards] = useState<readonly WallboxCard[]>([]);
  useEffect(() => {
    const read = async () => {
      const answer = await get<{ wallboxes: WallboxCard[] }>("/api/wallboxes");
      if (answer.ok) setCards(answer.value.wallboxes);
    };
    void read();
    const timer = setInterval(read, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <section aria-labelledby="wallboxes-title">
      <h2 id="wallboxes-title">{say("head.wallboxes")}</h2>
      <div class="cards">
        {cards.map((card) => (
          <Card key={card.name} card={card} />
        ))}
      </div>
    </section>
  );
}

function phaseWords({ phases }: WallboxCard): string {
  const { test } = phases;
  if (phases.installed === 1) return say("card.phases.one");
  if (test === null) return say(phases.claims_switching ? "card.phases.claimed" : "card.phases.three");
  return `${dayAndTime(test.at)}: ${test.detail}`;
}

function Card({ card }: { card: WallboxCard }) {
  const { text, ask } = useAnswer();
  const { dead_man: deadMan } = card;
  const model = [card.vendor, card.model, card.firmware].filter((part) => part !== null).join(" ");

  function test(kind: "dead_man" | "phases") {
    if (confirm(say(`card.test.${kind}.confirm`)))
      void ask(send("POST", `/api/wallboxes/${card.name}/selftest`, { kind }));
  }

  return (
    <article class={`card ${card.is_connected ? "good" : "bad"}`}>
      <h3>{card.name}</h3>
      <p class="word">
        {say(card.is_connected ? "device.connected" : "device.away")} {model} {card.protocol}
      </p>
      {card.advice === null ? null : <p class="warning">{card.advice}</p>}
      <dl>
        <dt>{say("card.deadman")}</dt>
        <dd>{deadMan.sentence}</dd>
        <dt>{say("card.security")}</dt>
        <dd>{card.security.sentence}</dd>
        <dt>{say("card.writes")}</dt>
        <dd>{card.writes_today}</dd>
        <dt>{say("card.phases")}</dt>
        <dd>{phaseWords(card)}</dd>
        <dt>{say("card.selftest")}</dt>
        <dd>
          {deadMan.self_test === null
            ? say("card.selftest.never")
            : `${dayAndTime(deadMan.self_test.at)}: ${deadMan.self_test.detail}`}
        </dd>
      </dl>
      <div class="inline">
        <button type="button" onClick={() => test("dead_man")}>
          {say("card.selftest.run")}
        </button>
        {card.phases.installed === 3 ? (
          <button type="button" onClick={() => test("phases")}>
            {say("card.phases.run")}
          </button>
        ) : null}
      </div>
      <AnswerLine text={text} />
    </article>
  );
}
