/** What the set-up gathers, as the fields of the page hold it; text until it is sent. */
export interface Draft {
  readonly name: string;
  readonly fuseA: string;
  readonly peakW: string;
  readonly devices: readonly ChosenDevice[];
  readonly wallbox: ChosenWallbox;
  readonly broker: { readonly url: string; readonly username: string; readonly password: string };
  readonly partner: PartnerAccount;
}

export const ROLES = ["grid", "pv", "battery"] as const;
export type Role = (typeof ROLES)[number];

/** A device that answered and was taken. */
export interface ChosenDevice {
  readonly host: string;
  readonly port: number;
  readonly found: Candidate;
  /** What it is to measure for the house. */
  readonly roles: readonly Role[];
  /** Roles whose sign a person found the wrong way round. */
  readonly invert: readonly Role[];
}

/** One answer of `POST /api/setup/probe`; powers in W, import and discharge > 0. */
export interface Candidate {
  readonly driver: string;
  readonly title: string;
  readonly maturity: string | null;
  readonly unit: number;
  readonly certainty: "certain" | "possible";
  readonly grid_w: number | null;
  readonly pv_w: number | null;
  readonly battery_w: number | null;
  readonly battery_soc_pct: number | null;
}

export interface ChosenWallbox {
  readonly identity: string;
  readonly phases: "1" | "3";
  readonly maxA: string;
}

export interface PartnerAccount {
  readonly baseUrl: string;
  readonly orgId: string;
  readonly userId: string;
  readonly username: string;
  readonly password: string;
}

export const EMPTY_DRAFT: Draft = {
  name: "home",
  fuseA: "",
  peakW: "",
  devices: [],
  wallbox: { identity: "", phases: "3", maxA: "16" },
  broker: { url: "", username: "", password: "" },
  partner: { baseUrl: "", orgId: "", userId: "", username: "", password: "" },
};

/** What a candidate tells power of. */
export function rolesOf(found: Candidate): readonly Role[] {
  return ROLES.filter((role) => found[`${role}_w`] !== null);
}

/** The power of a role with the sign as chosen, W. */
export function powerOf({ found, invert }: ChosenDevice, role: Role): number | null {
  const watts = found[`${role}_w`];
  return watts === null ? null : invert.includes(role) ? -watts : watts;
}

/** The parts of the config file that the draft makes. */
export function draftBody({ name, fuseA, peakW, devices, wallbox, broker, partner }: Draft) {
  return {
    site: {
      name,
      main_fuse_a: numberOf(fuseA),
      pv_peak_w: numberOf(peakW),
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    },
    devices: devices.map(deviceBody),
    wallbox: {
      identity: wallbox.identity,
      phases: Number(wallbox.phases),
      max_current_a: numberOf(wallbox.maxA),
    },
    ...(broker.url === "" ? {} : { mqtt: given({ ...broker }) }),
    ...(partner.baseUrl === "" ? {} : { partner: partnerBody(partner) }),
  };
}

function deviceBody({ host, port, found, roles, invert }: ChosenDevice, index: number) {
  return {
    name: `${found.driver.slice(0, 24)}-${index + 1}`,
    driver: found.driver,
    roles,
    connection: { type: "tcp", host, port },
    unit: found.unit,
    ...(invert.length === 0 ? {} : { invert: invert.filter((role) => roles.includes(role)) }),
  };
}

function partnerBody({ baseUrl, orgId, userId, username, password }: PartnerAccount) {
  return {
    base_url: baseUrl,
    org_id: orgId,
    user_id: userId,
    auth: { grant: "password", username, password },
  };
}

/** An empty field is none. */
function given(fields: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== ""));
}

function numberOf(text: string): number | undefined {
  return text.trim() === "" ? undefined : Number(text.replace(",", "."));
}
