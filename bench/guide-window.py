"""guide-window: 30 channels by 6 hours of a guide of a million programmes, 200 times a second, while it is read again (docs/design/performance.md)."""

import asyncio
import json
import os
import random
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import guide
from measure import Figures, table
from viewer import Http

PROGRAMMES = int(os.environ.get("PROGRAMMES", guide.PROGRAMMES))
CHANNELS = int(os.environ.get("CHANNELS", guide.CHANNELS))
SECONDS, RATE, CONNECTIONS = int(os.environ.get("SECONDS", 20)), 200, 16


def stamp(at):
    return quote(at.strftime("%Y-%m-%dT%H:%M:%SZ"))


async def ask(running, ids, seconds):
    """Milliseconds from when a question was due until its answer was there."""
    times, due, free = [], asyncio.Queue(), [Http(running.port, running.token) for _ in range(CONNECTIONS)]
    dice = random.Random(7)

    async def work(http):
        while (at := await due.get()) is not None:
            first = dice.randrange(len(ids) - 30)
            start = datetime.now(timezone.utc).replace(minute=0, second=0) + timedelta(hours=dice.randrange(48))
            channels = ",".join(ids[first : first + 30])
            path = f"/api/v1/guide?from={stamp(start)}&to={stamp(start + timedelta(hours=6))}&channels={channels}&limit=30"
            status, _, body = await http.call("GET", path)
            assert status == 200, (status, body[:200])
            times.append((time.monotonic() - at) * 1000)

    workers = [asyncio.create_task(work(http)) for http in free]
    began = time.monotonic()
    for number in range(seconds * RATE):
        await asyncio.sleep(max(0, began + number / RATE - time.monotonic()))
        due.put_nowait(began + number / RATE)
    for _ in workers:
        due.put_nowait(None)
    await asyncio.gather(*workers)
    for http in free:
        http.close()
    return sorted(times)


async def main():
    figures = Figures("guide-window")
    share = lambda times, part: times[min(len(times) - 1, int(len(times) * part))]
    async with guide.station(CHANNELS) as (station, place):
        guide.write(place, CHANNELS, PROGRAMMES, guide.BYTES * PROGRAMMES // guide.PROGRAMMES)
        await guide.refresh(station)
        await guide.settled(station)
        ids, cursor = [], ""
        while True:
            _, _, body = await station.http.call("GET", f"/api/v1/channels?limit=500{cursor}")
            page = json.loads(body)
            ids += [item["id"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={quote(page['next_cursor'])}"
        quiet = await ask(station, ids, max(3, SECONDS // 4))
        # Another guide: each day of each channel is written again.
        guide.write(place, CHANNELS, PROGRAMMES, guide.BYTES * PROGRAMMES // guide.PROGRAMMES, seed=2)
        reading = asyncio.create_task(guide.refresh(station))
        busy = await ask(station, ids, SECONDS)
        cpu, seconds, _, _ = await reading
        table(["", "p50 ms", "p95 ms", "p99 ms", "most ms"], [
            ["quiet", *(share(quiet, part) for part in (0.5, 0.95, 0.99, 1))],
            ["while it is read", *(share(busy, part) for part in (0.5, 0.95, 0.99, 1))],
        ])
        print(f"reading took {seconds:.1f} s and {cpu:.1f} CPU-s with {len(busy)} questions beside it")
    figures.tell("p99_ms", share(busy, 0.99), "ms", "≤", 20)
    figures.end()


asyncio.run(main())
