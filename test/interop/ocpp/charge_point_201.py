"""An OCPP 2.0.1 charging station on the library "ocpp", which checks every message in both directions."""

import asyncio

from ocpp.routing import after, on
from ocpp.v201 import ChargePoint, call, call_result

from peer import Limits, now, run, tell

EVSE = {"id": 1, "connector_id": 1}


def reported(component, variable, value, values=None):
    data_type = "string" if values is None else "MemberList"
    characteristics = {"data_type": data_type, "supports_monitoring": False}
    if values is not None:
        characteristics["values_list"] = values
    return {
        "component": {"name": component},
        "variable": {"name": variable},
        "variable_attribute": [{"value": value, "mutability": "ReadOnly"}],
        "variable_characteristics": characteristics,
    }


class Station(ChargePoint):
    limits = Limits()

    @on("SetChargingProfile")
    def set_charging_profile(self, evse_id, charging_profile):
        period = charging_profile["charging_schedule"][0]["charging_schedule_period"][0]
        self.limits.set(charging_profile["stack_level"], period["limit"])
        return call_result.SetChargingProfile(status="Accepted")

    @on("GetVariables")
    def get_variables(self, get_variable_data):
        known = {"ProfileStackLevel": "4", "PeriodsPerSchedule": "8", "HeartbeatInterval": "300"}
        results = []
        for item in get_variable_data:
            value = known.get(item["variable"]["name"])
            result = {**item, "attribute_status": "UnknownVariable" if value is None else "Accepted"}
            if value is not None:
                result["attribute_value"] = value
            results.append(result)
        return call_result.GetVariables(get_variable_result=results)

    @on("SetVariables")
    def set_variables(self, set_variable_data):
        tell(changed=[item["variable"]["name"] for item in set_variable_data])
        results = [
            {"attribute_status": "Accepted", "component": item["component"], "variable": item["variable"]}
            for item in set_variable_data
        ]
        return call_result.SetVariables(set_variable_result=results)

    @on("GetReport")
    def get_report(self, request_id, component_variable=None, component_criteria=None):
        tell(asked_for=sorted(item["component"]["name"] for item in component_variable))
        return call_result.GetReport(status="Accepted")

    @after("GetReport")
    async def report(self, request_id, **_):
        parts = [
            reported("SmartChargingCtrlr", "RateUnit", "A"),
            reported("SampledDataCtrlr", "TxUpdatedMeasurands", "Current.Import", "Current.Import,Voltage"),
        ]
        for seq_no, part in enumerate(parts):
            await self.call(
                call.NotifyReport(
                    request_id=request_id,
                    generated_at=now(),
                    seq_no=seq_no,
                    tbc=seq_no < len(parts) - 1,
                    report_data=[part],
                )
            )

    @on("TriggerMessage")
    def trigger_message(self, requested_message, evse=None):
        return call_result.TriggerMessage(status="Accepted")

    async def event(self, kind, state, seq, **more):
        return await self.call(
            call.TransactionEvent(
                event_type=kind,
                timestamp=now(),
                trigger_reason="ChargingStateChanged",
                seq_no=seq,
                transaction_info={"transaction_id": "interop-1", "charging_state": state},
                evse=EVSE,
                **more,
            )
        )

    async def live(self):
        station = {"vendor_name": "Python", "model": "Station"}
        boot = await self.call(call.BootNotification(charging_station=station, reason="PowerUp"))
        tell(boot=boot.status)
        await self.call(
            call.StatusNotification(timestamp=now(), connector_status="Occupied", evse_id=1, connector_id=1)
        )
        tag = {"id_token": "TAG-1", "type": "ISO14443"}
        started = await self.event("Started", "Charging", 0, id_token=tag)
        tell(authorized=started.id_token_info["status"])
        for seq in range(1, 60):
            sampled = [
                {"value": self.limits.now(), "measurand": "Current.Import", "phase": phase, "unit_of_measure": {"unit": "A"}}
                for phase in ("L1", "L2", "L3")
            ]
            await self.event("Updated", "Charging", seq, meter_value=[{"timestamp": now(), "sampled_value": sampled}])
            await asyncio.sleep(0.25)
        await self.event("Ended", "EVConnected", 60)
        await self.call(call.Heartbeat())
        tell(done=True)


run(Station, "ocpp2.0.1")
