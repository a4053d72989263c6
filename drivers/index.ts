export {
  type FindOutcome,
  type FoundDevice,
  findDevices,
} from "./finder/device-finder.ts";
export { type OpenPort, openPorts } from "./finder/open-ports.ts";
export { createHttpSource } from "./json/http-source.ts";
export type { JsonMap } from "./json/json-map.ts";
export { createTopicSource, type TopicFeed } from "./json/topic-source.ts";
export { createModbusBus, type ModbusBus } from "./modbus/modbus-bus.ts";
export { createModbusContact } from "./modbus/modbus-contact.ts";
export { createModbusProxy, type ModbusProxy } from "./modbus-proxy/modbus-proxy.ts";
export { createRecordedBus, type RecordedBus } from "./modbus-proxy/recorded-bus.ts";
export type { BoxHabits } from "./ocpp/box-habits.ts";
export { type BoxVisit, type VisitedBox, visitBox } from "./ocpp/box-visit.ts";
export {
  type CentralSystem,
  createCentralSystem,
} from "./ocpp/central-system.ts";
export { wallboxModels } from "./ocpp/models/find-model.ts";
export type { WallboxModel } from "./ocpp/models/wallbox-model.ts";
export { createOcppWallbox, type OcppWallboxOptions } from "./ocpp/ocpp-wallbox.ts";
export type { ModbusProfile } from "./profiles/profile-schema.ts";
export { createProfileSource } from "./profiles/profile-source.ts";
export { combinedSource } from "./sources/combined-source.ts";
export { invertedSource, submeterSource } from "./sources/shaped-sources.ts";
export { createSunspecSource } from "./sunspec/sunspec-source.ts";
