import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { certificateDiagnoses } from "../../src/cli/doctor-wallboxes.ts";

const folder = join(import.meta.dirname, "..", "drivers", "ocpp", "support", "tls");
const tls = {
  port: 8_888,
  cert_file: join(folder, "server-cert.pem"),
  key_file: join(folder, "server-key.pem"),
};
const DAY_MS = 86_400_000;
/** The test certificate ends a hundred years after it was made. */
const END_MS = Date.parse("2126-11-01T00:00:00Z");

describe("the certificate of the page", () => {
  it("is told of beside the one of the OCPP port", () => {
    const [gone] = certificateDiagnoses("api", tls, END_MS + 100 * DAY_MS);
    expect(gone).toMatchObject({
      name: "api certificate",
      verdict: "fail",
      detail: expect.stringMatching(/browsers/),
    });
    const unreadable = certificateDiagnoses("api", { ...tls, cert_file: "/nonexistent/cert" }, 0);
    expect(unreadable).toMatchObject([
      { detail: "api.tls.cert_file: cannot read /nonexistent/cert (ENOENT)" },
    ]);
  });
});

describe("the certificate of the OCPP port", () => {
  it("is not spoken of where there is none", () => {
    expect(certificateDiagnoses("ocpp", undefined, 0)).toEqual([]);
  });

  it.each([
    [0, "ok"],
    [END_MS + 100 * DAY_MS, "fail"],
  ])("at %d ms is %s", (nowMs, verdict) => {
    expect(certificateDiagnoses("ocpp", tls, nowMs)).toMatchObject([{ verdict }]);
  });

  it("warns in its last month", () => {
    const [far] = certificateDiagnoses("ocpp", tls, 0);
    const days = Number(/ends in (\d+) days/.exec(far?.detail ?? "")?.[1]);
    expect(certificateDiagnoses("ocpp", tls, (days - 29) * DAY_MS)).toMatchObject([{ verdict: "warn" }]);
    expect(certificateDiagnoses("ocpp", tls, (days - 30) * DAY_MS)).toMatchObject([{ verdict: "ok" }]);
  });

  it("that cannot be read is a problem for each file", () => {
    const missing = { ...tls, cert_file: "/nonexistent/cert", client_ca_file: tls.key_file };
    expect(certificateDiagnoses("ocpp", missing, 0).map(({ detail }) => detail)).toEqual([
      "ocpp.tls.cert_file: cannot read /nonexistent/cert (ENOENT)",
      "ocpp.tls.client_ca_file: holds no PEM certificate",
    ]);
  });
});
