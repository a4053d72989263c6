import { describe, expect, it } from "vitest";
import { type Access, accessRefusal, allowedHostNames, isLoopback } from "../../src/api/access.ts";

const LOCAL: Access = {
  method: "GET",
  host: "localhost:8090",
  origin: undefined,
  fetchSite: undefined,
  localAddress: "127.0.0.1",
  remoteAddress: "127.0.0.1",
  isAuthorized: false,
};
const LAN = {
  host: "192.168.1.20:8090",
  localAddress: "::ffff:192.168.1.20",
  remoteAddress: "::ffff:192.168.1.77",
};

function isRefused(changes: Partial<Access>, configuredHost = "0.0.0.0"): boolean {
  return accessRefusal({ ...LOCAL, ...changes }, allowedHostNames(configuredHost)) !== undefined;
}

describe("who may ask", () => {
  it.each<[string, Partial<Access>, string, boolean]>([
    ["localhost in capitals", { host: "LOCALHOST" }, "127.0.0.1", false],
    ["no host", { host: undefined }, "127.0.0.1", true],
    ["the configured name", { host: "gateway.fritz.box" }, "gateway.fritz.box", false],
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
    "takes %s only from the gateway itself",
    (method) => {
      expect(isRefused({ ...LAN, method })).toBe(true);
      expect(isRefused({ ...LAN, method, isAuthorized: true })).toBe(false);
      expect(isRefused({ ...LAN, method, isAuthorized: true, host: "evil.example" })).toBe(true);
      expect(isRefused({ method })).toBe(false);
      expect(isRefused({ ...LAN, method, remoteAddress: undefined })).toBe(true);
    },
  );

  it("lets other machines read", () => {
    expect(isRefused({ ...LAN, method: "GET" })).toBe(false);
    expect(isRefused({ ...LAN, method: "HEAD", fetchSite: "cross-site" })).toBe(false);
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
