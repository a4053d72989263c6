import { parseIsoMs } from "../../../src/core/iso-time.ts";
import { type Clock, withTimeout } from "../../../src/ports/clock.ts";
import type { StateStore } from "../../../src/ports/state-store.ts";
import type { CallOutcome } from "../box-link.ts";
import { listOf, numberOf, recordOf, textOf } from "../lenient-json.ts";
import { type TagStatus, tagStatusOf } from "../tag-verdict.ts";

/** A person stands at the box with a card, and no box waits less long for its answer. */
const ANSWER_MS = 8_000;
/** The start follows the card: it need not be asked again. */
const FRESH_MS = 60_000;
const MAX_TAGS = 200;

interface KnownTag {
  /** In lower case: tags count without regard to it (OCPP 1.6 section 7.28). */
  readonly tag: string;
  readonly status: TagStatus;
  readonly expiryWallMs: number | undefined;
  /** When it was said; undefined for before the start. */
  readonly saidMs: number | undefined;
}

export interface UpstreamTagsDeps {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly isRegistered: () => boolean;
  readonly call: (action: "Authorize", payload: object) => Promise<CallOutcome>;
}

/** What the other central system says of tags, and what it said last while it is away. */
export interface UpstreamTags {
  /** Undefined when it does not answer in time and never said anything of the tag. */
  verdict(idTag: string): Promise<TagStatus | undefined>;
  /** It said so without being asked. */
  heard(idTag: unknown, idTagInfo: unknown): void;
}

export function createUpstreamTags(key: string, deps: UpstreamTagsDeps): UpstreamTags {
  const { clock, store } = deps;
  let known: readonly KnownTag[] = listOf(store.get(key), MAX_TAGS).flatMap(storedTag);

  const of = (idTag: string) => known.find(({ tag }) => tag === idTag.toLowerCase());

  function remember(idTag: string, idTagInfo: unknown): TagStatus | undefined {
    const { status: word, expiryDate } = recordOf(idTagInfo);
    const status = tagStatusOf(word);
    if (status === undefined) return undefined;
    const tag = idTag.toLowerCase();
    const before = of(idTag);
    const expiryWallMs = parseIsoMs(textOf(expiryDate) ?? "");
    const others = known.filter((other) => other !== before).slice(1 - MAX_TAGS);
    known = [...others, { tag, status, expiryWallMs, saidMs: clock.monotonicMs() }];
    const isNews = before?.status !== status || before.expiryWallMs !== expiryWallMs;
    if (isNews) store.put(key, known);
    return status;
  }

  function remembered(idTag: string): TagStatus | undefined {
    const entry = of(idTag);
    if (entry === undefined) return undefined;
    const isOver = entry.expiryWallMs !== undefined && entry.expiryWallMs <= clock.wallMs();
    return entry.status === "Accepted" && isOver ? "Expired" : entry.status;
  }

  async function asked(idTag: string): Promise<TagStatus | undefined> {
    const outcome = await deps.call("Authorize", { idTag });
    return outcome.kind === "result" ? remember(idTag, outcome.payload.idTagInfo) : undefined;
  }

  return {
    async verdict(idTag) {
      const saidMs = of(idTag)?.saidMs;
      const isFresh = saidMs !== undefined && clock.monotonicMs() - saidMs < FRESH_MS;
      if (isFresh || !deps.isRegistered()) return remembered(idTag);
      return (await withTimeout(clock, ANSWER_MS, asked(idTag), undefined)) ?? remembered(idTag);
    },
    heard(idTag, idTagInfo) {
      const tag = textOf(idTag);
      if (tag !== undefined) remember(tag, idTagInfo);
    },
  };
}

function storedTag(item: unknown): readonly KnownTag[] {
  const { tag, status, expiryWallMs } = recordOf(item);
  const [name, known] = [textOf(tag), tagStatusOf(status)];
  if (name === undefined || known === undefined) return [];
  return [{ tag: name, status: known, expiryWallMs: numberOf(expiryWallMs), saidMs: undefined }];
}
