import { powerW } from "../core/units.ts";
import type { SoundParts } from "./cross-checks.ts";
import { operatorWarnings, unbalanceWarnings } from "./operator-checks.ts";
import type { Finding } from "./problem.ts";
import { wallboxWarnings } from "./wallbox-checks.ts";

/** What is allowed but probably not meant, or less safe than it could be. */
export function warningFindings(parts: SoundParts): readonly Finding[] {
  return [
    ...narrowThresholds(parts),
    ...blindSite(parts),
    ...wallboxWarnings(parts),
    ...administratorRights(parts),
    ...plainHttp(parts),
    ...plainInfluxToken(parts),
    ...operatorWarnings(parts),
    ...unbalanceWarnings(parts),
  ];
}

function narrowThresholds({ control, wallboxes }: SoundParts): readonly Finding[] {
  if (control === undefined || wallboxes.length === 0) return [];
  const startW = control.thresholds.hems_min_export_to_start_w;
  const stopW = control.thresholds.hems_max_import_before_stopping_w;
  const leastW = Math.max(...wallboxes.map(({ wallbox }) => powerW(wallbox.min_current_a, wallbox.phases)));
  if (startW + stopW >= leastW) return [];
  return [
    {
      at: ["control", "thresholds"],
      problem: `the wallbox charges with at least ${leastW} W, but start and stop are only ${startW + stopW} W apart`,
      remedy: `the start will be raised to ${leastW - stopW} W; write that, or allow more import`,
    },
  ];
}

function blindSite({ control, devices }: SoundParts): readonly Finding[] {
  const isSteeredBySun = control?.mode === "hems" || control?.mode === "hems_and_spot";
  const isComplete = devices.every((device) => device !== undefined);
  if (!isSteeredBySun || !isComplete || devices.some((device) => device?.roles.includes("grid"))) return [];
  return [
    {
      at: ["devices"],
      problem: `no device measures the grid, so mode ${control.mode} can never charge`,
      remedy: "give the inverter or meter at the house connection the role grid",
    },
  ];
}

function administratorRights({ partner }: SoundParts): readonly Finding[] {
  if (partner?.auth.grant !== "client_credentials") return [];
  return [
    {
      at: ["partner", "auth", "grant"],
      problem: "client_credentials give this gateway administrator rights over the whole organisation",
      remedy: "use the password grant of this house's own user",
    },
  ];
}

function plainInfluxToken({ influx }: SoundParts): readonly Finding[] {
  if (influx?.type !== "http" || influx.token === undefined || !isPlainHttp(influx.url)) return [];
  return [
    {
      at: ["influx", "url"],
      problem: "http:// sends the token readable for everybody on the way",
      remedy: "use https://; http:// is for this machine and a network of your own",
    },
  ];
}

function plainHttp({ partner }: SoundParts): readonly Finding[] {
  if (partner === undefined) return [];
  const addresses = [
    ["base_url", partner.base_url],
    ["token_url", partner.token_url],
    ["status_url", partner.status_url],
  ] as const;
  return addresses
    .filter(([, address]) => address !== undefined && isPlainHttp(address))
    .map(([key]) => ({
      at: ["partner", key],
      problem: "http:// sends the credentials readable for everybody on the way",
      remedy: "use https://; http:// is for tests on this machine",
    }));
}

function isPlainHttp(address: string): boolean {
  if (!address.startsWith("http://")) return false;
  const host = URL.canParse(address) ? new URL(address).hostname : "";
  return !(host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/.test(host));
}
