"""Serves the registers of a dump file with pymodbus: pymodbus-server.py FILE tcp|rtu_over_tcp|rtu PORT_OR_PATH."""

import asyncio
import json
import sys

from pymodbus import FramerType
from pymodbus.datastore import ModbusDeviceContext, ModbusServerContext, ModbusSparseDataBlock
from pymodbus.server import ModbusSerialServer, ModbusTcpServer


def block(blocks):
    values = {entry["start"] + index: word for entry in blocks for index, word in enumerate(entry["registers"])}
    return ModbusSparseDataBlock(values or {65535: 0})


async def main(path, transport, place):
    with open(path) as file:
        dump = json.load(file)
    device = ModbusDeviceContext(hr=block(dump.get("holding", [])), ir=block(dump.get("input", [])))
    context = ModbusServerContext(devices={dump["unit"]: device}, single=False)
    if transport == "rtu":
        server = ModbusSerialServer(context, framer=FramerType.RTU, port=place, baudrate=115200)
        await server.serve_forever(background=True)
        print("serving", place, flush=True)
    else:
        framer = FramerType.SOCKET if transport == "tcp" else FramerType.RTU
        server = ModbusTcpServer(context, framer=framer, address=("127.0.0.1", int(place)))
        await server.serve_forever(background=True)
        print("serving", place, flush=True)
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:]))
