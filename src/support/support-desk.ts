import { loadConfig } from "../config/load-config.ts";
import type { Clock } from "../ports/clock.ts";
import type { SupportDesk } from "../ports/support.ts";
import { type BundleSources, supportBundle } from "./support-bundle.ts";

export interface SupportDeskDeps extends Omit<BundleSources, "nowWallMs"> {
  readonly clock: Clock;
  readonly environment: NodeJS.ProcessEnv;
}

/** Support for the running daemon's own page. */
export function createSupportDesk(deps: SupportDeskDeps): SupportDesk {
  const { clock, configPath, environment } = deps;
  return {
    check() {
      const outcome = loadConfig(configPath, { environment });
      return { problems: outcome.ok ? [] : outcome.problems, warnings: outcome.warnings };
    },
    bundle: (known) => supportBundle({ ...deps, nowWallMs: clock.wallMs() }, known),
  };
}
