import { describe, expect, it } from "vitest";
import { changedKeys } from "../../src/daemon/changed-keys.ts";

describe("the keys at which two configs differ", () => {
  it.each([
    ["nothing", { a: 1, b: { c: [1, 2] } }, { a: 1, b: { c: [1, 2] } }, []],
    ["a value", { a: 1, b: 2 }, { a: 1, b: 3 }, ["b"]],
    ["a nested value", { a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, ["a.b.c"]],
    ["a key that came", {}, { partner: { url: "x" } }, ["partner"]],
    ["a key that went", { mqtt: { url: "x" } }, {}, ["mqtt"]],
    ["an item of a list", { devices: [{ unit: 1 }] }, { devices: [{ unit: 2 }] }, ["devices.0.unit"]],
    [
      "an entry of a map",
      { boxes: new Map([["a", { password: 1 }]]) },
      { boxes: new Map([["a", {}]]) },
      ["boxes.a.password"],
    ],
    ["a longer list", { devices: [1] }, { devices: [1, 2] }, ["devices.1"]],
  ])("%s", (_, before, after, keys) => {
    expect(changedKeys(before, after)).toEqual(keys);
  });

  it("never hold the values, which may be secret", () => {
    expect(changedKeys({ password: "old" }, { password: "new" }).join()).toBe("password");
  });
});
