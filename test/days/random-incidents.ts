import fc from "fast-check";
import type { Scenario } from "../../src/cli/replay/scenario/scenario-schema.ts";
import { DAY_MIN, minuteOfDay, thresholds } from "./random-parts.ts";

type Event = Scenario["events"][number];
type Change = Scenario["changes"][number];

/** What belongs together of what happens on a day. */
export interface Incident {
  readonly events: readonly Event[];
  readonly changes: readonly Change[];
}

const METER_FAULTS = ["meter_silent", "meter_frozen", "meter_implausible"] as const;
const BOX_FAULTS = ["wallbox_silent", "wallbox_away", "wallbox_stubborn"] as const;

/** Mostly while the sun is high: there are the charges that can be disturbed. */
const when = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: 200, max: 800 }) },
  { weight: 1, arbitrary: minuteOfDay },
);

/** A silence of less than a minute ends before it counts as loss, or just after. */
const minutes = fc.oneof(
  fc.integer({ min: 1, max: 30 }).map((sixths) => sixths / 6),
  fc.integer({ min: 1, max: 5 }),
  fc.integer({ min: 1, max: 180 }),
);

const boxIndex = fc.constantFrom(0, 0, 1, 2);

const houseEvent = fc.record({
  kind: fc.constantFrom(
    ...METER_FAULTS,
    "gateway_down" as const,
    "operator_limits" as const,
    "operator_silent" as const,
  ),
  from_min: when,
  minutes,
  box: fc.constant(0),
});

const boxEvent = fc.record({
  kind: fc.constantFrom(...BOX_FAULTS, "wallbox_stubborn" as const, "car_away" as const),
  from_min: when,
  minutes,
  box: boxIndex,
});

const wanted = fc.oneof(
  fc.record({
    boost: fc.constantFrom("ongoing" as const, "ongoing" as const, "armed" as const, "off" as const),
  }),
  fc.record({
    mode: fc.constantFrom("none" as const, "hems" as const, "hems_and_spot" as const, "spot" as const),
  }),
  fc.record({ thresholds }),
  fc.record({ max_current_a: fc.constantFrom(0, 6, 9, 13, 32) }),
);

const single = fc.oneof(houseEvent, boxEvent).map((only): Incident => ({ events: [only], changes: [] }));

const change = fc
  .record({ wanted, at_min: when, box: boxIndex })
  .map(({ wanted: part, ...where }): Incident => ({ events: [], changes: [{ ...where, ...part }] }));

/** The meter goes; `suspectS` is when it is just under suspicion, s after that, as far as a test can tell. */
const meterLoss = fc
  .record({
    kind: fc.constantFrom(...METER_FAULTS),
    from_min: when,
    minutes,
    box: fc.constant(0),
    intoSuspicionS: fc.integer({ min: -5, max: 25 }),
  })
  .map(({ intoSuspicionS, ...event }) => ({
    event,
    suspectS: (event.kind === "meter_frozen" ? 120 : 10) + intoSuspicionS,
  }));

const everything = fc.constantFrom(
  { boost: "ongoing" as const },
  { mode: "none" as const },
  { max_current_a: 32 },
);

/** The meter goes, and just then somebody wants more current. */
const blindChange = fc
  .record({ loss: meterLoss, wanted: fc.oneof(wanted, everything), box: boxIndex })
  .map(({ loss: { event, suspectS }, wanted: part, box }): Incident => {
    const at_min = event.from_min + suspectS / 60;
    return { events: [event], changes: [{ at_min, box, ...part }] };
  });

/** A car that is to be charged at once comes back while the meter is gone. */
const blindArrival = fc
  .record({ loss: meterLoss, wanted: everything, awayS: fc.integer({ min: 20, max: 600 }), box: boxIndex })
  .map(({ loss: { event, suspectS }, wanted: part, awayS, box }): Incident => {
    const back_min = event.from_min + suspectS / 60;
    const from_min = Math.max(0, back_min - awayS / 60);
    const away: Event = { kind: "car_away", from_min, minutes: back_min - from_min, box };
    return { events: [event, away], changes: [{ at_min: from_min, box, ...part }] };
  });

/** A box that charges is told less, does not obey, and is then to be told more. */
const stubbornBox = fc
  .record({
    from_min: when,
    lessS: fc.integer({ min: 5, max: 30 }),
    moreS: fc.integer({ min: 60, max: 400 }),
    isBoosted: fc.boolean(),
    box: boxIndex,
  })
  .map(({ from_min, lessS, moreS, isBoosted, box }): Incident => {
    const at = (afterS: number) => from_min + afterS / 60;
    return {
      events: [{ kind: "wallbox_stubborn", from_min, minutes: (moreS + 300) / 60, box }],
      changes: [
        {
          at_min: Math.max(0, at(-180)),
          box,
          max_current_a: 32,
          ...(isBoosted && { boost: "ongoing" as const }),
        },
        { at_min: at(lessS), box, max_current_a: 6 },
        { at_min: at(lessS + moreS), box, max_current_a: 32 },
      ],
    };
  });

/** Hours of dimming, mostly with sun on the roof. */
const limitingOperator = fc
  .record({ from_min: when, minutes: fc.integer({ min: 30, max: 600 }) })
  .map((limit): Incident => ({ events: [{ kind: "operator_limits", ...limit, box: 0 }], changes: [] }));

/** An operator that limits, falls silent while it does, and is back after minutes or hours, or not on that day. */
export const silentOperator = fc
  .record({
    from_min: when,
    minutes: fc.integer({ min: 5, max: 120 }),
    afterMin: fc.integer({ min: 0, max: 30 }),
    silentMin: fc.oneof(fc.integer({ min: 5, max: 300 }), fc.constant(DAY_MIN)),
  })
  .map(
    ({ from_min, minutes: long, afterMin, silentMin }): Incident => ({
      events: [
        { kind: "operator_limits", from_min, minutes: long, box: 0 },
        { kind: "operator_silent", from_min: from_min + afterMin, minutes: silentMin, box: 0 },
      ],
      changes: [],
    }),
  );

export const operatorIncident = fc.oneof(limitingOperator, silentOperator);

/** Something that goes wrong on a day or is changed by people, with what comes of it. */
export const incidents: fc.Arbitrary<Incident> = fc.oneof(
  { weight: 5, arbitrary: single },
  { weight: 3, arbitrary: change },
  { weight: 2, arbitrary: blindChange },
  { weight: 1, arbitrary: blindArrival },
  { weight: 1, arbitrary: stubbornBox },
  { weight: 1, arbitrary: operatorIncident },
);
