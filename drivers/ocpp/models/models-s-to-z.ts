import { assumed, reported, type WallboxModel } from "./wallbox-model.ts";

export const modelsSToZ: readonly WallboxModel[] = [
  {
    key: "schneider-evlink",
    name: "Schneider EVlink Pro AC and Wallbox Plus",
    boot: { vendor: /^schneider/i },
    habits: {},
    facts: [
      reported("rejects ChargePointMaxProfile, which is not used", "lbbrhzn/ocpp 877"),
      reported("says that its highest stack level is 999", "evcc, ocpp charger"),
    ],
  },
  {
    key: "teison",
    name: "Teison Smart Mini",
    boot: { vendor: /^teison/i },
    habits: {},
    facts: [reported("dials again only after minutes, or not at all", "lbbrhzn/ocpp, supported devices")],
    advice: "Switch the box off and on when it stays away after a restart of the gateway.",
  },
  {
    key: "timxon-a0",
    name: "Timxon A0",
    boot: { vendor: /^timxon/i },
    habits: { profileKind: "Relative" },
    facts: [
      reported("gives no answer to an absolute profile", "lbbrhzn/ocpp 2158"),
      reported("knows no ChargePointMaxProfile", "lbbrhzn/ocpp 2158"),
    ],
  },
  {
    key: "wallbox-pulsar-pro",
    name: "Wallbox Pulsar Pro",
    boot: { vendor: /^wall ?box/i, model: /^ppr|pulsar ?pro/i },
    habits: {
      profileKind: "Relative",
      clearsOnCommissioning: true,
      pause: ["zero", "remote_stop"],
      remoteStart: ["finishing"],
    },
    facts: [
      reported("accepted a limit and drew another current: what flows is watched", "evcc 31597"),
      reported("stayed at the 9 A of an earlier backend until its profiles were cleared", "evcc 31597"),
      assumed("wants relative profiles as its relatives do", "evcc PR 25042"),
    ],
  },
  {
    key: "wallbox-pulsar",
    name: "Wallbox Pulsar Plus, Pulsar Max and Copper SB",
    boot: { vendor: /^wall ?box/i },
    habits: { profileKind: "Relative", clearsOnCommissioning: true },
    facts: [
      reported("wants relative profiles (firmware 6)", "evcc PR 25042"),
      reported("sends no BootNotification when it dials again (firmware 6)", "evcc PR 28540, 27309"),
      reported("rejects profiles before a transaction runs", "evcc 15535, 16768"),
    ],
    advice: "Leave the password empty in the box's OCPP settings, or set the same one here.",
  },
  {
    key: "zaptec",
    name: "Zaptec Go and Pro",
    boot: { vendor: /^zaptec/i },
    habits: { remoteStart: ["preparing"] },
    facts: [
      assumed("starts only when it is told to, unless it is set to need no authorisation", "no report"),
    ],
  },
];
