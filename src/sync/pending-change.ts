import { z } from "zod";
import { CHARGING_MODES } from "../core/settings.ts";
import type { ChargingConfigUpdate } from "../partner/charging-config.ts";
import type { RemoteSettings, SettingsChange } from "../ports/settings.ts";
import type { StateStore } from "../ports/state-store.ts";

/** What the Partner API is known to say; each part may be unknown. */
export type RemoteView = Partial<RemoteSettings>;

export const PARTS = ["mode", "minExportToStartW", "maxImportBeforeStoppingW"] as const;
export type Part = (typeof PARTS)[number];

/** Where a local wish came into the world. */
export interface Origin {
  /** When it was made, wall time, ms; wrong where the wall clock was. */
  readonly madeWallMs: number;
  /** The same, monotonic, ms; not kept over a restart, where it would mean nothing. */
  readonly madeAtMs?: number;
  /** What the Partner API said then; null where that was not known. */
  readonly baseline: string | number | null;
  /** The Partner API was seen to say so still after the wish was made. */
  readonly isConfirmed: boolean;
}

/** A local wish for a part that the Partner API has changed as well. */
export interface Conflict {
  readonly part: Part;
  readonly local: string | number;
  readonly remote: string | number;
  readonly origin: Origin;
}

/** A time by both clocks, ms. */
export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** Local wishes that the Partner API has not taken yet; they survive a restart. */
export interface PendingChange {
  current(): SettingsChange;
  isEmpty(): boolean;
  /** The newest value of each part wins; `remote` is what the Partner API says now. */
  add(change: SettingsChange, remote: RemoteView, now: Moment): void;
  /** Takes note of what the Partner API says and returns the parts that both sides have changed. */
  observe(remote: RemoteView): readonly Conflict[];
  drop(part: Part): void;
  /** What is pending stands against what the Partner API says now, e.g. after it took an earlier wish of ours. */
  rebase(remote: RemoteView): void;
  /** Forgets the parts of `taken` that nobody has changed since. */
  settle(taken: SettingsChange): void;
}

const STORE_KEY = "sync.pending-change";
const ORIGIN_KEY = "sync.pending-origin";

const storedSchema = z.object({
  mode: z.enum(CHARGING_MODES).exactOptional(),
  minExportToStartW: z.number().exactOptional(),
  maxImportBeforeStoppingW: z.number().exactOptional(),
});

const originSchema = z.object({
  madeWallMs: z.number(),
  baseline: z.union([z.string(), z.number()]).nullable(),
  isConfirmed: z.boolean(),
});

const storedOriginsSchema = z.object({
  mode: originSchema.exactOptional(),
  minExportToStartW: originSchema.exactOptional(),
  maxImportBeforeStoppingW: originSchema.exactOptional(),
});

type Origins = { [P in Part]?: Origin };

export function createPendingChange(store: StateStore): PendingChange {
  let pending: SettingsChange = storedSchema.safeParse(store.get(STORE_KEY)).data ?? {};
  let origins: Origins = storedOriginsSchema.safeParse(store.get(ORIGIN_KEY)).data ?? {};

  function become(changed: SettingsChange, ofParts: Origins): void {
    pending = changed;
    origins = ofParts;
    store.put(STORE_KEY, pending);
    store.put(ORIGIN_KEY, origins);
  }

  function keepOnly(parts: readonly Part[]): void {
    if (parts.length === Object.keys(pending).length) return;
    const pick = <T>(of: { readonly [P in Part]?: T }) =>
      Object.fromEntries(parts.flatMap((part) => (of[part] === undefined ? [] : [[part, of[part]]])));
    become(pick<string | number>(pending), pick<Origin>(origins));
  }

  return {
    current: () => pending,
    isEmpty: () => Object.keys(pending).length === 0,
    add(change, remote, { wallMs, monotonicMs }) {
      const made = PARTS.filter((part) => change[part] !== undefined).map((part): [Part, Origin] => [
        part,
        {
          madeWallMs: wallMs,
          madeAtMs: monotonicMs,
          // What a later wish replaces was never taken: both stand against the same state of the Partner API.
          baseline: origins[part]?.baseline ?? remotePart(remote, part) ?? null,
          isConfirmed: false,
        },
      ]);
      become({ ...pending, ...change }, { ...origins, ...Object.fromEntries(made) });
    },
    observe(remote) {
      const conflicts: Conflict[] = [];
      const seen: Origins = { ...origins };
      for (const part of PARTS) {
        const origin = origins[part];
        const local = pending[part];
        const now = remotePart(remote, part);
        if (origin === undefined || local === undefined || now === undefined || now === local) continue;
        if (now === origin.baseline) seen[part] = { ...origin, isConfirmed: true };
        else if (origin.baseline !== null) conflicts.push({ part, local, remote: now, origin });
      }
      if (JSON.stringify(seen) !== JSON.stringify(origins)) become(pending, seen);
      return conflicts;
    },
    drop: (part) => keepOnly(PARTS.filter((other) => other !== part && pending[other] !== undefined)),
    rebase(remote) {
      const rebased = PARTS.flatMap((part) => {
        const origin = origins[part];
        if (origin === undefined) return [];
        return [
          [part, { ...origin, baseline: remotePart(remote, part) ?? null, isConfirmed: false }] as const,
        ];
      });
      become(pending, Object.fromEntries(rebased));
    },
    settle: (taken) => keepOnly(PARTS.filter((part) => pending[part] !== taken[part])),
  };
}

export function remotePart({ mode, thresholds }: RemoteView, part: Part): string | number | undefined {
  return part === "mode" ? mode : thresholds?.[part];
}

/** Remote settings with local wishes laid over them; undefined while no mode is known. */
export function overlaid(remote: RemoteView, pending: SettingsChange): RemoteSettings | undefined {
  const mode = pending.mode ?? remote.mode;
  if (mode === undefined) return undefined;
  const minExportToStartW = pending.minExportToStartW ?? remote.thresholds?.minExportToStartW;
  const maxImportBeforeStoppingW =
    pending.maxImportBeforeStoppingW ?? remote.thresholds?.maxImportBeforeStoppingW;
  const isPair = minExportToStartW !== undefined && maxImportBeforeStoppingW !== undefined;
  return { mode, thresholds: isPair ? { minExportToStartW, maxImportBeforeStoppingW } : undefined };
}

/** The PUT that brings `remote` to `pending`: only what differs, because writing back a mode is not neutral. */
export function updateFor(remote: RemoteView, pending: SettingsChange): ChargingConfigUpdate | undefined {
  const { mode, minExportToStartW, maxImportBeforeStoppingW } = pending;
  const { thresholds } = remote;
  const update: ChargingConfigUpdate = {
    ...(mode === undefined || mode === remote.mode ? {} : { smart_charging_mode: mode }),
    ...(minExportToStartW === undefined || minExportToStartW === thresholds?.minExportToStartW
      ? {}
      : { hems_min_export_to_start_w: minExportToStartW }),
    ...(maxImportBeforeStoppingW === undefined ||
    maxImportBeforeStoppingW === thresholds?.maxImportBeforeStoppingW
      ? {}
      : { hems_max_import_before_stopping_w: maxImportBeforeStoppingW }),
  };
  return Object.keys(update).length === 0 ? undefined : update;
}
