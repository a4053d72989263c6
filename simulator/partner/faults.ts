import type { FastifyReply, FastifyRequest } from "fastify";
import { type Clock, delay } from "../../src/ports/clock.ts";

/** How the simulated cloud can fail. */
export type PartnerFault =
  /** Answers correctly, late. */
  | { readonly kind: "latency"; readonly delayMs: number }
  /** Django's page for an unhandled exception. */
  | { readonly kind: "server_error" }
  /** 200 with JSON that ends in the middle. */
  | { readonly kind: "truncated" }
  /** 200 with a good body that is padded beyond all measure. */
  | { readonly kind: "oversized" }
  /** 429; `retryAfter` is the header's text, seconds or an HTTP date. */
  | { readonly kind: "rate_limited"; readonly retryAfter?: string }
  | { readonly kind: "unauthorized" }
  /** Any status with any body. */
  | { readonly kind: "status"; readonly status: number; readonly body?: string }
  /** Takes the request and never answers. */
  | { readonly kind: "silent" }
  /** Sends the head and half of the body, then breaks the connection. */
  | { readonly kind: "broken" }
  | { readonly kind: "redirect"; readonly location: string };

/** `config` is charging-config, `status` where gateways push theirs, `fleet` everything of the back office. */
export const FAULT_SCOPES = ["token", "config", "status", "fleet", "all"] as const;
export type FaultScope = (typeof FAULT_SCOPES)[number];

export interface FaultInjection {
  /** Which requests are hit; all by default. */
  readonly scope?: FaultScope;
  /** How many requests are hit; every one until `heal` by default. */
  readonly times?: number;
  /** Share of the requests that are hit, 0..1; all by default. Which ones is the same in every run. */
  readonly share?: number;
  /** True: the request is done first, and only its answer is lost. */
  readonly isAfter?: boolean;
}

export interface FaultBox {
  inject(fault: PartnerFault, injection?: FaultInjection): void;
  heal(): void;
  /** Lets a fault that is due before or after the work answer the request, or does nothing. */
  apply(
    moment: "before" | "after",
    scope: Exclude<FaultScope, "all">,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown>;
}

interface Pending {
  readonly fault: PartnerFault;
  readonly scope: FaultScope;
  readonly share: number;
  readonly isAfter: boolean;
  remaining: number;
  /** Requests that it could have hit. */
  seen: number;
}

const ERROR_PAGE = "<!doctype html><html><body><h1>Server Error (500)</h1></body></html>";

export function createFaultBox(clock: Clock): FaultBox {
  let pending: Pending[] = [];

  return {
    inject(fault, injection = {}) {
      pending.push({
        fault,
        scope: injection.scope ?? "all",
        remaining: injection.times ?? Number.POSITIVE_INFINITY,
        share: injection.share ?? 1,
        isAfter: injection.isAfter ?? false,
        seen: 0,
      });
    },
    heal() {
      pending = [];
    },
    async apply(moment, scope, request, reply) {
      const concerned = pending.filter(
        (candidate) =>
          candidate.isAfter === (moment === "after") &&
          (candidate.scope === "all" || candidate.scope === scope),
      );
      const due = concerned.find(isHit);
      if (due === undefined) return undefined;
      due.remaining--;
      if (due.remaining <= 0) pending = pending.filter((candidate) => candidate !== due);
      return act(due.fault, clock, request, reply);
    },
  };
}

/** Spreads hits evenly over the requests and yet not regularly: steps of the golden ratio. */
function isHit(pending: Pending): boolean {
  pending.seen++;
  return pending.share >= 1 || (pending.seen * 0.618_033_988_749_895) % 1 < pending.share;
}

async function act(
  fault: PartnerFault,
  clock: Clock,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  switch (fault.kind) {
    case "latency":
      await delay(clock, fault.delayMs);
      return undefined;
    case "server_error":
      return reply.code(500).type("text/html").send(ERROR_PAGE);
    case "truncated":
      return reply.type("application/json").send('{"smart_charging_mode": "hems", "mode_con');
    case "oversized":
      return reply.type("application/json").send(`{"smart_charging_mode":"hems"${" ".repeat(2_000_000)}}`);
    case "rate_limited":
      if (fault.retryAfter !== undefined) reply.header("retry-after", fault.retryAfter);
      return reply.code(429).send({ detail: "Too many requests." });
    case "unauthorized":
      return reply.code(401).send({ detail: "Unauthorized" });
    case "status":
      return reply.code(fault.status).send(fault.body ?? { detail: `Simulated ${fault.status}.` });
    case "silent":
      return reply.hijack();
    case "broken":
      reply.hijack();
      reply.raw.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      reply.raw.write('{"smart_charging_mode":', () => request.raw.socket.destroy());
      return reply;
    case "redirect":
      return reply.code(302).header("location", fault.location).send();
  }
}
