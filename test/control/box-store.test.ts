import { expect, it } from "vitest";
import { createBoxStore } from "../../src/control/box-store.ts";
import { createFakeStore } from "./support/fakes.ts";

it("keeps what two boxes remember apart", () => {
  const store = createFakeStore();
  const garage = createBoxStore(store, { name: "garage", isFirst: true });
  const yard = createBoxStore(store, { name: "yard", isFirst: false });
  garage.put("control", 1);
  expect(yard.get("control")).toBeUndefined();
  yard.put("control", 2);
  expect([garage.get("control"), yard.get("control")]).toEqual([1, 2]);
  expect(store.get("control")).toBeUndefined();
});

it("lets the first box read what was remembered when there was only one", () => {
  const store = createFakeStore();
  store.put("control", "old");
  const garage = createBoxStore(store, { name: "garage", isFirst: true });
  expect(garage.get("control")).toBe("old");
  garage.put("control", "new");
  expect(garage.get("control")).toBe("new");
  expect(createBoxStore(store, { name: "yard", isFirst: false }).get("control")).toBeUndefined();
});

it("reaches the disk when the store does", () => {
  const store = createFakeStore();
  createBoxStore(store, { name: "garage", isFirst: true }).flush();
  expect(store.flushes).toBe(1);
});
