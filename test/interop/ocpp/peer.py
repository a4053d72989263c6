"""What both charge points need: to tell the test what they see, and to dial in."""

import asyncio
import base64
import json
import sys
from datetime import datetime, timezone

import websockets

URL, IDENTITY, PASSWORD = sys.argv[1:4]


def tell(**what):
    print(json.dumps(what), flush=True)


def now():
    return datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")


async def dial(make, subprotocol):
    login = base64.b64encode(f"{IDENTITY}:{PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {login}"}
    url = f"{URL}/{IDENTITY}"
    async with websockets.connect(url, subprotocols=[subprotocol], additional_headers=headers) as socket:
        box = make(IDENTITY, socket)
        listening = asyncio.create_task(box.start())
        await box.live()
        listening.cancel()


def run(make, subprotocol):
    asyncio.run(dial(make, subprotocol))


class Limits:
    """The highest stack level counts; without any the box gives what it can."""

    def __init__(self):
        self.by_level = {}

    def set(self, level, limit):
        self.by_level[level] = float(limit)
        tell(level=level, limit=self.by_level[level])

    def now(self):
        return self.by_level[max(self.by_level)] if self.by_level else 32.0
