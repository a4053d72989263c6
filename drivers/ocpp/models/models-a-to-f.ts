import { assumed, reported, type WallboxModel } from "./wallbox-model.ts";

export const modelsAToF: readonly WallboxModel[] = [
  {
    key: "abb-terra-ac",
    name: "ABB Terra AC",
    boot: { vendor: /^abb/i },
    habits: { firstPlan: "two_period", untouchedKeys: ["metervaluessampleddata"] },
    facts: [
      reported("takes profiles at stack level 0 only, whatever it says of its levels", "lbbrhzn/ocpp 1737"),
      reported("reboots again and again when all measurands are set at once", "lbbrhzn/ocpp 1275"),
    ],
    advice: "Set the measurands in the box's own app: we do not touch them.",
  },
  {
    key: "alfen-eve",
    name: "Alfen Eve",
    boot: { vendor: /^alfen/i },
    habits: { ownKeys: { PlugAndChargeIdentifier: "hems-edge" } },
    facts: [
      reported("starts without a card once PlugAndChargeIdentifier names a tag", "evcc, charger templates"),
    ],
    advice: "Needs the option Active Load Balancing with OCPP as its source.",
  },
  {
    key: "autel-maxicharger",
    name: "Autel MaxiCharger AC",
    boot: { vendor: /^autel/i },
    habits: { remoteStart: ["preparing"] },
    facts: [
      reported("sends power without a unit", "lbbrhzn/ocpp 1989"),
      reported("starts only when it is told to", "lbbrhzn/ocpp, user guide"),
      reported("after a stop the cable must be pulled", "lbbrhzn/ocpp, supported devices"),
    ],
    advice: "For TLS the certificate authority must be loaded into the box.",
  },
  {
    key: "charge-amps",
    name: "Charge Amps Halo and Aura",
    boot: { vendor: /^charge ?amps/i },
    habits: { phaseSwitching: "number_phases" },
    facts: [
      reported("reports its meter under transaction 0 or -1 while idle", "evcc, ocpp charger"),
      reported("names phase switching ACPhaseSwitchingSupported", "evcc, ocpp charger"),
    ],
  },
  {
    key: "delta-ac-max",
    name: "Delta AC MAX",
    boot: { vendor: /^delta/i },
    habits: {},
    facts: [
      reported(
        "holds a TxProfile after a fault until it is rebooted: only TxDefaultProfile is used",
        "bmw-wallbox-ha PR 25",
      ),
    ],
  },
  {
    key: "easee",
    name: "Easee Home and Charge",
    boot: { vendor: /^easee/i },
    habits: { sampleIntervalS: 30, remoteStart: ["preparing"] },
    facts: [
      reported("sends meter values every 30 s at most", "evcc, ocpp charger"),
      reported("says SuspendedEVSE for minutes after a raise", "evcc PR 29861"),
      reported("starts only when it is told to", "evcc, ocpp charger"),
    ],
  },
  {
    key: "en-plus",
    name: "EN+ AC series (also sold as Ocular IQ and AC7000)",
    boot: { vendor: /^en ?\+|^en-?plus/i },
    habits: {
      pingIntervalMs: 0,
      readsConfiguration: "by_key",
      remoteStart: ["preparing", "finishing"],
      ownKeys: { ConnectionTimeOut: "300" },
    },
    facts: [
      reported("hangs up when it is pinged", "lbbrhzn/ocpp 211"),
      reported("reboots when its whole configuration is asked for", "evcc 30113, PR 30137, PR 30165"),
      reported("takes up to 30 s for an answer", "evcc PR 30177"),
      reported("hangs on ChangeAvailability, which is never sent", "evcc PR 30217"),
      reported("ends the transaction at 0 A", "evcc PR 33020, 15752"),
    ],
  },
  {
    key: "evbox-elvi",
    name: "EVBox Elvi",
    boot: { vendor: /^ev-?box/i },
    habits: { firstPlan: "two_period" },
    facts: [
      reported("says that its highest stack level is 0", "evcc, ocpp charger"),
      reported("sends many DataTransfer messages, which are answered and ignored", "evcc PR 23199"),
      reported("names what it can measure in evb_SupportedMeasurands", "evcc, ocpp charger"),
    ],
  },
  {
    key: "foxess",
    name: "FoxESS EV charger",
    boot: { vendor: /^fox/i },
    habits: {},
    facts: [
      reported("its OCPP 2.0.1 has defects: 1.6 is preferred", "lbbrhzn/ocpp, supported devices"),
      reported("dials again only 6 to 19 minutes after a loss", "lbbrhzn/ocpp, supported devices"),
      assumed("conforms otherwise", "no report"),
    ],
  },
];
