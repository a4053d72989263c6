import { type ControlOptions, type ControlState, type Decision, decide, type PassInput } from "./decide.ts";
import { siteReport } from "./site-report.ts";
import type { HouseSample, WallboxSample } from "./site-sample.ts";
import type { NamedBoxReport, TickReport } from "./tick-report.ts";

/** What is fixed about one wallbox. */
export interface BoxOptions {
  readonly name: string;
  /** The larger is served first. */
  readonly priority: number;
  readonly control: ControlOptions;
}

/** What a pass knows of one wallbox. */
export interface BoxPass extends Pick<PassInput, "plan" | "lastWriteMs" | "writesToday"> {
  readonly options: BoxOptions;
  readonly state: ControlState;
  readonly wallbox: WallboxSample;
}

/** What a pass knows of the house. */
export interface SitePass
  extends Pick<PassInput, "settings" | "gridOperator" | "wallMs" | "day" | "meterLostForMs"> {
  readonly house: HouseSample;
}

export interface SiteDecision {
  /** One for each box, in the same order. */
  readonly decisions: readonly Decision[];
  readonly report: TickReport;
}

/** One pass for all wallboxes of a house, at least one, in the order of the config. */
export function decideSite({ house, ...pass }: SitePass, boxes: readonly BoxPass[]): SiteDecision {
  const decisions: Decision[] = [];
  const reports: NamedBoxReport[] = [];
  for (const { options, state, wallbox, ...box } of boxes) {
    const decision = decide(state, { ...pass, ...box, sample: { ...house, wallbox } }, options.control);
    decisions.push(decision);
    reports.push({ ...decision.report, name: options.name });
  }
  return { decisions, report: siteReport(reports) };
}
