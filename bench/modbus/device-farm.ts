import { loadProfile } from "../../drivers/profiles/catalogue.ts";
import { createModbusServer } from "../../simulator/modbus/modbus-server.ts";
import { respondFrom } from "../../simulator/profile/profile-device.ts";
import { profileRegisters } from "../../simulator/profile/profile-registers.ts";

/**
 * Simulated devices in a process of their own, so that their work is not counted as the gateway's. Arguments are the
 * names of their profiles; prints their ports as JSON and ends with its input.
 */
const ports: number[] = [];
for (const [index, name] of process.argv.slice(2).entries()) {
  const profile = loadProfile(name);
  if (profile.protocol !== "modbus") throw new Error(`${name} is not on Modbus`);
  let moment = 0;
  let bank = profileRegisters(profile, {});
  const respond = respondFrom(() => bank);
  const server = createModbusServer({
    host: "127.0.0.1",
    port: 0,
    respond(request) {
      // Registers that never move would count as frozen.
      moment += 1;
      if (moment % 10 === 0) {
        const powers = {
          gridPowerW: moment % 1_000,
          pvPowerW: 10 * index,
          batteryPowerW: 100,
          batterySocPct: 50,
        };
        bank = profileRegisters(profile, powers);
      }
      return respond(request);
    },
  });
  await server.plug();
  ports.push(server.address().port);
}
process.stdout.write(`${JSON.stringify(ports)}\n`);
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
