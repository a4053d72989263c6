import { describe, expect, it } from "vitest";
import { type Access, accessRefusal, allowedHostNames, isLoopback } from "../../src/api/access.ts";

const LOCAL: Access = {
  method: "GET",
  host: "localhost:8090",
  origin: undefined,
  fetchSite: undefined,
  localAddress: "127.0.0.1",
};
const LAN = { host: "192.168.1.20:8090", localAddress: "::ffff:192.168.1.20" };

function isRefused(changes: Partial<Access>, configuredHost = "0.0.0.0"): boolean {
  const names = allowedHostNames([configuredHost, "hems.example"], "gateway");
  return accessRefusal({ ...LOCAL, ...changes }, names) !== undefined;
}

describe("who may ask", () => {
  it.each<[string, Partial<Access>, string, boolean]>([
    ["localhost in capitals", { host: "LOCALHOST" }, "127.0.0.1", false],
    ["no host", { host: undefined }, "127.0.0.1", true],
    ["the configured name", { host: "gateway.fritz.box" }, "gateway.fritz.box", false],
    ["a further configured name", { host: "hems.example:8090" }, "0.0.0.0", false],
    ["the machine's own name", { host: "gateway:8090" }, "0.0.0.0", false],
    ["the machine's name in the local network", { host: "gateway.local" }, "0.0.0.0", false],
    ["another name in the local network", { host: "other.local" }, "0.0.0.0", true],
    ["another name", { host: "gateway.evil.example" }, "gateway.fritz.box", true],
    ["the address it reached, over a dual-stack socket", LAN, "0.0.0.0", false],
    ["another address than it reached", { ...LAN, host: "192.168.1.21" }, "0.0.0.0", true],
    ["an IPv6 address it reached", { host: "[fd00::1]:8090", localAddress: "fd00::1" }, "::", false],
    ["a name that hides a user part", { host: "localhost@evil.example" }, "127.0.0.1", true],
    ["a name with a path", { host: "localhost/evil" }, "127.0.0.1", true],
  ])("decides on %s", (_case, changes, configuredHost, expected) => {
    expect(isRefused(changes, configuredHost)).toBe(expected);
  });

  it.each(["POST", "PUT", "DELETE", "PATCH", "PROPFIND"])(
    "takes no %s from another site's page",
    (method) => {
      expect(isRefused({ ...LAN, method })).toBe(false);
      expect(isRefused({ ...LAN, method, host: "evil.example" })).toBe(true);
      expect(isRefused({ ...LAN, method, origin: "http://evil.example" })).toBe(true);
      expect(isRefused({ ...LAN, method, fetchSite: "cross-site" })).toBe(true);
    },
  );

  it("lets a link from elsewhere open the page", () => {
    expect(isRefused({ ...LAN, fetchSite: "cross-site" })).toBe(false);
  });

  it("takes a change of its own page, also behind a proxy that ends TLS", () => {
    const change = { method: "POST", host: "gateway.fritz.box" };
    expect(isRefused({ ...change, origin: "https://gateway.fritz.box" }, "gateway.fritz.box")).toBe(false);
    expect(isRefused({ ...change, origin: "https://other.fritz.box" }, "gateway.fritz.box")).toBe(true);
    expect(isRefused({ ...change, origin: "nonsense" }, "gateway.fritz.box")).toBe(true);
  });

  it.each([
    ["127.0.0.1", true],
    ["127.8.8.8", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["128.0.0.1", false],
    ["::ffff:10.0.0.1", false],
    ["127.0.0.1.example", false],
    [undefined, false],
  ])("knows %s as loopback: %s", (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });
});
