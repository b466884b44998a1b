"""limits: what an innocent viewer feels of slow connections and of a flood (docs/design/performance.md).

One viewer asks for the playlist of its session 20 times a second, from an address of its own; first alone, then while another process holds
10,000 connections that send a byte now and then (from 50 addresses), and asks 50 times as often as strangers may, from one address and again from a hundred.
"""

import asyncio
import collections
import os
import statistics
import sys
import time
from urllib.parse import urlsplit

import media
from measure import Figures, table
from receiver import Channel, Receiver
from station import Station
from viewer import Viewer

SECONDS = int(os.environ.get("SECONDS", 30))
SLOW, SLOW_ADDRESSES = int(os.environ.get("SLOW", 10_000)), 50
FLOOD_PER_S = 50 * 10  # strangers may ask ten times a second
PAUSE_S = 0.05


async def ask(reader, writer, path, port):
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.split("content-length:")[1].split("\r\n")[0]) if "content-length:" in head else 0
    await reader.readexactly(length)
    return int(head.split(" ")[1])


async def innocent(port, path, seconds):
    """Times of its replies in seconds, and how many were no 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.77", 0), limit=1 << 22)
    times, bad, until = [], 0, time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        bad += await ask(reader, writer, path, port) != 200
        times.append(time.monotonic() - began)
        await asyncio.sleep(PAUSE_S)
    writer.close()
    return times, bad


async def slow(port, at, tally):
    """A connection that never finishes its head; anew whenever it is ended."""
    source = f"127.1.{at % SLOW_ADDRESSES}.1"
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
            tally["slow"] += 1
            writer.write(b"GET / HTTP/1.1\r\nX-Slow: ")
            try:
                while True:
                    writer.write(b"x")
                    await writer.drain()
                    try:
                        await asyncio.wait_for(reader.read(1), 5)
                        break
                    except asyncio.TimeoutError:
                        pass
            finally:
                tally["slow"] -= 1
                writer.close()
        except OSError:
            await asyncio.sleep(1)


async def flood(port, source, per_s, tally, refused):
    """Asks as often as that over one connection, whatever it is answered; counts in `tally` as `asked`, and under the name of `refused`."""
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
            due = time.monotonic()
            while True:
                due += 1 / per_s
                await asyncio.sleep(max(0, due - time.monotonic()))
                status = await ask(reader, writer, "/api/v1/auth/state", port)
                tally["asked"] += 1
                tally[refused] += status == 429
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.1)


async def attack(port):
    """The other process: tells on stdout what it holds and what it has asked, each second. Attackers are on machines of their own, so it has only the
    time that nobody else wants; that it still asks as often as it should is looked at by whoever started it."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    tally = collections.Counter()
    tasks = [asyncio.create_task(flood(port, "127.2.0.1", FLOOD_PER_S / 10, tally, "refused")) for _ in range(10)]
    # Each of these keeps below the limit, so none of it need be refused.
    tasks += [asyncio.create_task(flood(port, f"127.3.0.{at + 1}", FLOOD_PER_S / 100, tally, "of many")) for at in range(100)]
    for at in range(SLOW):
        tasks.append(asyncio.create_task(slow(port, at, tally)))
        if at % 200 == 199:
            await asyncio.sleep(0.1)
    while True:
        print(tally["slow"], tally["asked"], tally["refused"], flush=True)
        await asyncio.sleep(1)


async def main():
    data = media.mapped(media.broadcast("aac", 20))
    receiver = await Receiver([Channel(1, "Bench", data, media.RATE_BPS)]).start()
    figures = Figures("limits")
    async with Station(receiver.web_port, receiver.stream_port, 1) as station:
        viewer = await Viewer(station.port, station.token, (await station.channels(1))[0]).start()
        going = True
        watching = asyncio.create_task(viewer.watch(lambda: not going))
        await asyncio.sleep(5)
        path = urlsplit(viewer.url).path
        quiet, bad = await innocent(station.port, path, SECONDS)
        other = await asyncio.create_subprocess_exec(sys.executable, __file__, "attack", str(station.port), stdout=asyncio.subprocess.PIPE)
        held = 0
        while held < SLOW * 0.95:
            held = int((await asyncio.wait_for(other.stdout.readline(), 60)).split()[0])
        loud, worse = await innocent(station.port, path, SECONDS)
        other.terminate()
        last = (await other.stdout.read()).decode().strip().splitlines()[-1].split()
        going = False
        await watching
        faults = viewer.faults
        await viewer.stop()
    receiver.stop()
    p99 = lambda times: statistics.quantiles(times, n=100, method="inclusive")[98] * 1000
    rows = [("alone", len(quiet), p99(quiet), max(quiet) * 1000, bad), ("beside them", len(loud), p99(loud), max(loud) * 1000, worse)]
    table(("viewer", "replies", "p99 ms", "most ms", "no 200"), rows)
    print(f"held {held} slow connections; asked {last[1]} times from 101 addresses, {last[2]} times refused to the one that asks too often; parts lost to the viewer: {len(faults)}")
    # About half of it is the one address's.
    if int(last[1]) < SECONDS * FLOOD_PER_S:
        raise RuntimeError(f"the flood asked {last[1]} times, which is less often than it should")
    if int(last[2]) < int(last[1]) * 0.4:
        raise RuntimeError("the flood was not refused")
    figures.tell("p99_ratio", p99(loud) / p99(quiet), "ratio", "≤", 2)
    figures.tell("errors", bad + worse + len(faults), "count", "≤", 0)
    figures.end()


if __name__ == "__main__":
    import resource
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(attack(int(sys.argv[2])) if sys.argv[1:2] == ["attack"] else main())
