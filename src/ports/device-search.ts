import type { SiteChannels } from "./site-source.ts";

/** Where a device may be asked over Modbus TCP. */
export interface DeviceAddress {
  readonly host: string;
  readonly port: number;
}

export interface SearchQuestion extends DeviceAddress {
  /** Only this unit and this driver; else those that are usual. */
  readonly unit: number | undefined;
  readonly driver: string | undefined;
}

/** A driver that fits what answers. */
export interface DeviceCandidate {
  readonly driver: string;
  readonly title: string;
  readonly maturity: string | undefined;
  readonly unit: number;
  /** `certain`: the device says what it is. `possible`: its values are plausible for this driver. */
  readonly certainty: "certain" | "possible";
  readonly values: SiteChannels;
}

export type SearchAnswer =
  | { readonly ok: true; readonly found: readonly DeviceCandidate[] }
  | { readonly ok: false; readonly detail: string };

/** Finds inverters and meters. Never rejects, and everything it does ends by itself. */
export interface DeviceSearch {
  /** Which drivers fit the device at this address, the likeliest first. */
  ask(question: SearchQuestion): Promise<SearchAnswer>;
  /** Networks of this machine that can be searched, as `192.168.1.0/24`. */
  networks(): readonly string[];
  /** Addresses in one of those networks at which a usual port of Modbus answers. */
  scan(
    network: string,
    options: { readonly signal: AbortSignal; progress(tried: number, total: number): void },
  ): Promise<readonly DeviceAddress[]>;
}
