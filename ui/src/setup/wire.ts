/** `GET /api/setup`. */
export interface SetUpState {
  readonly is_needed: boolean;
  readonly config_path: string;
  readonly wallbox_urls: readonly string[];
  readonly strangers: readonly Stranger[];
  readonly networks: readonly string[];
  readonly scan: {
    readonly network: string;
    readonly is_running: boolean;
    readonly tried: number;
    readonly total: number;
    readonly found: readonly Place[];
  } | null;
}

export interface Stranger {
  readonly identity: string;
  readonly remote_address: string;
  readonly offers_password: boolean;
  readonly attempts: number;
}

export interface Place {
  readonly host: string;
  readonly port: number;
}
