import type { PhaseCount } from "../../src/core/units.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import type { SelfTestRecord, WallboxCard, WallboxSecurity } from "../../src/ports/wallbox-card.ts";
import { type BoxConfiguration, configurationFacts, profileLimits } from "./box-configuration.ts";
import type { BoxMemory } from "./box-memory.ts";
import type { Account } from "./central-system.ts";
import { deadManSentence, deadManVariant } from "./dead-man.ts";
import { recordOf } from "./lenient-json.ts";
import type { PhaseSwitch } from "./phase-switch.ts";
import type { Upstream } from "./upstream/upstream.ts";

/** What the configuration of the box said at commissioning; kept, because it is read only once. */
export interface BoxFacts {
  readonly maxStackLevel: number | undefined;
  readonly maxPeriods: number | undefined;
  readonly maxProfiles: number | undefined;
  readonly featureProfiles: readonly string[];
  readonly rateUnits: readonly string[];
  readonly measurands: readonly string[];
  /** What it could measure; empty where it does not say. */
  readonly availableMeasurands: readonly string[];
  /** Phases that it is supplied with, by its own word. */
  readonly supplyPhases: number | undefined;
  readonly claimsPhaseSwitching: boolean;
}

const NO_FACTS: BoxFacts = {
  maxStackLevel: undefined,
  maxPeriods: undefined,
  maxProfiles: undefined,
  featureProfiles: [],
  rateUnits: [],
  measurands: [],
  availableMeasurands: [],
  supplyPhases: undefined,
  claimsPhaseSwitching: false,
};

/** Remembers what the box said of itself. */
export interface FactBook {
  readonly facts: BoxFacts;
  /** True until the box was asked for the first time. */
  readonly isNew: boolean;
  learn(configuration: BoxConfiguration): void;
}

export function createFactBook(key: string, store: StateStore): FactBook {
  const stored = recordOf(store.get(key));
  let isNew = stored.rateUnits === undefined;
  // Written by us and read back as it was; what is missing is empty.
  let facts: BoxFacts = { ...NO_FACTS, ...(stored as Partial<BoxFacts>) };
  return {
    get facts() {
      return facts;
    },
    get isNew() {
      return isNew;
    },
    learn(configuration) {
      const { maxStackLevel, maxPeriods, maxProfiles } = profileLimits(configuration);
      facts = { maxStackLevel, maxPeriods, maxProfiles, ...configurationFacts(configuration) };
      isNew = false;
      store.put(key, facts);
    },
  };
}

export interface CardParts extends BoxMemory {
  readonly name: string;
  readonly identity: string;
  readonly isConnected: boolean;
  readonly protocol: string | undefined;
  readonly floorCurrentA: number;
  readonly horizonMs: number;
  readonly triggers: Readonly<Record<string, boolean>>;
  readonly installedPhases: PhaseCount;
  readonly phaseSwitch: PhaseSwitch;
  readonly selfTest: SelfTestRecord | undefined;
  readonly security: NonNullable<Account["security"]>;
  readonly upstream: Upstream | undefined;
  readonly clockErrorMs: number | undefined;
  readonly needsReplug: boolean;
}

export function wallboxCard(parts: CardParts): WallboxCard {
  const { book, facts, models, phaseSwitch } = parts;
  const { identification, model } = models;
  const { claimsPhaseSwitching, supplyPhases, ...configured } = facts.facts;
  return {
    name: parts.name,
    identity: parts.identity,
    isConnected: parts.isConnected,
    protocol: parts.protocol,
    vendor: identification?.vendor,
    model: identification?.model,
    firmware: identification?.firmware,
    serial: identification?.serial,
    knownAs: model?.name,
    facts: model?.facts.map(({ text }) => text) ?? [],
    advice: model?.advice,
    deadMan: deadMan(parts),
    smartCharging: {
      ...configured,
      profileKind: book.kind,
      profilePurpose: models.habits.profilePurpose,
      rateUnit: book.rateUnit,
      triggers: parts.triggers,
    },
    phases: {
      installed: parts.installedPhases,
      supplied: supplyPhases,
      claimsSwitching: claimsPhaseSwitching,
      canSwitch: phaseSwitch.canSwitch,
      test: phaseSwitch.test,
    },
    security: securityOf[parts.security],
    upstream: parts.upstream && {
      isConnected: parts.upstream.isConnected,
      queued: parts.upstream.queued,
      limitA: parts.upstream.limitA(),
    },
    writesToday: parts.budget.count(),
    clockErrorS: parts.clockErrorMs === undefined ? undefined : Math.round(parts.clockErrorMs / 1_000),
    needsReplug: parts.needsReplug,
    deviations: Object.fromEntries(parts.deviations.counts()),
  };
}

function deadMan({ book, models, floorCurrentA, horizonMs, selfTest }: CardParts): WallboxCard["deadMan"] {
  const variant = deadManVariant(book.plan, models.habits);
  const horizonS = Math.round(horizonMs / 1_000);
  return {
    variant,
    isProven: book.isProven,
    floorCurrentA,
    horizonS,
    sentence: deadManSentence(variant, { floorCurrentA, horizonS, selfTest }),
    selfTest,
  };
}

const securityOf: Readonly<Record<CardParts["security"], WallboxSecurity>> = {
  open: {
    profile: 0,
    sentence: "has no password: the first machine that dialled under its name is believed",
  },
  password: { profile: 1, sentence: "logs in with a password over an open connection" },
  tls: { profile: 2, sentence: "logs in with a password over TLS" },
  mutual_tls: { profile: 3, sentence: "proves itself by its certificate" },
};
