/** A fault that is put into the code to see whether the laws of a day notice it. */
export interface SeededDefect {
  /** What the gateway does wrong. */
  readonly what: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly right: string;
  readonly wrong: string;
}

export const SEEDED_DEFECTS: readonly SeededDefect[] = [
  {
    what: "raises the current while the meter is under suspicion",
    file: "src/core/setpoint.ts",
    right: 'return meterTrust === "good" && isSettled && isFollowing && !isBudgetSpent;',
    wrong: 'return meterTrust !== "lost" && isSettled && isFollowing && !isBudgetSpent;',
  },
  {
    what: "raises the current of a box that does not follow",
    file: "src/core/setpoint.ts",
    right: 'return meterTrust === "good" && isSettled && isFollowing && !isBudgetSpent;',
    wrong: 'return meterTrust === "good" && isSettled && !isBudgetSpent;',
  },
  {
    what: "raises before readings show the last change",
    file: "src/core/setpoint.ts",
    right: 'return meterTrust === "good" && isSettled && isFollowing && !isBudgetSpent;',
    wrong: 'return meterTrust === "good" && isFollowing && !isBudgetSpent;',
  },
  {
    what: "raises without a write left for the day",
    file: "src/core/setpoint.ts",
    right: 'return meterTrust === "good" && isSettled && isFollowing && !isBudgetSpent;',
    wrong: 'return meterTrust === "good" && isSettled && isFollowing;',
  },
  {
    what: "raises as often as it likes",
    file: "src/core/setpoint.ts",
    right: "return context.nowMs - context.lastChangeMs >= raiseHoldMs(targetA, context);",
    wrong: "return context.nowMs - context.lastChangeMs >= Math.min(raiseHoldMs(targetA, context), 0);",
  },
  {
    what: "takes the main fuse for twice its size",
    file: "src/core/phase-limits.ts",
    right: "allowanceA(context, context.limits.mainFuseA - importsA[phase], drawnA)",
    wrong: "allowanceA(context, 2 * context.limits.mainFuseA - importsA[phase], drawnA)",
  },
  {
    what: "counts the phases of the house as equal although they are measured",
    file: "src/core/phase-limits.ts",
    right: "  if (gridPhaseCurrentsA !== undefined) return gridPhaseCurrentsA.value;\n",
    wrong: "",
  },
  {
    what: "forgets the unbalance limit where phases are measured",
    file: "src/core/phase-limits.ts",
    right: "allowanceA(context, limitA + lowestA - importsA[phase], drawnA)",
    wrong: "allowanceA(context, 2 * limitA + lowestA - importsA[phase], drawnA)",
  },
  {
    what: "forgets the import limit",
    file: "src/core/limits.ts",
    right: 'add("site_import", isBlind ? undefined : importLimitA(context));',
    wrong: 'add("site_import", isBlind ? importLimitA(context) : undefined);',
  },
  {
    what: "lets a car take its whole surplus on top of the operator's limit twice",
    file: "src/core/limits.ts",
    right: "operatorLimitW - Math.min(carsW, sample.gridPowerW.value)",
    wrong: "operatorLimitW - Math.min(carsW, 2 * sample.gridPowerW.value - carsW)",
  },
  {
    what: "lifts the operator's limit when he falls silent",
    file: "src/core/grid-operator.ts",
    right: "        limitW: rules.failsafeW,\n        endsMs: rules.endsFailsafeAlone",
    wrong: "        limitW: undefined,\n        endsMs: rules.endsFailsafeAlone",
  },
  {
    what: "takes the user's cap for advice",
    file: "src/core/limits.ts",
    right: '  add("user_maximum", context.userMaxA);\n',
    wrong: "",
  },
  {
    what: "goes on as before without its meter where a mode needs none",
    file: "src/core/limits.ts",
    right: 'add("failsafe", isBlind ? limits.failsafeCurrentA : undefined);',
    wrong: 'add("failsafe", undefined);',
  },
  {
    what: "notices a lost meter after two minutes",
    file: "src/core/meter-trust.ts",
    right: "const LOST_AFTER_MS = 30_000;",
    wrong: "const LOST_AFTER_MS = 120_000;",
  },
  {
    what: "notices a frozen meter after ten minutes",
    file: "src/control/sample-collector.ts",
    right: "const FROZEN_AFTER_MS = 120_000;",
    wrong: "const FROZEN_AFTER_MS = 600_000;",
  },
  {
    what: "believes any reading",
    file: "src/control/sample-collector.ts",
    right: "Math.abs(gridPowerW) > maxGridPowerW) {",
    wrong: "Math.abs(gridPowerW) > 1_000 * maxGridPowerW) {",
  },
  {
    what: "counts what the home battery gives as surplus",
    file: "src/core/battery-policy.ts",
    right: "return shareW - dischargingW;",
    wrong: "return shareW;",
  },
  {
    what: "waits four times as long before it stops",
    file: "src/core/pass-view.ts",
    right: "stopRule: proofRule(stopProofMs, stop)",
    wrong: "stopRule: proofRule(4 * stopProofMs, stop)",
  },
  {
    what: "starts on a third of the proof",
    file: "src/core/pass-view.ts",
    right: "startRule: proofRule(startProofMs, start)",
    wrong: "startRule: proofRule(startProofMs / 3, start)",
  },
  {
    what: "takes the import that a pair allows twice",
    file: "src/core/thresholds.ts",
    right: "return minChargePowerW - thresholds.maxImportBeforeStoppingW;",
    wrong: "return minChargePowerW - 2 * thresholds.maxImportBeforeStoppingW;",
  },
  {
    what: "never proves a start",
    file: "src/core/charge-machine.ts",
    right: "isSunny(scope.event) && isProved(startProofWh(scope), scope.event.law.startRule)",
    wrong: "isDark(scope.event) && isProved(startProofWh(scope), scope.event.law.startRule)",
  },
  {
    what: "takes a reading of before the change for one after it",
    file: "src/core/surplus.ts",
    right: "lastWriteMs + loopDelayMs;",
    wrong: "lastWriteMs + loopDelayMs / 4;",
  },
  {
    what: "adopts a charge it finds at the most the box can give",
    file: "src/core/link.ts",
    right: "setpointA: isCharging ? Math.max(adoptedA, capability.minCurrentA) : 0,",
    wrong: "setpointA: isCharging ? capability.maxCurrentA : 0,",
  },
  {
    what: "gives a box what the boxes before it have claimed",
    file: "src/core/boxes/limit-sight.ts",
    right: "return { seen, countedA: Math.max(targetA, firmCurrentA(seen)), shownA };",
    wrong: "return { seen, countedA: firmCurrentA(seen), shownA };",
  },
  {
    what: "raises a box into what others may still draw",
    file: "src/core/boxes/shared-limit.ts",
    right: "const raised = smallestOf(seenLimits(asked, share.raised));",
    wrong: "const raised = smallestOf(seenLimits(asked, share.served));",
  },
  {
    what: "gives each of several boxes the whole surplus",
    file: "src/core/boxes/sun-share.ts",
    right: "const leftW = groupW - sum(before.map(({ claim }) => claim.least));",
    wrong: "const leftW = groupW;",
  },
  {
    what: "forgets other boxes' share of the surplus of a lower priority",
    file: "src/core/site-decision.ts",
    right: "if (surplusW !== undefined) surplusW -= usedBySunW(surplusW, followers, house.nowMs);",
    wrong: "if (surplusW !== undefined) usedBySunW(surplusW, followers, house.nowMs);",
  },
];
