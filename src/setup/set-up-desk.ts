import { parseConfig } from "../config/load-config.ts";
import type { DeviceSearch } from "../ports/device-search.ts";
import type { DraftFinding, HouseDraft, SetUpDesk, SetUpOutcome } from "../ports/set-up.ts";
import type { Stranger } from "../ports/wallbox-card.ts";
import { readConfigFile, replaceConfigFile } from "./config-file.ts";
import { configText } from "./config-text.ts";
import { createNetworkScans } from "./network-scan.ts";

export interface SetUpDeskOptions {
  readonly configPath: string;
  readonly wallboxUrls: readonly string[];
}

export interface SetUpDeskDeps {
  readonly search: DeviceSearch;
  readonly environment: NodeJS.ProcessEnv;
  strangers(): readonly Stranger[];
  /** Takes the config up that was written. */
  goOn(): void;
}

export function createSetUpDesk(
  { configPath, wallboxUrls }: SetUpDeskOptions,
  deps: SetUpDeskDeps,
): SetUpDesk {
  const { search, environment } = deps;
  const scans = createNetworkScans(deps);
  let isAsking = false;

  function textWith(draft: HouseDraft): string {
    return configText(readConfigFile(configPath), draft);
  }

  function verdictOn(text: string) {
    const outcome = parseConfig(text, { environment });
    return {
      problems: outcome.ok ? [] : outcome.problems.map(finding),
      warnings: outcome.warnings.map(finding),
    };
  }

  return {
    view: () => ({
      configPath,
      wallboxUrls,
      strangers: deps.strangers(),
      networks: search.networks(),
      scan: scans.latest(),
    }),
    async ask(question) {
      if (isAsking) return { ok: false, detail: "another device is being asked: try again in a moment" };
      isAsking = true;
      try {
        return await search.ask(question);
      } finally {
        isAsking = false;
      }
    },
    startScan: scans.start,
    stopScan: scans.stop,
    check: (draft) => verdictOn(textWith(draft)),
    finish(draft): SetUpOutcome {
      const text = textWith(draft);
      const { problems } = verdictOn(text);
      if (problems.length > 0) return { ok: false, problems };
      const outcome = replaceConfigFile(configPath, text);
      return outcome.ok ? outcome : { ...outcome, text };
    },
    goOn: deps.goOn,
  };
}

function finding({ path, problem, remedy }: DraftFinding): DraftFinding {
  return { path, problem, remedy };
}
