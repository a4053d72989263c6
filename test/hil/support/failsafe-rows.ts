/** A figure that a test takes at the simulated devices, and what it may be. */
export interface FailsafeBound {
  /** What is measured, and where. */
  readonly what: string;
  readonly unit: "s" | "A" | "times";
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** One row of the failsafe table: a fault, what is promised, and what the test of this number measures. */
export interface FailsafeRow {
  readonly fault: string;
  readonly promise: string;
  readonly recovery: string;
  readonly bounds: Readonly<Record<string, FailsafeBound>>;
}

/**
 * The failsafe table. Tests, their bounds and docs/failsafe.md are made from it: a figure that no test measures cannot
 * be promised here. Seconds are those of house and daemon. The meter renews its registers every 5 s and shows them 1 s
 * later; the set point expires after 90 s where nothing else is said.
 */
export const FAILSAFE_ROWS = {
  F1: {
    fault: "meter silent, frozen or implausible",
    promise:
      "Detected by three bad reads or ten seconds without a good one; a meter that repeats itself by 120 s. The current is held and not raised.",
    recovery: "Three good reads.",
    bounds: {
      raisedA: {
        what: "by how much the offer is raised from 10 s to 28 s after the meter falls silent, refuses, or answers nonsense, while the sun rises",
        unit: "A",
        atMost: 0,
      },
      loweredA: { what: "by how much it is lowered meanwhile", unit: "A", atMost: 0 },
      recoveredS: { what: "from the first good answer until the box offers more", unit: "s", atMost: 60 },
      frozenRaisedA: {
        what: "the most that the box offers above its 11 A while the meter repeats itself",
        unit: "A",
        atMost: 0,
      },
      frozenS: {
        what: "from the moment at which the meter freezes until the box offers 0 A",
        unit: "s",
        atLeast: 120,
        atMost: 165,
      },
    },
  },
  F2: {
    fault: "meter lost for 30 s",
    promise:
      "Charging by surplus stops. The gateway warns of inverter_data_stale, then of inverter_disconnected; the partner's app shows that solar charging is unavailable.",
    recovery: "Good reads for 60 s; then the sun has to prove itself again.",
    bounds: {
      pausedS: {
        what: "from the meter's last answer until the box offers 0 A",
        unit: "s",
        atLeast: 28,
        atMost: 36,
      },
      staleS: {
        what: "from its last answer until the gateway's API warns of inverter_data_stale",
        unit: "s",
        atMost: 36,
      },
      unavailableS: {
        what: "from its last answer until the Partner API has the phase unavailable",
        unit: "s",
        atMost: 40,
      },
      disconnectedS: {
        what: "from its last answer until the gateway's API warns of inverter_disconnected",
        unit: "s",
        atLeast: 145,
        atMost: 160,
      },
      recoveredS: {
        what: "from the meter's return until the box offers a current",
        unit: "s",
        atLeast: 60,
        atMost: 180,
      },
    },
  },
  F3: {
    fault: "wallbox link lost",
    promise:
      "The box falls to its failsafe current by itself; until then it counts as drawing what it was told, afterwards as drawing the failsafe current, in every budget. The gateway warns of wallbox_disconnected.",
    recovery: "What the box does is read, its limit asserted again.",
    bounds: {
      fellS: { what: "from the loss until the box offers 6 A", unit: "s", atMost: 92 },
      toldS: { what: "from the loss until the gateway's API warns of it", unit: "s", atMost: 5 },
      earlyS: {
        what: "for how long another box uses the freed current before that",
        unit: "s",
        atMost: 0,
      },
      freedS: {
        what: "from then until the other box uses the freed current",
        unit: "s",
        atMost: 120,
      },
      recoveredS: { what: "from the link's return until the box offers 16 A again", unit: "s", atMost: 240 },
      overFuseS: {
        what: "the longest time that the fullest phase of the house is above the fuse",
        unit: "s",
        atMost: 15,
      },
    },
  },
  F4: {
    fault: "daemon killed or hung, gateway without power",
    promise:
      "The set point in the box expires (600 s by default, renewed at half of that) and uncovers the failsafe current that lies beneath.",
    recovery: "What the car draws is read and adopted before anything is written.",
    bounds: {
      writes: {
        what: "profiles that the box gets in 20 min of steady charging",
        unit: "times",
        atLeast: 4,
        atMost: 5,
      },
      killedS: {
        what: "from kill -9 until the box offers 6 A",
        unit: "s",
        atLeast: 290,
        atMost: 602,
      },
      hungS: {
        what: "from the last sign of a daemon that hangs until the box offers 6 A",
        unit: "s",
        atLeast: 290,
        atMost: 602,
      },
      raisedA: { what: "the most that the box offers above its 11 A in all this", unit: "A", atMost: 0 },
      loweredA: { what: "the most that it offers below 6 A", unit: "A", atMost: 0 },
      recoveredS: { what: "from a new start until the box offers 11 A", unit: "s", atMost: 240 },
    },
  },
  F5: {
    fault: "command not followed",
    promise:
      "Measured against what was commanded once box and car have had their time: three times more floor and set point are written anew and what else we left in the box is cleared, then it is reported and tried again every 10 min; nothing is raised.",
    recovery: "The box is measured within its limit again.",
    bounds: {
      writes: {
        what: "profiles that the box gets in the 150 s after it has begun to ignore them",
        unit: "times",
        atLeast: 6,
        atMost: 8,
      },
      reportedS: {
        what: "from then until the daemon says wallbox_not_following",
        unit: "s",
        atMost: 130,
      },
      raisedA: {
        what: "the most that the profiles in the box allow above 11 A although the sun rises",
        unit: "A",
        atMost: 0,
      },
      recoveredS: {
        what: "from obeying until the box is raised to what the sun gives",
        unit: "s",
        atMost: 120,
      },
    },
  },
  F6: {
    fault: "Partner API unreachable, slow, 5xx, nonsense",
    promise:
      "The last good config stays in force. The gateway asks less and less often, up to every 15 min, and keeps the pause that the server asks for.",
    recovery: "The next good pull.",
    bounds: {
      raisedA: {
        what: "the most that the box offers above its 11 A in 20 min of outage",
        unit: "A",
        atMost: 0,
      },
      loweredA: { what: "the most that it offers below them", unit: "A", atMost: 0 },
      requests: {
        what: "requests that reach the server in these 20 min",
        unit: "times",
        atLeast: 5,
        atMost: 60,
      },
      recoveredS: {
        what: "from the server's return until the box follows the mode that was chosen meanwhile",
        unit: "s",
        atMost: 960,
      },
      early: {
        what: "requests in the last three minutes of a pause of 300 s that the server has asked for: one of each exchange that had not asked it yet",
        unit: "times",
        atMost: 2,
      },
    },
  },
  F7: {
    fault: "token refused, clock wrong",
    promise: "One try for a new token, then back-off; control is unaffected.",
    recovery: "The next token that is taken.",
    bounds: {
      raisedA: {
        what: "the most that the box offers above its 11 A in 10 min of refusals",
        unit: "A",
        atMost: 0,
      },
      loweredA: { what: "the most that it offers below them", unit: "A", atMost: 0 },
      requests: {
        what: "requests that reach the server in these 10 min",
        unit: "times",
        atLeast: 2,
        atMost: 40,
      },
      recoveredS: {
        what: "from the first token that is taken until the box follows the mode that was chosen meanwhile",
        unit: "s",
        atMost: 960,
      },
      wrongClockS: {
        what: "the same where the gateway's clock is a day behind and nothing is refused",
        unit: "s",
        atMost: 60,
      },
    },
  },
  F8: {
    fault: "MQTT broker gone",
    promise: "Control is unaffected; telemetry is dropped and counted, events wait in a bounded spool.",
    recovery: "State and discovery are published again, and the events that waited.",
    bounds: {
      actedS: {
        what: "without the broker, from a mode chosen in the partner's app until the box follows it",
        unit: "s",
        atMost: 60,
      },
      toldS: {
        what: "from the broker's return until it has the present state and the event of that mode",
        unit: "s",
        atMost: 90,
      },
    },
  },
  F9: {
    fault: "grid-operator limit source lost",
    promise:
      "Without a sign of life for 120 s the failsafe limit holds, for two hours at least or until the operator is heard.",
    recovery: "A sign of life.",
    bounds: {
      limitedS: {
        what: "from the contact's last answer until the car draws no more than 4.2 kW",
        unit: "s",
        atLeast: 115,
        atMost: 140,
      },
      offeredA: { what: "what the box offers for the next two hours", unit: "A", atLeast: 6, atMost: 6 },
      recoveredS: { what: "from the contact's return until the box offers 16 A", unit: "s", atMost: 60 },
    },
  },
  F10: {
    fault: "wall clock jumps, daylight saving, no RTC",
    promise: "Tariffs are planned anew; timers and set points are unaffected.",
    recovery: "Nothing to recover.",
    bounds: {
      pausedS: {
        what: "from a jump out of the cheap hours until the box offers 0 A",
        unit: "s",
        atMost: 30,
      },
      resumedS: { what: "from the jump back into them until it offers 16 A", unit: "s", atMost: 120 },
      jumpA: {
        what: "the most by which the offer leaves 11 A over the change to summer time and jumps of a day either way, charging by surplus",
        unit: "A",
        atMost: 0,
      },
      firstTimeA: {
        what: "the most by which it leaves them where the gateway starts in 1970 and learns the time while the car charges",
        unit: "A",
        atMost: 0,
      },
    },
  },
  F11: {
    fault: "disk full, read-only, I/O error",
    promise: "Control goes on from memory; the failure is logged once; the process does not end.",
    recovery: "Tried again each minute.",
    bounds: {
      chargingS: {
        what: "from a start without a place to write until the box offers 11 A",
        unit: "s",
        atMost: 240,
      },
      storedS: {
        what: "from the moment at which the disk takes files again until the state is on it",
        unit: "s",
        atMost: 70,
      },
      changedA: { what: "the most by which the offer changes then", unit: "A", atMost: 0 },
    },
  },
  F12: {
    fault: "database or state corrupt",
    promise: "The broken files are set aside and begun anew; an event tells of the lost state.",
    recovery: "Nothing to recover.",
    bounds: {
      chargingS: { what: "from a start on broken files until the box offers 11 A", unit: "s", atMost: 240 },
      aside: { what: "broken files that are kept for a look", unit: "times", atLeast: 2, atMost: 2 },
      events: { what: "events that tell of it", unit: "times", atLeast: 1, atMost: 1 },
    },
  },
  F13: {
    fault: "crash loop (5 starts in 10 min)",
    promise:
      "Safe mode: meters, limits and the failsafe current only. The page answers, and nothing from the cloud steers.",
    recovery: "One hour without a crash, or a stop in order.",
    bounds: {
      highestA: {
        what: "the most that the box offers in the hour of safe mode, although the cloud asks for all there is",
        unit: "A",
        atLeast: 6,
        atMost: 6,
      },
      trustedS: {
        what: "from the fifth start until the box follows the cloud",
        unit: "s",
        atLeast: 3_600,
        atMost: 3_660,
      },
    },
  },
  F14: {
    fault: "bad config on reload",
    promise:
      "The old one stays in force and the problems are reported; only a cold start ends, with exit code 78.",
    recovery: "A reload of a good one.",
    bounds: {
      changedA: { what: "the most by which the offer changes in the minute after it", unit: "A", atMost: 0 },
      recoveredS: {
        what: "from the reload of a good config until the box follows it",
        unit: "s",
        atMost: 120,
      },
    },
  },
  F15: {
    fault: "second controller fights over the box",
    promise:
      "A set point that changes by itself is asserted again, later each time; it is reported, and nothing is raised while it goes on.",
    recovery: "The box keeps our set point.",
    bounds: {
      reportedS: {
        what: "from the other controller's first limit until the daemon says wallbox_contested",
        unit: "s",
        atMost: 240,
      },
      writes: {
        what: "profiles that the box gets from us in 30 min of that fight",
        unit: "times",
        atLeast: 2,
        atMost: 12,
      },
      raisedA: {
        what: "the most that the box offers above the 11 A before the fight",
        unit: "A",
        atMost: 0,
      },
      recoveredS: {
        what: "from the other controller's last limit until the box offers 11 A for good",
        unit: "s",
        atMost: 960,
      },
    },
  },
  F16: {
    fault: "memory grows",
    promise:
      "Above the limit of its resident memory the gateway tells so by an event, and restarts in order while no car charges.",
    recovery: "The restart.",
    bounds: {
      changedA: {
        what: "the most by which the offer changes in five minutes above the limit while the car charges",
        unit: "A",
        atMost: 0,
      },
      endedS: {
        what: "from unplugging the car until the process has ended in order",
        unit: "s",
        atMost: 120,
      },
    },
  },
} as const satisfies Readonly<Record<`F${number}`, FailsafeRow>>;

export type FailsafeId = keyof typeof FAILSAFE_ROWS;
export type BoundOf<Id extends FailsafeId> = keyof (typeof FAILSAFE_ROWS)[Id]["bounds"] & string;
