import type { Logger } from "pino";

const MAX_LOGGED = 64;

export interface TagList {
  /** Named in the list, or ours. */
  isListed(idTag: string): boolean;
  isAllowed(idTag: string): boolean;
}

/**
 * Who may charge: everybody where the list is empty. Tags count without regard to case (OCPP 1.6 section 7.28); what we
 * start ourselves is always allowed. A refused one is logged once: it has to be copied into the config.
 */
export function createTagList(
  { allowed, ours }: { readonly allowed: readonly string[]; readonly ours: string },
  log: Logger,
): TagList {
  const known = new Set([...allowed, ours].map((tag) => tag.toLowerCase()));
  const logged = new Set<string>();
  const isListed = (idTag: string) => known.has(idTag.toLowerCase());
  return {
    isListed,
    isAllowed(idTag) {
      if (allowed.length === 0 || isListed(idTag)) return true;
      if (logged.size < MAX_LOGGED && !logged.has(idTag)) log.warn({ idTag }, "tag is not in the list");
      if (logged.size < MAX_LOGGED) logged.add(idTag);
      return false;
    },
  };
}
