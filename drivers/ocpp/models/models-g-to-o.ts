import { assumed, documented, reported, type WallboxModel } from "./wallbox-model.ts";

export const modelsGToO: readonly WallboxModel[] = [
  {
    key: "go-e",
    name: "go-e Charger Gemini and HOME+",
    boot: { vendor: /^go-?e/i },
    habits: { keepsProfilesOffline: false, keepsLimitInPause: false },
    facts: [
      reported(
        "forgets its limit the moment Wi-Fi goes and charges at full current (firmware 56.2)",
        "go-e API-v2 217",
      ),
      reported("resumed once without a limit after 0 A: the limit is sent again", "go-e API-v2 155"),
      reported("ignores the number of phases although it says that it switches", "go-e API-v2 154"),
    ],
    advice: "Set the box's own largest current to what the house stands without a gateway.",
  },
  {
    key: "grizzl-e",
    name: "Grizzl-E Smart and Mini Connect",
    boot: { vendor: /^united ?chargers|grizzl/i },
    habits: { minCurrentA: 7, stepsA: wholeAmps(7, 40), remoteStart: ["preparing"] },
    lacksSubprotocol: true,
    facts: [
      reported("offers no subprotocol in its handshake", "lbbrhzn/ocpp 442, steve 1109"),
      reported("accepts ChargePointMaxProfile and ignores it", "lbbrhzn/ocpp, user guide"),
      documented("charges with 7 A and more, in whole amperes", "evcc documentation"),
    ],
  },
  {
    key: "huawei-fusioncharge",
    name: "Huawei FusionCharge AC (SCharger)",
    boot: { vendor: /^huawei/i },
    habits: { rateUnit: "W", remoteStart: ["finishing"] },
    facts: [
      reported("takes limits in watts only", "evcc, ocpp charger"),
      reported("ends the transaction below its minimum", "evcc PR 33020"),
    ],
  },
  {
    key: "keba-kecontact",
    name: "KEBA KeContact P30 and P40",
    boot: { vendor: /^keba/i },
    habits: {},
    facts: [assumed("conforms; its phase switching needs an outside contactor and is not used", "no report")],
  },
  {
    key: "mennekes-amtron-4you",
    name: "Mennekes AMTRON 4You and 4Business",
    boot: { vendor: /^mennekes/i, model: /4\s*(you|business)/i },
    habits: { phaseSwitching: "watts", rateUnit: "W" },
    facts: [
      reported("changes its phases by a limit in watts only", "evcc PR 19735"),
      reported("spells configuration keys in lower case and quotes measurands", "evcc PR 16186, 16255"),
      reported("dials again only after a quarter of an hour", "evcc, charger templates"),
    ],
  },
  {
    key: "mennekes-amtron",
    name: "Mennekes AMTRON with ACU",
    boot: { vendor: /^mennekes/i },
    habits: { sampleIntervalS: 60 },
    facts: [
      reported("sends meter values every 60 s at most", "evcc, ocpp charger"),
      reported("spells configuration keys in lower case and quotes measurands", "evcc PR 16186, 16255"),
    ],
  },
  {
    key: "necharge",
    name: "NEcharge",
    boot: { vendor: /^ne-?charge/i },
    habits: { stepsA: [6, 8, 10, 13, 16], remoteStart: ["preparing", "finishing"] },
    facts: [
      reported("knows the steps 6, 8, 10, 13 and 16 A", "evcc PR 33020"),
      reported("ends the transaction at 0 A and takes a RemoteStart in Finishing", "evcc PR 33020"),
    ],
  },
  {
    key: "ocular-iq",
    name: "Ocular IQ",
    boot: { vendor: /^ocular/i },
    habits: { pingIntervalMs: 30_000, remoteStart: ["preparing"] },
    facts: [
      reported("closes a connection that was silent for about 110 s", "lbbrhzn/ocpp 2030"),
      reported("after a stop the cable must be pulled", "lbbrhzn/ocpp, supported devices"),
    ],
  },
  {
    key: "openevse",
    name: "OpenEVSE",
    boot: { vendor: /^open ?evse/i },
    habits: {},
    facts: [
      reported("labelled kilowatt-hours as watt-hours", "OpenEVSE firmware 703"),
      reported("repeats a refused StopTransaction for ever: everything is answered", "OpenEVSE firmware 756"),
    ],
  },
];

function wholeAmps(fromA: number, toA: number): readonly number[] {
  return Array.from({ length: toA - fromA + 1 }, (_, index) => fromA + index);
}
