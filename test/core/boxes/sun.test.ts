import { describe, expect, it } from "vitest";
import { createBoxHouse } from "../support/box-house.ts";
import { ONE_PHASE, THREE_PHASE } from "../support/site.ts";

const garage = { name: "garage", capability: ONE_PHASE, priority: 2 };
const yard = { name: "yard", capability: ONE_PHASE, priority: 1 };
/** Least power of a one-phase box, W. */
const LEAST_W = 1_380;

describe("the sun and two boxes of different priority", () => {
  it("goes to the first, and what is left to the second", () => {
    const house = createBoxHouse({ boxes: [yard, garage] });
    house.houseW = -6_000;
    house.run(300);
    expect(house.box("garage").drawnA).toBe(16);
    expect(house.box("yard").drawnA).toBe(10);
    expect(house.boxes.map(({ starts }) => starts)).toEqual([1, 1]);
  });

  it("goes to the second alone while the first has no car, and is handed over when the first comes", () => {
    const house = createBoxHouse({ boxes: [garage, yard] });
    house.houseW = -3_000;
    house.box("garage").vehicle = "absent";
    house.run(300);
    expect(house.box("yard").drawnA).toBe(13);

    house.box("garage").vehicle = "connected";
    house.run(240);
    expect(house.box("garage").drawnA).toBe(13);
    expect(house.box("yard").drawnA).toBe(0);
    house.run(1_800);
    expect(house.boxes.map(({ starts }) => starts)).toEqual([1, 1]);
  });

  it("is kept for the first while it proves its start", () => {
    const house = createBoxHouse({ boxes: [garage, yard] });
    house.houseW = -2_500;
    house.box("garage").vehicle = "absent";
    house.run(300);
    house.box("garage").vehicle = "connected";
    house.run(30);
    expect(house.reportOf("garage").state).toBe("commitment");
    expect(house.reportOf("yard").powers.surplusPowerW).toBe(2_500 - LEAST_W);
  });

  it("steps of the first that are too coarse leave the rest to the second", () => {
    const coarse = { name: "coarse", capability: { ...THREE_PHASE, maxCurrentA: 16 }, priority: 2 };
    const house = createBoxHouse({ boxes: [coarse, yard] });
    // 10 A on three phases, 1700 W beside it.
    house.houseW = -8_600;
    house.box("coarse").carMaxA = 10;
    house.run(900);
    expect(house.box("coarse").drawnA).toBe(10);
    expect(house.box("yard").drawnA).toBe(7);
    expect(house.gridW).toBeLessThan(0);
  });

  it("a full car keeps nothing from the others", () => {
    const house = createBoxHouse({ boxes: [garage, yard] });
    house.houseW = -3_000;
    house.run(300);
    house.box("garage").vehicle = "suspended_by_vehicle";
    house.run(300);
    expect(house.box("yard").drawnA).toBe(13);
  });

  it("a boosted box counts as a part of the house", () => {
    const house = createBoxHouse({ boxes: [garage, yard] });
    house.houseW = -6_000;
    house.box("yard").boost();
    house.run(300);
    expect(house.box("yard").drawnA).toBe(16);
    expect(house.box("garage").drawnA).toBe(10);
  });

  it("a box whose link is lost counts with what the meter sees of it", () => {
    const house = createBoxHouse({ boxes: [garage, yard] });
    house.houseW = -6_000;
    house.run(300);
    house.box("garage").isLinked = false;
    house.run(600);
    expect(house.box("garage").drawnA).toBe(6);
    expect(house.box("yard").drawnA).toBe(16);
    expect(house.reportOf("garage").reason.code).toBe("wallbox_disconnected");
  });
});

describe("the sun and boxes of the same priority", () => {
  const equals = ["a", "b", "c"].map((name) => ({ name, capability: ONE_PHASE }));

  it("is shared evenly where each gets its minimum", () => {
    const house = createBoxHouse({ boxes: equals });
    house.houseW = -6_210;
    house.run(600);
    expect(house.boxes.map(({ drawnA }) => drawnA)).toEqual([9, 9, 9]);
  });

  it("goes to one after the other where it is not enough for all, and nobody takes turns", () => {
    const house = createBoxHouse({ boxes: equals });
    house.houseW = -2_000;
    house.run(7_200);
    expect(house.boxes.filter(({ drawnA }) => drawnA > 0)).toHaveLength(1);
    expect(house.boxes.map(({ starts }) => starts).toSorted()).toEqual([0, 0, 1]);
  });

  it("lets a second car join when the first can do with its minimum, and ends the one that came last", () => {
    const house = createBoxHouse({ boxes: equals.slice(0, 2) });
    const [a, b] = house.boxes;
    house.houseW = -3_000;
    house.box("a").vehicle = "absent";
    house.run(300);
    expect(b?.drawnA).toBe(13);
    house.box("a").vehicle = "connected";
    house.run(300);
    expect([a?.drawnA, b?.drawnA]).toEqual([6, 7]);
    house.houseW = -1_700;
    house.run(900);
    expect([a?.drawnA, b?.drawnA]).toEqual([0, 7]);
    expect([a?.starts, b?.starts]).toEqual([1, 1]);
  });

  it("a car that cannot take its part leaves the rest to the others", () => {
    const house = createBoxHouse({ boxes: equals.slice(0, 2) });
    house.box("a").carMaxA = 7;
    house.houseW = -4_600;
    house.run(900);
    expect(house.box("a").drawnA).toBe(7);
    expect(house.box("b").drawnA).toBe(13);
  });
});
