import { describe, expect, it } from "vitest";
import { createRivalWatch } from "../../../drivers/ocpp/rival-watch.ts";

const OURS_A = 11;
const THEIRS_A = 8;

/** The box says every ten seconds what it offers; what comes of it, with the seconds since the first limit. */
function bench() {
  const watch = createRivalWatch();
  const verdicts: string[] = [];
  let nowS = 0;
  const write = () => watch.limitConfirmed(OURS_A, nowS * 1_000);
  write();
  /** `write` is what the driver does on a verdict to assert. */
  function offers(currentA: number, seconds: number): void {
    for (let passed = 0; passed < seconds; passed += 10) {
      nowS += 10;
      const verdict = watch.offered(currentA, nowS * 1_000);
      if (verdict === "fine") continue;
      verdicts.push(`${nowS} ${verdict}`);
      if (verdict === "assert") write();
    }
  }
  return { watch, verdicts, offers, write };
}

describe("a second controller", () => {
  it("is none where the box offers our limit", () => {
    const { watch, verdicts, offers } = bench();
    offers(OURS_A + 0.5, 3_600);
    expect([verdicts, watch.isContested]).toEqual([[], false]);
  });

  it("is none where the box has never offered it: it has a limit of its own", () => {
    const { verdicts, offers } = bench();
    offers(THEIRS_A, 3_600);
    expect(verdicts).toEqual([]);
  });

  it("is none where the box offers more: it does not follow, whoever told it so", () => {
    const { verdicts, offers } = bench();
    offers(OURS_A, 60);
    offers(16, 3_600);
    expect(verdicts).toEqual([]);
  });

  it("is none where the offer differs for a moment", () => {
    const { verdicts, offers } = bench();
    offers(OURS_A, 60);
    for (let blip = 0; blip < 10; blip++) {
      offers(THEIRS_A, 10);
      offers(OURS_A, 10);
    }
    expect(verdicts).toEqual([]);
  });

  it("is answered at once the first time, as an accident", () => {
    const { watch, verdicts, offers } = bench();
    offers(OURS_A, 60);
    offers(THEIRS_A, 20);
    offers(OURS_A, 2_000);
    expect([verdicts, watch.isContested]).toEqual([["80 assert"], false]);
  });

  it("is told at the second time, answered later each time, and over after a quarter of an hour", () => {
    const { watch, verdicts, offers } = bench();
    offers(OURS_A, 60);
    offers(THEIRS_A, 20);
    offers(OURS_A, 40);
    offers(THEIRS_A, 80);
    expect(watch.isContested).toBe(true);
    offers(OURS_A, 40);
    offers(THEIRS_A, 320);
    offers(OURS_A, 40);
    offers(THEIRS_A, 920);
    offers(OURS_A, 40);
    offers(THEIRS_A, 920);
    offers(OURS_A, 920);
    expect(verdicts).toEqual([
      "80 assert",
      "140 contested",
      "200 assert",
      "560 assert",
      "1520 assert",
      "2480 assert",
      "3390 settled",
    ]);
  });

  it("is forgotten with the connection: nobody knows which limit the box holds", () => {
    const { watch, verdicts, offers } = bench();
    offers(OURS_A, 60);
    watch.forgetLimits();
    offers(THEIRS_A, 600);
    expect(verdicts).toEqual([]);
  });

  it("is none while a limit of ours is on its way to the car", () => {
    const { verdicts, offers, write } = bench();
    offers(OURS_A, 60);
    for (let change = 0; change < 5; change++) {
      write();
      offers(THEIRS_A, 10);
    }
    expect(verdicts).toEqual([]);
  });
});
