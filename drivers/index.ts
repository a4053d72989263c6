export { createModbusBus, type ModbusBus } from "./modbus/modbus-bus.ts";
export { type CentralSystem, createCentralSystem } from "./ocpp/central-system.ts";
export { createOcppWallbox } from "./ocpp/ocpp-wallbox.ts";
export { createSunspecSource } from "./sunspec/sunspec-source.ts";
