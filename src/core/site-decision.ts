import {
  type BoxPass,
  type BoxStanding,
  type BoxState,
  type HousePass,
  NEW_STANDING,
} from "./boxes/box-pass.ts";
import type { BoxShare } from "./boxes/box-share.ts";
import { type SeenBox, seenBox } from "./boxes/seen-box.ts";
import { type DecidedBox, limitShare, nextStanding, servingOrder } from "./boxes/serving.ts";
import {
  commonSurplusW,
  pooledSurplusW,
  type SunBox,
  type SunStage,
  sunShare,
  usedBySunW,
} from "./boxes/sun-share.ts";
import { type ControlState, type Decision, decide } from "./decide.ts";
import { siteReport } from "./site-report.ts";
import type { ChargeState, TickReport } from "./tick-report.ts";
import { usableSample } from "./usable-sample.ts";

/** What a pass decides for one box. */
export interface BoxDecision extends Omit<Decision, "state" | "claim"> {
  readonly state: BoxState;
}

export interface SiteDecision {
  /** One for each box, in the same order. */
  readonly decisions: readonly BoxDecision[];
  readonly report: TickReport;
}

/** One pass for all wallboxes of a house, at least one, in the order of the config. */
export function decideSite(pass: HousePass, boxes: readonly BoxPass[]): SiteDecision {
  if (boxes.length === 1)
    return reported(
      boxes.map((box) => lonelyBox(pass, box)),
      undefined,
    );
  const all = boxes.map((box) => seenBox(box, pass.house, pass.settings));
  return reported(sharingBoxes(pass, all), pooledSurplusW(pass.house, all));
}

function reported(results: readonly NamedDecision[], surplusPowerW: number | undefined): SiteDecision {
  return {
    decisions: results.map(({ decision }) => decision),
    report: siteReport(
      results.map(({ name, decision }) => ({ name, report: decision.report })),
      surplusPowerW,
    ),
  };
}

interface NamedDecision {
  readonly name: string;
  readonly decision: BoxDecision;
}

/** Without others there is nothing to share. */
function lonelyBox(pass: HousePass, box: BoxPass): NamedDecision {
  return namedDecision(box, boxDecision(pass, box), NEW_STANDING);
}

/** Box after box in the order in which they are served, each with what those before it leave. */
function sharingBoxes(pass: HousePass, all: readonly SeenBox[]): readonly NamedDecision[] {
  const { house } = pass;
  const drawnW = all.reduce((sum, seen) => sum + seen.drawnW, 0);
  const isSettled = !all.some(({ isSettling }) => isSettling);
  const decided: DecidedBox[] = [];
  let surplusW = commonSurplusW(house, all);
  for (const group of servingOrder(all)) {
    const suns = group
      .filter(({ isFollowingSun }) => isFollowingSun)
      .map((seen) => sunBox(seen, seen.box.state.control));
    const groupW = surplusW;
    const served = group.map((seen) => {
      const { box, wallbox } = seen;
      const sun = suns.find((candidate) => candidate.seen === seen);
      const isSunny = sun !== undefined && groupW !== undefined;
      const share: BoxShare = {
        ...limitShare(seen, usableSample({ ...house, wallbox }), { decided, all }),
        ...(isSunny ? sunShare(groupW, sun, suns, house.nowMs) : NO_SUN),
        importShare: drawnW > 0 ? seen.drawnW / drawnW : 1,
      };
      const decision = boxDecision(pass, box, share);
      const standing = nextStanding(seen, decision, { nowMs: house.nowMs, isSettled });
      decided.push({ seen, decision, standing });
      return sunBox(seen, decision.state);
    });
    const followers = served.filter(({ seen }) => seen.isFollowingSun);
    if (surplusW !== undefined) surplusW -= usedBySunW(surplusW, followers, house.nowMs);
  }
  return decided
    .toSorted((one, other) => all.indexOf(one.seen) - all.indexOf(other.seen))
    .map(({ seen, decision, standing }) => namedDecision(seen.box, decision, standing));
}

const NO_SUN = { surplusPowerW: undefined, mostFollowedW: 0 };

function sunBox(seen: SeenBox, { machine, link }: ControlState): SunBox {
  return { seen, stage: sunStage(machine.value, link?.kind === "held" ? link.setpointA : 0) };
}

function sunStage(state: ChargeState, setpointA: number): SunStage {
  if (state === "active" || setpointA > 0) return "charging";
  return state === "commitment" ? "proving" : "resting";
}

function boxDecision({ house, ...pass }: HousePass, box: BoxPass, share?: BoxShare): Decision {
  const { options, state, wallbox, ...own } = box;
  const input = { ...pass, ...own, sample: { ...house, wallbox } };
  return decide(state.control, share === undefined ? input : { ...input, share }, options.control);
}

function namedDecision({ options }: BoxPass, decision: Decision, standing: BoxStanding): NamedDecision {
  const { report, setpointA, phases, isUrgent, state } = decision;
  return {
    name: options.name,
    decision: { report, setpointA, phases, isUrgent, state: { control: state, standing } },
  };
}
