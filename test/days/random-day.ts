import fc from "fast-check";
import { type Scenario, scenarioSchema } from "../../src/cli/replay/scenario/scenario-schema.ts";
import {
  anotherHungryBox,
  anotherHungryThreePhaseBox,
  anyCar,
  anyDevice,
  boxPhases,
  hungryCar,
  hungryCarOnFewPhases,
  maybeMoreBoxes,
  strongDevice,
} from "./random-boxes.ts";
import {
  anyConfig,
  configOfOperator,
  configOfSmallFuse,
  configOfTheSun,
  configOfTwoCars,
  configOfUnbalanceLimit,
  type Pace,
} from "./random-config.ts";
import { anyHouse, batteryHouse, clearHouse, loadedHouse, sunnyHouse } from "./random-house.ts";
import { type Incident, incidents, operatorIncident, silentOperator } from "./random-incidents.ts";

const pricesCtKwh = fc.oneof(
  fc.constant([]),
  fc.array(fc.integer({ min: -10, max: 60 }), { minLength: 24, maxLength: 24 }),
);

const someIncidents: fc.Arbitrary<readonly Incident[]> = fc.array(incidents, { maxLength: 8 });

const anyDay = (pace: Pace) => ({
  house: anyHouse as fc.Arbitrary<object>,
  car: anyCar as fc.Arbitrary<object>,
  device: anyDevice as fc.Arbitrary<object>,
  phases: boxPhases as fc.Arbitrary<string | number>,
  tells_phases: fc.boolean(),
  meter_tells_phases: fc.constantFrom(true, false, false),
  more_boxes: maybeMoreBoxes as fc.Arbitrary<readonly object[]>,
  config: anyConfig(pace) as fc.Arbitrary<object>,
  prices_ct_kwh: pricesCtKwh,
  incidents: someIncidents,
});

type DayParts = ReturnType<typeof anyDay>;
type Day = { readonly [Part in keyof DayParts]: DayParts[Part] extends fc.Arbitrary<infer T> ? T : never };

const hungryDay = (pace: Pace): DayParts => ({ ...anyDay(pace), car: hungryCar, device: strongDevice });

/** The fuse of the fullest phase binds, which only a meter that tells the phases apart can see. */
const dayAtTheFuse = (pace: Pace): DayParts => ({
  ...hungryDay(pace),
  house: loadedHouse,
  meter_tells_phases: fc.constant(true),
  config: configOfSmallFuse(pace),
});

/** One phase carries more than the others by as much as it may. */
const dayOutOfBalance = (pace: Pace): DayParts => ({
  ...hungryDay(pace),
  car: hungryCarOnFewPhases,
  tells_phases: fc.constant(true),
  meter_tells_phases: fc.constantFrom(true, true, false),
  more_boxes: fc.constant([]),
  config: configOfUnbalanceLimit(pace),
});

/** The grid operator limits a house that has sun of its own, and falls silent. */
const dayOfTheOperator = (pace: Pace): DayParts => ({
  ...hungryDay(pace),
  house: sunnyHouse,
  config: configOfOperator(pace),
  incidents: fc
    .tuple(silentOperator, operatorIncident, someIncidents)
    .map(([first, second, more]) => [first, second, ...more]),
});

/** Two cars share what the connection leaves them. */
const dayOfTwoCars = (pace: Pace): DayParts => ({
  ...hungryDay(pace),
  house: sunnyHouse,
  more_boxes: anotherHungryBox,
  config: configOfTwoCars(pace),
});

/** The sun alone decides, and little else happens. */
const dayOfTheSun = (pace: Pace): DayParts => ({
  ...hungryDay(pace),
  house: clearHouse,
  more_boxes: fc.constant([]),
  config: configOfTheSun(pace),
  incidents: fc.array(incidents, { maxLength: 2 }),
});

const dayOfTheBattery = (pace: Pace): DayParts => ({ ...dayOfTheSun(pace), house: batteryHouse });

/** For hours the sun pays for one of two cars. */
const dayOfSharedSun = (pace: Pace): DayParts => ({
  ...dayOfTheSun(pace),
  phases: fc.constant(3),
  more_boxes: anotherHungryThreePhaseBox,
});

/**
 * 24 hours of a random house with its cars, wallboxes and config, second by second, in which a dozen things go wrong or
 * are changed by people. Passes come every 9 or 5 s, fine ones every 5 to 1 s. On most days of most houses no limit
 * binds: where chance alone combined fuse, load, car and mode, a broken limit would show on one day in a hundred. So about
 * half of the days are of houses in which one of them is pressed for hours, or the sun alone decides.
 */
export const randomDays = (pace: Pace): fc.Arbitrary<Scenario> =>
  fc
    .oneof(
      { weight: 10, arbitrary: fc.record(anyDay(pace)) },
      { weight: 2, arbitrary: fc.record(dayAtTheFuse(pace)) },
      { weight: 2, arbitrary: fc.record(dayOutOfBalance(pace)) },
      { weight: 3, arbitrary: fc.record(dayOfTheOperator(pace)) },
      { weight: 2, arbitrary: fc.record(dayOfTwoCars(pace)) },
      { weight: 2, arbitrary: fc.record(dayOfTheSun(pace)) },
      { weight: 3, arbitrary: fc.record(dayOfTheBattery(pace)) },
      { weight: 2, arbitrary: fc.record(dayOfSharedSun(pace)) },
    )
    .map(scenarioOf);

function scenarioOf({ incidents: happened, ...given }: Day): Scenario {
  const onSome = <T extends { readonly box: number }>(what: T): T => ({
    ...what,
    box: what.box % (given.more_boxes.length + 1),
  });
  return scenarioSchema.parse({
    title: "A random day",
    pain: "Something that holds on every day did not hold on this one.",
    ...JSON.parse(JSON.stringify(given)),
    events: happened.flatMap(({ events }) => events.map(onSome)),
    changes: happened.flatMap(({ changes }) => changes.map(onSome)),
    expect: {},
  });
}
