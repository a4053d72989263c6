import type { OperatorSignal } from "../core/operator-machine.ts";

/** A way on which the grid operator's limit reaches the site: a contact, a topic, an endpoint. */
export interface GridOperatorSource {
  /** The latest that is known, without any I/O. */
  latest(): OperatorSignal;
  start(): void;
  stop(): Promise<void>;
}

/** What a message of the operator asks for; `undefined` parts of it are as `OperatorCommand` has them. */
export interface OperatorMessage {
  /** Undefined: a sign of life only. */
  readonly command:
    | {
        readonly isActive: boolean;
        readonly limitW: number;
        readonly durationMs: number | undefined;
      }
    | undefined;
}

/** What the local API asks when somebody wants to set the operator's limit. */
export interface OperatorEndpoint {
  /** Whether this `Authorization` header is that of the operator's sender. */
  isAllowed(authorization: string | undefined): boolean;
  /** Takes effect in the next pass; `detail` names the field and the remedy. */
  receive(body: unknown): { readonly ok: true } | { readonly ok: false; readonly detail: string };
}

/** Takes the operator's messages, to be acted on by the next pass. */
export interface OperatorInbox {
  take(message: OperatorMessage): void;
}
