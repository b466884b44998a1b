"""guide-page: the guide's grid in Chromium with 1,000 channels and 14 days (docs/design/performance.md)."""

import asyncio
import json
import os
import pathlib

import guide
from measure import Figures, table

CHANNELS, DAYS = int(os.environ.get("CHANNELS", 1_000)), 14
#: Programmes are 56 minutes long on average.
PROGRAMMES = CHANNELS * DAYS * 25


async def look(origin):
    """What a browser says of it (bench/grid.mjs)."""
    script = pathlib.Path(__file__).with_name("grid.mjs")
    node = await asyncio.create_subprocess_exec("node", str(script), origin, stdout=asyncio.subprocess.PIPE)
    told, _ = await node.communicate()
    assert node.returncode == 0, f"the browser's part ended with {node.returncode}"
    return json.loads(told)


async def main():
    figures = Figures("guide-page")
    async with guide.station(CHANNELS) as (station, place):
        guide.write(place, CHANNELS, PROGRAMMES, guide.BYTES // guide.PROGRAMMES * PROGRAMMES)
        await guide.refresh(station)
        await guide.settled(station)
        seen = await look(f"http://127.0.0.1:{station.port}")
        table(["load", "first paint s", "programmes s"], [[at + 1, *load] for at, load in enumerate(seen["loads"])])
        table(["scrolling", "frames", "p50 ms", "p95 ms", "most ms"], seen["scrolls"])
    middle = lambda at: sorted(load[at] for load in seen["loads"])[len(seen["loads"]) // 2]
    figures.tell("first_paint_s", middle(0), "s", "≤", 1.5)
    figures.tell("programmes_s", middle(1), "s", "≤", 1.5)
    figures.tell("frame_p95_ms", max(row[3] for row in seen["scrolls"]), "ms", "≤", 50)
    figures.end()


asyncio.run(main())
