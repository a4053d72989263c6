"""An OCPP 1.6 charge point on the library "ocpp", which checks every message in both directions against the schemas."""

import asyncio

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result

from peer import Limits, now, run, tell


class Box(ChargePoint):
    limits = Limits()

    @on("SetChargingProfile")
    def set_charging_profile(self, connector_id, cs_charging_profiles):
        period = cs_charging_profiles["charging_schedule"]["charging_schedule_period"][0]
        self.limits.set(cs_charging_profiles["stack_level"], period["limit"])
        return call_result.SetChargingProfile(status="Accepted")

    @on("GetConfiguration")
    def get_configuration(self, key=None):
        keys = {"ChargeProfileMaxStackLevel": "4", "MaxChargingProfilesInstalled": "4", "HeartbeatInterval": "300"}
        entries = [{"key": k, "readonly": False, "value": v} for k, v in keys.items()]
        return call_result.GetConfiguration(configuration_key=entries)

    @on("ChangeConfiguration")
    def change_configuration(self, key, value):
        tell(changed=key, value=value)
        return call_result.ChangeConfiguration(status="Accepted")

    @on("TriggerMessage")
    def trigger_message(self, requested_message, connector_id=None):
        return call_result.TriggerMessage(status="Accepted")

    async def live(self):
        boot = await self.call(call.BootNotification(charge_point_vendor="Python", charge_point_model="Box"))
        tell(boot=boot.status, interval=boot.interval)
        await self.call(call.StatusNotification(connector_id=1, error_code="NoError", status="Preparing"))
        tag = await self.call(call.Authorize(id_tag="TAG-1"))
        tell(authorized=tag.id_tag_info["status"])
        start = await self.call(
            call.StartTransaction(connector_id=1, id_tag="TAG-1", meter_start=100, timestamp=now())
        )
        tell(transaction=start.transaction_id)
        await self.call(call.StatusNotification(connector_id=1, error_code="NoError", status="Charging"))
        for _ in range(40):
            values = [
                {"value": f"{self.limits.now():.1f}", "measurand": "Current.Import", "phase": phase, "unit": "A"}
                for phase in ("L1", "L2", "L3")
            ]
            meter_value = [{"timestamp": now(), "sampled_value": values}]
            await self.call(
                call.MeterValues(connector_id=1, transaction_id=start.transaction_id, meter_value=meter_value)
            )
            await asyncio.sleep(0.25)
        stop = await self.call(
            call.StopTransaction(meter_stop=200, timestamp=now(), transaction_id=start.transaction_id)
        )
        tell(stopped=stop.id_tag_info["status"] if stop.id_tag_info else "Accepted")
        await self.call(call.Heartbeat())
        tell(done=True)


run(Box, "ocpp1.6")
