import { describe, expect, it } from "vitest";
import { LIMIT_NAMES, type LimitName } from "../../src/core/limits.ts";
import { REASON_CODES, type Reason, reasons } from "../../src/core/reasons.ts";
import { instant, SLOT, sampleAdvice } from "../support/sample-advice.ts";

const SPACE = "\u00a0";

const LIMITS = { mainFuseA: 35, importLimitW: 22_000, unbalanceLimitA: 20.5, unattendedMaxA: 17.5 };
const OPERATOR = { state: "limited", limitW: 4_200, endsWallMs: undefined, endsAtClock: undefined } as const;
const FIGURES = { limits: LIMITS, operator: OPERATOR };
const saturday = { ...instant("07:00"), text: "Sat 07:00" };

const WORDS: readonly [Reason, string][] = [
  [reasons.startingUp(), "Startet: wartet auf die ersten Werte von Zähler und Wallbox."],
  [reasons.noVehicle(), "Kein Auto ist eingesteckt."],
  [reasons.sessionEnded(), "Die Wallbox hat den Vorgang beendet: Auto abstecken und neu einstecken."],
  [
    reasons.wallboxDisconnected(),
    "Die Wallbox ist nicht verbunden: Sie fällt von selbst auf ihren sicheren Strom zurück.",
  ],
  [reasons.wallboxFaulted(), "Die Wallbox meldet eine Störung: siehe ihre Anzeige."],
  [reasons.wallboxNotModulating(), "Die Wallbox nimmt keine Stromgrenze an und kann der Sonne nicht folgen."],
  [
    reasons.wallboxNotFollowing(7.25),
    "Das Auto zieht mehr als die 7,3 A, die der Wallbox gesagt wurden: Es wird nichts erhöht, bis sie gehorcht.",
  ],
  [
    reasons.wallboxContested(9),
    "Ein anderes Gerät verstellt die Grenze der Wallbox: 9 A sind erlaubt, und nichts wird erhöht, bis es aufhört. Suchen Sie nach einem zweiten System, das sie steuert.",
  ],
  [
    reasons.wallboxContested(0),
    "Ein anderes Gerät verstellt die Grenze der Wallbox: Laden pausiert, und nichts wird erhöht, bis es aufhört. Suchen Sie nach einem zweiten System, das sie steuert.",
  ],
  [
    reasons.wallboxSilent(0),
    "Die Wallbox sagt nicht, was das Auto zieht: Bis sie es tut, pausiert das Laden.",
  ],
  [reasons.wallboxSilent(6), "Die Wallbox sagt nicht, was das Auto zieht: Bis sie es tut, sind 6 A erlaubt."],
  [reasons.settling(10), "Wartet auf Werte, die die letzte Änderung zeigen: Bis dahin sind 10 A erlaubt."],
  [reasons.meterSuspect(10), "Der Zähler antwortet nicht vernünftig: hält 10 A, keine Erhöhung."],
  [reasons.meterLost(6), "Der Zähler ist verloren: Bis er wieder da ist, sind 6 A erlaubt."],
  [
    reasons.waitingForSurplus(800, 1_500, 60_000),
    `Wartet: 800 W Überschuss, Start bei 1${SPACE}500 W Einspeisung, die 60 s hält.`,
  ],
  [
    reasons.waitingForSurplus(0, 500, 1),
    "Wartet: 0 W Überschuss, Start bei 500 W Einspeisung, die 1 s hält.",
  ],
  [
    reasons.waitingForSurplus(-12_345.6, 1_500, 60_000),
    `Wartet: das Haus bezieht 12${SPACE}346 W, Start bei 1${SPACE}500 W Einspeisung, die 60 s hält.`,
  ],
  [
    reasons.waitingForSurplus(-2_000, 1_500, 60_000, { kind: "comes_first", powerW: 3_000 }),
    `Wartet: die Batterie hat Vorrang und lädt mit 3${SPACE}000 W, Start bei 1${SPACE}500 W Einspeisung, die 60 s hält.`,
  ],
  [reasons.provingStart(1_500, 23_001), `Startet in 24 s, wenn die Einspeisung über 1${SPACE}500 W bleibt.`],
  [
    reasons.provingStart(1_500, undefined),
    `Gleich geht es los: wartet, bis die Einspeisung wieder 1${SPACE}500 W erreicht.`,
  ],
  [
    reasons.followingSurplus(10, 1_234_567),
    `Lädt mit Überschuss: 1${SPACE}234${SPACE}567 W verfügbar, 10 A erlaubt.`,
  ],
  [
    reasons.provingStop(900, 2_000, { kind: "gives", powerW: 700 }),
    "Zu wenig Sonne (die Batterie gibt schon 700 W): stoppt in 2 s, wenn sie nicht zurückkommt.",
  ],
  [reasons.vehicleNotCharging(6), "6 A sind frei, aber das Auto nimmt nichts: Es ist voll oder schläft."],
  [reasons.unsteered(), "Ohne Steuerung: Das Auto darf laden, so schnell wie die Grenzen es erlauben."],
  [reasons.boost(), "Boost: lädt jetzt, so schnell wie die Grenzen es erlauben."],
  [
    reasons.waitingForCheapSlot(sampleAdvice(), SLOT),
    "Wartet auf eine günstige Stunde: Start um 02:00 (8,2 ct/kWh).",
  ],
  [
    reasons.waitingForCheapSlot(sampleAdvice({ pricesUntil: instant("00:00") }), {
      ...SLOT,
      start: saturday,
      priceCtKwh: undefined,
    }),
    "Wartet auf eine günstige Stunde: Start um Sa 07:00. Preise nach 00:00 sind noch nicht bekannt: geplant mit denen bis dahin.",
  ],
  [
    reasons.cheapSlot(sampleAdvice()),
    "Lädt in einer günstigen Stunde bis 04:00 (8,2 ct/kWh): bis 07:00 fehlen noch 7,4 kWh.",
  ],
  [
    reasons.cheapSlot(sampleAdvice({ nextSlot: undefined, missingWh: 12_000, deadline: saturday })),
    "Lädt in einer günstigen Stunde: bis Sa 07:00 fehlen noch 12 kWh.",
  ],
  [reasons.deadlineDue(sampleAdvice({ shortfallWh: 99 })), "Lädt jetzt: bis 07:00 fehlen noch 7,4 kWh."],
  [
    reasons.deadlineDue(sampleAdvice({ shortfallWh: 100 })),
    "Lädt jetzt: bis 07:00 fehlen noch 7,4 kWh, etwa 0,1 kWh davon sind nicht mehr zu schaffen.",
  ],
  [
    reasons.planFulfilled(sampleAdvice()),
    "Was bis 07:00 geladen sein soll, ist geladen: für mehr gibt es Boost.",
  ],
  [
    reasons.noPrices(sampleAdvice()),
    "Keine Strompreise bekannt: Start spätestens um 04:55, denn bis 07:00 fehlen noch 7,4 kWh.",
  ],
  [
    reasons.noPrices(undefined),
    "Keine Strompreise bekannt, also auch keine günstige Stunde: Mit Boost wird jetzt geladen.",
  ],
  [
    reasons.failsafe(6, reasons.unsteered()),
    "Der Zähler ist verloren: Bis er wieder da ist, sind 6 A erlaubt. Ohne Steuerung: Das Auto darf laden, so schnell wie die Grenzen es erlauben.",
  ],
  [
    reasons.limited("grid_operator", 6, { ...FIGURES, operator: { ...OPERATOR, endsAtClock: "Sun 18:30" } }),
    `Auf 6 A begrenzt bis So 18:30: der Netzbetreiber (4${SPACE}200 W aus dem Netz).`,
  ],
  [
    reasons.limited("grid_operator", 0, { ...FIGURES, operator: { ...OPERATOR, endsAtClock: "18:30" } }),
    `Pausiert bis 18:30: der Netzbetreiber (4${SPACE}200 W aus dem Netz) lässt weniger, als das Auto zum Laden braucht.`,
  ],
  [
    reasons.limited("grid_operator", 6, { limits: LIMITS, operator: { ...OPERATOR, state: "failsafe" } }),
    `Auf 6 A begrenzt: die Notgrenze ohne Nachricht vom Netzbetreiber (4${SPACE}200 W aus dem Netz).`,
  ],
  [
    reasons.limited("grid_operator", 6, { limits: LIMITS, operator: undefined }),
    "Auf 6 A begrenzt: die Notgrenze ohne Nachricht vom Netzbetreiber.",
  ],
];

const LIMIT_WORDS: Readonly<Record<Exclude<LimitName, "grid_operator">, string>> = {
  wallbox_rating: "der Nennstrom der Wallbox",
  cable: "das Ladekabel",
  main_fuse: "die Hauptsicherung (35 A je Phase)",
  unbalance: "die Grenze der Schieflast (20,5 A zwischen den Phasen)",
  site_import: `die Bezugsgrenze des Hauses (22${SPACE}000 W)`,
  configured_maximum: "das eingestellte Maximum",
  user_maximum: "das Maximum des Nutzers",
  failsafe: "der sichere Strom ohne Zähler",
  safe_mode: "der sichere Betrieb nach wiederholten Neustarts des Gateways",
  other_wallboxes: "der Bedarf der anderen Wallboxen",
  no_fallback:
    "die Grenze für Wallboxen, die ohne Gateway nicht zurückgehen (17,5 A je Phase für alle zusammen)",
};

const limitReasons = (Object.keys(LIMIT_WORDS) as (keyof typeof LIMIT_WORDS)[]).flatMap((limit) => [
  reasons.limited(limit, 13.2, FIGURES),
  reasons.limited(limit, 0, FIGURES),
]);
const all = [...WORDS.map(([reason]) => reason), ...limitReasons];

/** Every number, clock and amount of a sentence. */
function figuresOf(sentence: string): readonly string[] {
  const figures = sentence.matchAll(/\d[\d\u00a0]*(?:[.,:]\d+)?(?: (?:W|A|s|kWh|ct\/kWh)\b)?/g);
  return [...figures].map(([figure]) => figure.replace(",", ".")).toSorted();
}

describe("a reason in German", () => {
  it.each(WORDS)("%o", (reason, german) => expect(reason.germanText).toBe(german));

  it.each(Object.entries(LIMIT_WORDS) as [LimitName, string][])("names the limit %s", (limit, words) => {
    expect(reasons.limited(limit, 13.2, FIGURES).germanText).toBe(`Auf 13,2 A begrenzt: ${words}.`);
    expect(reasons.limited(limit, 0, FIGURES).germanText).toBe(
      `Pausiert: ${words} lässt weniger, als das Auto zum Laden braucht.`,
    );
  });

  it("knows every limit", () => {
    const known: readonly string[] = [...Object.keys(LIMIT_WORDS), "grid_operator"];
    expect(known.toSorted()).toEqual(LIMIT_NAMES.toSorted());
  });

  it("is there for every code, with the figures of the English sentence", () => {
    expect(new Set(all.map(({ code }) => code))).toEqual(new Set(REASON_CODES));
    expect(all.map(({ germanText }) => figuresOf(germanText))).toEqual(
      all.map(({ text }) => figuresOf(text)),
    );
    expect(figuresOf(reasons.cheapSlot(sampleAdvice()).text)).toEqual([
      "04:00",
      "07:00",
      "7.4 kWh",
      "8.2 ct/kWh",
    ]);
  });
});
