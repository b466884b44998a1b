"""transcode: what sound and pictures cost that are coded anew, beside ffmpeg doing the same (docs/design/performance.md).

Sound: channels of 1080p25 with AC-3 5.1, paced; ours with its children against one `ffmpeg -c:v copy -c:a aac -f hls` each.
Pictures: 1080i25 to 720 lines of H.264, as fast as it goes, from MPEG-2 and from H.264. The source waits for the viewer, so that
nothing is left out; the peer is ffmpeg alone with the very arguments that our child had, on the same bytes.
"""

import asyncio
import json
import os
import pathlib
import resource
import statistics
import subprocess
import time

import media
from measure import Figures, cpu_s, table
from peers import peers_cpu_s
from receiver import Channel, Receiver
from station import Station
from viewer import CLIENT, Viewer

STREAMS = int(os.environ.get("STREAMS", 8))
TURNS, SECONDS, WARM_S = int(os.environ.get("TURNS", 3)), int(os.environ.get("SECONDS", 60)), 10
LINES = 720
#: Media seconds that the source may be ahead of the coded pictures: less than what makes the station go on at the edge.
AHEAD_S = 8
PICTURES = ("1080i25-mpeg2", "1080i25")


def children(pid):
    return [int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


def tree_cpu_s(pid):
    """Of a process, its children that run, and those that have ended."""
    return cpu_s(pid, *children(pid))


def channels(data):
    step = media.RATE_BPS / 8 * 0.37
    return [Channel(i + 1, f"Bench {i + 1}", data, media.RATE_BPS, start=int(i * step)) for i in range(STREAMS)]


async def sound_ours(data):
    receiver = await Receiver(channels(data)).start()
    async with Station(receiver.web_port, receiver.stream_port, STREAMS) as station:
        viewers = [Viewer(station.port, station.token, id) for id in await station.channels(STREAMS)]
        going, pid = True, station.process.pid
        for viewer in viewers:
            await viewer.start()
        tasks = [asyncio.create_task(viewer.watch(lambda: not going)) for viewer in viewers]
        await asyncio.sleep(WARM_S)
        before, media_s, began = tree_cpu_s(pid), sum(v.media_s for v in viewers), time.monotonic()
        await asyncio.sleep(SECONDS)
        cost, took = tree_cpu_s(pid) - before, time.monotonic() - began
        media_s, filters = sum(v.media_s for v in viewers) - media_s, len(children(pid))
        going = False
        await asyncio.gather(*tasks)
        faults = [fault for viewer in viewers for fault in viewer.faults]
        if faults or filters != STREAMS or abs(media_s - took * STREAMS) > 0.1 * took * STREAMS:
            raise RuntimeError(f"{filters} filters, viewers took {media_s:.0f} s of {took * STREAMS:.0f} s; {faults[:3]}")
        for viewer in viewers:
            await viewer.stop()
    receiver.stop()
    return cost / took * 60 / STREAMS


async def sound_peer(data):
    codecs = ["-c:v", "copy", "-c:a", "aac", "-ac", "2", "-b:a", "160k"]
    return await peers_cpu_s(channels(data), codecs, WARM_S, SECONDS) / SECONDS * 60 / STREAMS


async def picture_ours(picture, data):
    """Media seconds coded per second and per CPU-second, and the child's arguments."""
    viewer, rate, gone = None, media.rate_bps(picture) / 8, 0.0

    async def gate(at):
        while at >= (most := int((viewer.media_s + AHEAD_S) * rate) // media.PACKET * media.PACKET):
            await asyncio.sleep(0.002)
        return min(most, at + (1 << 20))

    receiver = await Receiver([Channel(1, "Bench", data, media.rate_bps(picture), gate=gate)]).start()
    async with Station(receiver.web_port, receiver.stream_port, 1) as station:
        pid = station.process.pid
        viewer = Viewer(station.port, station.token, (await station.channels(1))[0], method="HEAD")
        await proven(pid)
        await viewer.start({**CLIENT, "max_height": LINES})
        plan = await planned(viewer)
        if plan["video"]["action"] != "transcode":
            raise RuntimeError(f"{picture} is not coded anew: {plan}")
        whole, begun = len(data) / rate - AHEAD_S - 1, []

        def done():
            if viewer.media_s >= 2 and not begun:  # its filter runs
                begun.extend((time.monotonic(), tree_cpu_s(pid), viewer.media_s, arguments(pid)))
            return viewer.media_s >= whole

        await asyncio.wait_for(viewer.watch(done), 600)
        began, before, first, coder = begun
        gone, took, cost = viewer.media_s - first, time.monotonic() - began, tree_cpu_s(pid) - before
        if viewer.faults:
            raise RuntimeError(f"parts were lost: {viewer.faults[:3]}")
        await viewer.stop()
    receiver.stop()
    return gone / took, gone / cost, coder


async def planned(viewer):
    """How the station plays it."""
    _, _, body = await viewer.control.call("GET", f"/api/v1/sessions/{viewer.session['id']}?wait_s=30")
    return json.loads(body)["plan"]


async def proven(pid):
    """The station first tries what the machine can code; that is no cost of a stream."""
    await asyncio.sleep(1)
    while children(pid):
        await asyncio.sleep(0.2)


def arguments(pid):
    """The command of the child that codes pictures."""
    for child in children(pid):
        words = pathlib.Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")[:-1]
        if "-force_key_frames" in words:
            return words
    raise RuntimeError("no child codes pictures")


def picture_peer(picture, path, command):
    """The same arguments alone: media seconds per second and per CPU-second."""
    began = time.monotonic()
    with open(path, "rb") as data:
        process = subprocess.Popen(command, stdin=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        taken = 0
        while piece := process.stdout.read1(1 << 18):
            taken += len(piece)
    _, status, used = os.wait4(process.pid, 0)
    if status or taken < 100_000:
        raise RuntimeError(f"ffmpeg alone ended with {status} after {taken} bytes")
    seconds = path.stat().st_size / (media.rate_bps(picture) / 8)
    return seconds / (time.monotonic() - began), seconds / (used.ru_utime + used.ru_stime)


async def main():
    figures, rows = Figures("transcode"), []
    data = media.mapped(media.broadcast("ac3", -(-(SECONDS + 40) // 60) * 60))
    for turn in range(TURNS):
        mine, theirs = await sound_ours(data), await sound_peer(data)
        rows.append((turn + 1, mine, theirs, mine / theirs))
    table(("turn", "AC-3 to AAC: ours CPU-s/stream-min", "ffmpeg", "ratio"), rows)
    pictures = []
    for picture in PICTURES:
        path = media.broadcast("aac", min(60, max(20, SECONDS)), picture)
        data = media.mapped(path)
        for turn in range(TURNS):
            speed, per_cpu, command = await picture_ours(picture, data)
            alone, alone_cpu = await asyncio.to_thread(picture_peer, picture, path, command)
            pictures.append((picture, turn + 1, speed, alone, speed / alone, per_cpu / alone_cpu))
    table(("picture", "turn", "ours x real time", "ffmpeg alone", "ratio", "ratio by CPU"), pictures)
    figures.tell("audio_ratio", statistics.median(row[3] for row in rows), "ratio", "≤", 0.9)
    worst = min(statistics.median(row[4] for row in pictures if row[0] == picture) for picture in PICTURES)
    figures.tell("video_ratio", worst, "ratio", "≥", 0.95)
    figures.end()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    asyncio.run(main())
