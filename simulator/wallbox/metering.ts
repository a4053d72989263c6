import { isoUtc } from "../../src/core/iso-time.ts";
import type { Configuration } from "./configuration.ts";
import type { ChargePointHardware } from "./hardware.ts";
import { type ReadingContext, sampledValues } from "./meter-values.ts";
import type { Session } from "./session.ts";
import type { TransactionMessage } from "./transaction-queue.ts";

export interface MeteringDeps {
  readonly connectorId: number;
  readonly hardware: ChargePointHardware;
  readonly configuration: Configuration;
  readonly session: Session;
  /** Samples without a transaction too, under transaction 0. */
  readonly samplesWhenIdle: boolean;
  readonly sendsNoUnits: boolean;
  monotonicMs(): number;
  wallMs(): number;
  /** Within a transaction: must arrive. */
  queue(message: TransactionMessage): void;
  /** Without one: sent if the central system is there. */
  send(action: "MeterValues", payload: object): void;
}

export interface Metering {
  /** Takes the samples that are due. */
  tick(): void;
  sample(context: ReadingContext): void;
}

/** MeterValues by MeterValueSampleInterval within a transaction and by ClockAlignedDataInterval always. */
export function createMetering(deps: MeteringDeps): Metering {
  const { configuration, hardware, session } = deps;
  let lastSampleMs = deps.monotonicMs();
  let alignedSlot: number | undefined;

  function sample(context: ReadingContext): void {
    const key = context === "Sample.Clock" ? "MeterValuesAlignedData" : "MeterValuesSampledData";
    const values = sampledValues(hardware, configuration.list(key), context);
    const sampledValue = deps.sendsNoUnits ? values.map(({ unit: _unit, ...value }) => value) : values;
    const meterValue = [{ timestamp: isoUtc(deps.wallMs()), sampledValue }];
    const { connectorId } = deps;
    const { transaction } = session;
    if (transaction !== undefined) {
      deps.queue({
        action: "MeterValues",
        payload: () => ({ connectorId, transactionId: transaction.id ?? -1, meterValue }),
      });
    } else if (deps.samplesWhenIdle) {
      deps.send("MeterValues", { connectorId, transactionId: 0, meterValue });
    } else deps.send("MeterValues", { connectorId, meterValue });
  }

  function sampleWhenDue(): void {
    const intervalMs = configuration.integer("MeterValueSampleInterval") * 1000;
    const nowMs = deps.monotonicMs();
    if (session.transaction === undefined && !deps.samplesWhenIdle) {
      lastSampleMs = nowMs;
      return;
    }
    if (intervalMs === 0 || nowMs - lastSampleMs < intervalMs) return;
    lastSampleMs = nowMs;
    sample("Sample.Periodic");
  }

  function sampleWhenAligned(): void {
    const intervalS = configuration.integer("ClockAlignedDataInterval");
    const slot = intervalS > 0 ? Math.floor(deps.wallMs() / (intervalS * 1000)) : undefined;
    if (alignedSlot !== undefined && slot !== undefined && slot !== alignedSlot) sample("Sample.Clock");
    alignedSlot = slot;
  }

  return {
    sample,
    tick() {
      sampleWhenDue();
      sampleWhenAligned();
    },
  };
}
