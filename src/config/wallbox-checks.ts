import { powerW } from "../core/units.ts";
import { type SoundParts, TAKEN_NAMES } from "./cross-checks.ts";
import { repeats } from "./device-checks.ts";
import { type ConfigPath, type Finding, pathText } from "./problem.ts";
import { configFileSchema } from "./schema.ts";
import type { WallboxConfig } from "./wallbox-schema.ts";
import { wallboxSecurity } from "./wallbox-security.ts";

/** A wallbox with its place in the file: under `wallbox`, or in the list `wallboxes`. */
export interface PlacedWallbox {
  readonly wallbox: WallboxConfig;
  readonly at: ConfigPath;
}

/** Longer lists are refused by the schema anyway. */
const MOST_CHECKED = 100;
/** What the house itself tells about, and so has topics of these names. */
const ROLE_NAMES: readonly string[] = ["grid", "pv", "battery"];

/** The wallboxes that are valid by themselves. */
export function placedWallboxes(root: Readonly<Record<string, unknown>>): readonly PlacedWallbox[] {
  const { shape } = configFileSchema;
  const list = Array.isArray(root.wallboxes) ? root.wallboxes.slice(0, MOST_CHECKED) : [];
  const placed = [
    { value: root.wallbox, at: ["wallbox"] as ConfigPath },
    ...list.map((value, index) => ({ value, at: ["wallboxes", index] as ConfigPath })),
  ];
  return placed.flatMap(({ value, at }) => {
    const wallbox = shape.wallbox.safeParse(value).data;
    return wallbox === undefined ? [] : [{ wallbox, at }];
  });
}

/** What is wrong with wallboxes among themselves and with the rest of the file. */
export function wallboxFindings(parts: SoundParts): readonly Finding[] {
  return [
    ...takenNames(parts),
    ...repeatedBoxes(parts),
    ...parts.wallboxes.flatMap(currentsBelowMinimum),
    ...failsafeTooHigh(parts),
    ...reserveOverFuse(parts),
    ...parts.wallboxes.flatMap((placed) => wallboxSecurity(parts.ocpp, placed)),
  ];
}

/** What is allowed but probably not meant. */
export function wallboxWarnings(parts: SoundParts): readonly Finding[] {
  return [
    ...parts.wallboxes.flatMap((placed) => idleSettings(parts, placed)),
    ...minimumsOverFuse(parts),
    ...parts.wallboxes.flatMap((placed) => unattendedTooLittle(parts, placed)),
    ...failsafesOverFuse(parts),
  ];
}

function takenNames({ wallboxes }: SoundParts): readonly Finding[] {
  return wallboxes
    .filter(({ wallbox }) => [...TAKEN_NAMES, ...ROLE_NAMES].includes(wallbox.name))
    .map(({ wallbox, at }) => ({
      at: [...at, "name"],
      problem: `the name ${wallbox.name} is taken by the program itself`,
      remedy: "choose another: it becomes part of MQTT topics",
    }));
}

function repeatedBoxes({ wallboxes }: SoundParts): readonly Finding[] {
  const keyed = (key: "name" | "identity") =>
    wallboxes.map(({ wallbox, at }) => ({ key: wallbox[key], at: [...at, key], name: wallbox.name }));
  return [
    ...repeats(keyed("name"), (name) => ({
      problem: `another wallbox is already named ${name}`,
      remedy: "give each wallbox a name of its own",
    })),
    ...repeats(keyed("identity"), (identity, other) => ({
      problem: `${identity} is already the identity of ${other}`,
      remedy:
        "give each box an identity of its own, the same as in the box: it is the end of the URL it dials",
    })),
  ];
}

function currentsBelowMinimum({ wallbox, at }: PlacedWallbox): readonly Finding[] {
  const { min_current_a: minA } = wallbox;
  const below = (["max_current_a", "rated_current_a", "cable_current_a"] as const).filter(
    (key) => (wallbox[key] ?? minA) < minA,
  );
  return below.map((key) => ({
    at: [...at, key],
    problem: `${wallbox[key]} A is below min_current_a of ${minA} A, so the car could never charge`,
    remedy: `raise ${key} or lower min_current_a`,
  }));
}

function failsafeTooHigh({ control, wallboxes, site }: SoundParts): readonly Finding[] {
  if (control === undefined) return [];
  const failsafeA = control.failsafe_current_a;
  const limits: readonly (readonly [string, number | undefined])[] = [
    ...wallboxes.flatMap(({ wallbox, at }) =>
      (["max_current_a", "rated_current_a", "cable_current_a"] as const).map(
        (key) => [pathText([...at, key]), wallbox[key]] as const,
      ),
    ),
    ["site.main_fuse_a", site?.main_fuse_a],
  ];
  return limits
    .filter(([, limitA]) => limitA !== undefined && failsafeA > limitA)
    .map(([name, limitA]) => ({
      at: ["control", "failsafe_current_a"],
      problem: `${failsafeA} A is above ${name} of ${limitA} A`,
      remedy: "lower it: the wallbox draws it when nobody watches; 0 pauses the car",
    }));
}

function idleSettings({ control, site }: SoundParts, { wallbox, at }: PlacedWallbox): readonly Finding[] {
  const maxA = wallbox.max_current_a;
  const place = pathText(at);
  const tighter = [
    [`${place}.rated_current_a`, wallbox.rated_current_a],
    [`${place}.cable_current_a`, wallbox.cable_current_a ?? maxA],
    ["site.main_fuse_a", site?.main_fuse_a ?? maxA],
  ] as const;
  const binding = tighter
    .filter(([, limitA]) => limitA < maxA)
    .map(([name, limitA]) => ({
      at: [...at, "max_current_a"],
      problem: `${maxA} A is above ${name} of ${limitA} A, which holds`,
      remedy: `lower it to ${limitA} A`,
    }));
  const failsafeA = control?.failsafe_current_a ?? 0;
  if (failsafeA === 0 || failsafeA >= wallbox.min_current_a) return binding;
  return [
    ...binding,
    {
      at: ["control", "failsafe_current_a"],
      problem: `${failsafeA} A is below ${place}.min_current_a of ${wallbox.min_current_a} A, so the box will pause instead`,
      remedy: `write 0, or ${wallbox.min_current_a} A if the car should go on charging`,
    },
  ];
}

function reserveOverFuse({ site }: SoundParts): readonly Finding[] {
  const reserveA = site?.house_reserve_a ?? 0;
  if (site === undefined || reserveA <= site.main_fuse_a) return [];
  return [
    {
      at: ["site", "house_reserve_a"],
      problem: `${reserveA} A is above site.main_fuse_a of ${site.main_fuse_a} A`,
      remedy: "lower it: what is left of the fuse is for wallboxes that do not come down by themselves",
    },
  ];
}

/** A box of which the file says that it does not come down by itself. */
function unattendedTooLittle({ site }: SoundParts, { wallbox, at }: PlacedWallbox): readonly Finding[] {
  if (site === undefined || wallbox.quirks?.dead_man !== "none") return [];
  const leftA = site.main_fuse_a - (site.house_reserve_a ?? site.main_fuse_a / 2);
  if (leftA >= wallbox.max_current_a) return [];
  return [
    {
      at: [...at, "quirks", "dead_man"],
      problem: `a box that does not come down when this gateway dies gets at most ${leftA} A, the main fuse without site.house_reserve_a`,
      remedy: "lower site.house_reserve_a to what the house itself can draw at most, if that is less",
    },
  ];
}

function minimumsOverFuse({ site, wallboxes }: SoundParts): readonly Finding[] {
  const minimumA = wallboxes.reduce((sum, { wallbox }) => sum + wallbox.min_current_a, 0);
  if (site === undefined || wallboxes.length < 2 || minimumA <= site.main_fuse_a) return [];
  return [
    {
      at: ["wallboxes"],
      problem: `the smallest currents of all boxes are ${minimumA} A together, more than site.main_fuse_a of ${site.main_fuse_a} A`,
      remedy: "not all can charge at a time: give those that matter a higher priority",
    },
  ];
}

/** Without the gateway every box falls to the failsafe current at the same time, and nobody watches the fuse. */
function failsafesOverFuse({ site, control, wallboxes }: SoundParts): readonly Finding[] {
  const failsafeA = control?.failsafe_current_a ?? 0;
  const togetherA = failsafeA * wallboxes.length;
  if (site === undefined || wallboxes.length < 2 || togetherA <= site.main_fuse_a) return [];
  const powerKw = Math.round(
    wallboxes.reduce((sum, { wallbox }) => sum + powerW(failsafeA, wallbox.phases), 0) / 1_000,
  );
  return [
    {
      at: ["control", "failsafe_current_a"],
      problem: `${failsafeA} A at each of ${wallboxes.length} boxes are ${togetherA} A (${powerKw} kW) when this gateway dies, more than site.main_fuse_a of ${site.main_fuse_a} A`,
      remedy: "write 0, so that the boxes pause without the gateway",
    },
  ];
}
