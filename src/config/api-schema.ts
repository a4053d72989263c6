import { z } from "zod";
import { host, listenPort } from "./network-schema.ts";

export const apiSchema = z.strictObject({
  host: host
    .default("127.0.0.1")
    .describe("Address on which page and local API are served; 0.0.0.0 for the whole network, with a login."),
  port: listenPort.default(8_090).describe("Port on which page and local API are served."),
  login: z
    .enum(["remote", "always"])
    .default("remote")
    .describe("Who has to log in: whoever comes from another machine, or everybody."),
  names: z
    .array(host.regex(/^[\w.-]+$/, "a host name, without port"))
    .max(20)
    .default([])
    .describe("Host names under which the page is asked for, beside its address and the machine's own name."),
  tls: z
    .strictObject({
      cert_file: z.string().min(1).describe("PEM file of the page's certificate, with its chain."),
      key_file: z.string().min(1).describe("PEM file of its key, readable by the service's user only."),
    })
    .optional()
    .describe("Serves page and local API over HTTPS; leave out for plain HTTP."),
});
