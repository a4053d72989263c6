import { expect, it } from "vitest";
import { CONDITION_CODES, HAPPENING_CODES, NOTICE_CODES } from "../../src/core/notice-codes.ts";

it("the codes of notifications stay as programs know them", () => {
  expect(CONDITION_CODES.join(" ")).toBe(
    "meter_lost device_offline wallbox_lost wallbox_faulted wallbox_not_following safe_mode limited_long " +
      "operator_silent deadline_at_risk config_invalid partner_login_refused partner_away certificate_expiring record_failing",
  );
  expect(HAPPENING_CODES.join(" ")).toBe("session_finished deadline_missed gateway_updated");
  expect(NOTICE_CODES).toEqual([...CONDITION_CODES, ...HAPPENING_CODES]);
});
