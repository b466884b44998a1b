"""remux: live transport streams to HLS, ours against one ffmpeg per stream (docs/design/performance.md).

Three turns of 20 paced streams for 60 s each way (FULL=1: 300 s), then the same input as fast as it is taken. One
low-latency viewer per stream fetches every part; only the server's CPU is counted. Unpaced, the viewer asks by HEAD, so
that parts are made but not sent, and the source waits for it: no part goes by unmade.
"""

import asyncio
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time

import media
from measure import Figures, cpu_s, private_mib, table
from peers import peers_cpu_s
from receiver import Channel, Receiver
from station import OUT, Station
from viewer import Viewer

FULL = os.environ.get("FULL") == "1"
STREAMS = int(os.environ.get("STREAMS", 20))
TURNS, SECONDS, WARM_S = int(os.environ.get("TURNS", 3)), 300 if FULL else int(os.environ.get("SECONDS", 60)), 10
AHEAD_S = 8  # media seconds that the unpaced source may be ahead of the viewer


def touch_memory():
    """On a virtual machine the first use of each page is dear, and falls on whoever writes the first tape or segment; so
    all pages that the turns will fill are used once before them."""
    import mmap
    size = min(STREAMS * media.RATE_BPS // 8 * (SECONDS + 60) * 2, os.sysconf("SC_AVPHYS_PAGES") * mmap.PAGESIZE // 2)
    with mmap.mmap(-1, size) as memory:
        for at in range(0, size, mmap.PAGESIZE):
            memory[at] = 1


def channels(data, count):
    step = media.RATE_BPS / 8 * 0.37  # each begins at another place in the group of pictures
    return [Channel(i + 1, f"Bench {i + 1}", data, media.RATE_BPS, start=int(i * step)) for i in range(count)]


async def ours(data):
    """CPU-seconds of `SECONDS` with all streams; MiB per further stream; seconds of media that viewers took."""
    receiver = await Receiver(channels(data, STREAMS)).start()
    async with Station(receiver.web_port, receiver.stream_port, STREAMS) as station:
        ids, pid, going = await station.channels(STREAMS), station.process.pid, True
        viewers = [Viewer(station.port, station.token, id) for id in ids]
        tasks = []
        for viewer in viewers:
            await viewer.start()
            tasks.append(asyncio.create_task(viewer.watch(lambda: not going)))
            if viewer is viewers[0]:
                await asyncio.sleep(WARM_S + (300 if FULL else 20))
                single = private_mib(pid)
        await asyncio.sleep(WARM_S)
        before, media_s, began = cpu_s(pid), sum(v.media_s for v in viewers), time.monotonic()
        await asyncio.sleep(SECONDS)
        cost, media_s, took = cpu_s(pid) - before, sum(v.media_s for v in viewers) - media_s, time.monotonic() - began
        per_stream = (private_mib(pid) - single) / (STREAMS - 1)
        going = False
        await asyncio.gather(*tasks)
        faults = [fault for viewer in viewers for fault in viewer.faults]
        if faults or abs(media_s - took * STREAMS) > 0.03 * took * STREAMS:
            raise RuntimeError(f"viewers took {media_s:.0f} s of {took * STREAMS:.0f} s; {faults[:3]}")
        for viewer in viewers:
            await viewer.stop()
    receiver.stop()
    return cost * SECONDS / took, per_stream


def hls(url, out):
    out.mkdir(parents=True)
    return subprocess.Popen(["ffmpeg", "-v", "fatal", "-i", url, "-c", "copy", "-f", "hls", "-hls_time", "2", str(out / "p.m3u8")],
                            stdin=subprocess.DEVNULL)


async def peers(data):
    return await peers_cpu_s(channels(data, STREAMS), ["-c", "copy"], WARM_S, SECONDS)


async def unpaced_ours(data):
    """MB per CPU-second of one stream as fast as it is taken, every part made."""
    viewer, byte_rate = None, media.RATE_BPS / 8

    async def gate(at):
        while at >= (most := int((viewer.media_s + AHEAD_S) * byte_rate)):
            await asyncio.sleep(0.0005)
        return min(most, at + (1 << 20))

    receiver = await Receiver([Channel(1, "Bench", data, media.RATE_BPS, gate=gate)]).start()
    async with Station(receiver.web_port, receiver.stream_port, 1) as station:
        id, pid = (await station.channels(1))[0], station.process.pid
        viewer = await Viewer(station.port, station.token, id, method="HEAD").start()
        before, whole = cpu_s(pid), len(data) / byte_rate - AHEAD_S
        await viewer.watch(lambda: viewer.media_s >= whole)
        cost, done = cpu_s(pid) - before, viewer.media_s * byte_rate
        if viewer.faults:
            raise RuntimeError(f"parts were lost: {viewer.faults[:3]}")
        await viewer.stop()
    receiver.stop()
    return done / cost / 1e6


async def unpaced_peer(data):
    async def gate(at):
        return at + (1 << 20)

    channel = Channel(1, "Bench", data, media.RATE_BPS, gate=gate)
    receiver = await Receiver([channel]).start()
    out = OUT / "peer"
    shutil.rmtree(out, ignore_errors=True)
    process = hls(f"http://127.0.0.1:{receiver.stream_port}/{channel.ref}", out)
    _, _, used = await asyncio.to_thread(os.wait4, process.pid, 0)
    cost = used.ru_utime + used.ru_stime
    receiver.stop()
    shutil.rmtree(out)
    return len(data) / cost / 1e6


async def main():
    data, figures, rows, memory = media.mapped(media.broadcast("aac", 700 if FULL else 180)), Figures("remux"), [], []
    touch_memory()
    for turn in range(TURNS):
        mine, mib = await ours(data)
        theirs = await peers(data)
        per_minute = 60 / SECONDS / STREAMS
        rows.append((turn + 1, mine * per_minute, theirs * per_minute, mine / theirs, mib))
        memory.append(mib)
    table(("turn", "ours CPU-s/stream-min", "ffmpeg", "ratio", "MiB/further stream"), rows)
    speeds = [(turn + 1, mine := await unpaced_ours(data), theirs := await unpaced_peer(data), mine / theirs) for turn in range(TURNS)]
    table(("turn", "ours MB/CPU-s unpaced", "ffmpeg", "ratio"), speeds)
    figures.tell("cpu_ratio", statistics.median(row[3] for row in rows), "ratio", "≤", 0.4)
    figures.tell("stream_mib", statistics.median(memory), "MiB", "≤", 8)
    figures.tell("unpaced_ratio", statistics.median(row[3] for row in speeds), "ratio", "≥", 2)
    figures.end()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    sys.exit(asyncio.run(main()))
