import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readOperatorBody, readOperatorMessage } from "../../src/grid-operator/operator-message.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("a message of the grid operator", () => {
  it.each<[string, object | undefined]>([
    ["4200", { isActive: true, limitW: 4_200, durationMs: undefined }],
    ["0", { isActive: true, limitW: 0, durationMs: undefined }],
    ['{"limit_w": 5000}', { isActive: true, limitW: 5_000, durationMs: undefined }],
    [
      '{"limit_w": 5000, "active": true, "duration_s": 1.5}',
      { isActive: true, limitW: 5_000, durationMs: 1_500 },
    ],
    ['{"limit_w": 5000, "active": false}', { isActive: false, limitW: 5_000, durationMs: undefined }],
    ['{"active": false}', { isActive: false, limitW: 0, durationMs: undefined }],
    ["{}", undefined],
  ])("%s", (text, command) => {
    expect(readOperatorMessage(bytes(text))).toEqual({ ok: true, message: { command } });
  });

  it.each([
    ["nothing", "", /^message: /],
    ["no JSON", "{", /^message: /],
    ["text", '"4200"', /^message: /],
    ["null", "null", /^message: /],
    ["a limit below zero", "-1", /^limit_w: /],
    ["a limit beyond any house", "1000001", /^limit_w: /],
    ["an active limit without a value", '{"active": true}', /^limit_w: give limit_w/],
    ["a duration without a limit", '{"duration_s": 60}', /^limit_w: give limit_w/],
    ["a key typed wrong", '{"limitw": 4200}', /limitw/],
    ["a duration below zero", '{"limit_w": 1, "duration_s": -1}', /^duration_s: /],
    ["a novel", `{"limit_w": 4200}${" ".repeat(1_024)}`, /at most 1024 bytes/],
  ])("is refused with the field: %s", (_case, text, detail) => {
    expect(readOperatorMessage(bytes(text))).toEqual({ ok: false, detail: expect.stringMatching(detail) });
  });

  it("is never more than a refusal, whatever comes", () => {
    fc.assert(fc.property(fc.uint8Array(), (payload) => void readOperatorMessage(payload)));
    fc.assert(fc.property(fc.jsonValue(), (body) => void readOperatorBody(body)));
  });
});
