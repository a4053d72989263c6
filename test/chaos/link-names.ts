import { PEER_NAMES } from "../../simulator/site.ts";

/** Lines that can be bad: to each peer of the house, and to the other central system, which bills. */
export const LINK_NAMES = [...PEER_NAMES, "upstream"] as const;
export type LinkName = (typeof LINK_NAMES)[number];
