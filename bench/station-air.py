"""station-air: 20 own channels with a viewer each, beside what people run instead (docs/design/performance.md).

Films of 1080p25 H.264 with AAC are prepared before anything is measured; then each viewer fetches every part. Beside it, one ffmpeg per channel that copies the same film
into HLS as fast as it is on, and one that codes it anew as channels of files usually do.
"""

import asyncio
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

import media
from measure import Figures, cpu_s, private_mib, table
from station import OUT, Station
from viewer import Viewer

CHANNELS = int(os.environ.get("CHANNELS", 20))
SECONDS, WARM_S = int(os.environ.get("SECONDS", 60)), 15
FILMS, FILM_S = 4, 240


def films(folder):
    """Films that need no coding: what is measured is what they cost on air."""
    folder.mkdir(parents=True)
    source = media.broadcast("aac", FILM_S)
    for number in range(FILMS):
        target = folder / f"Bench - S01E{number + 1:02}.mkv"
        title = ["-metadata", f"comment={number}"]
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", source, "-t", str(FILM_S - number), "-c", "copy", *title, target], check=True)


async def call(station, method, path, body=None):
    status, _, answer = await station.http.call(method, f"/api/v1{path}", body)
    assert status < 300, (method, path, status, answer)
    return json.loads(answer) if answer else None


async def on_air(station):
    """Makes the channels; waits until each of them is on air and fixed for some minutes."""
    document = lambda name: {"version": 1, "name": name, "simple": {"order": "in_order", "shows": ["Bench"]}}
    for number in range(CHANNELS):
        name = f"Own {number + 1}"
        await call(station, "POST", "/stations", {"name": name, "number": 500 + number, "document": document(name)})
    deadline = time.monotonic() + 600
    while True:
        items = (await call(station, "GET", "/stations"))["items"]
        if all(item["state"] == "on_air" and item["preparation"]["waiting"] + item["preparation"]["running"] == 0 for item in items):
            return [item["channel_id"] for item in items]
        assert time.monotonic() < deadline, [(item["state"], item["preparation"]) for item in items]
        await asyncio.sleep(1)


def children(pid):
    return len(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


async def ours(folder):
    settings = {"rate_limit": {"enabled": False}, "station": {"prepare.budget": "20GB"}, "playback": {"max_sessions": 1000, "max_account_sessions": 0}}
    async with Station(9, 9, 1, settings) as station:
        station.http.token = station._told("token", "create", "--scope", "watch,program,admin").strip()
        await call(station, "POST", "/library/folders", {"name": "Bench", "path": str(folder)})
        ids, pid = await on_air(station), station.process.pid
        await asyncio.sleep(WARM_S)
        before = cpu_s(pid)
        await asyncio.sleep(20)
        idle, quiet = (cpu_s(pid) - before) / 20, private_mib(pid)
        going = True
        viewers = [await Viewer(station.port, station.token, id).start() for id in ids]
        tasks = [asyncio.create_task(viewer.watch(lambda: not going)) for viewer in viewers]
        await asyncio.sleep(WARM_S)
        before, media_s, began = cpu_s(pid), sum(v.media_s for v in viewers), time.monotonic()
        await asyncio.sleep(SECONDS)
        cost, media_s, took = cpu_s(pid) - before, sum(v.media_s for v in viewers) - media_s, time.monotonic() - began
        mib, processes = (private_mib(pid) - quiet) / CHANNELS, children(pid)
        going = False
        await asyncio.gather(*tasks)
        faults = [fault for viewer in viewers for fault in viewer.faults]
        if faults or abs(media_s - took * CHANNELS) > 0.05 * took * CHANNELS:
            raise RuntimeError(f"viewers took {media_s:.0f} s of {took * CHANNELS:.0f} s; {faults[:3]}")
        for viewer in viewers:
            await viewer.stop()
    return cost / took, mib, processes, idle


def peer(film, count, coding):
    """Cores that so many ffmpegs take which put a film on air."""
    out = OUT / "air"
    shutil.rmtree(out, ignore_errors=True)
    running = []
    for number in range(count):
        (out / str(number)).mkdir(parents=True)
        command = ["ffmpeg", "-v", "fatal", "-re", "-stream_loop", "-1", "-i", str(film), *coding, "-f", "hls", "-hls_time", "2", "-hls_flags", "delete_segments", str(out / str(number) / "p.m3u8")]
        running.append(subprocess.Popen(command, stdin=subprocess.DEVNULL))
    time.sleep(10)
    before = cpu_s(*(process.pid for process in running))
    time.sleep(20)
    cores = (cpu_s(*(process.pid for process in running)) - before) / 20
    for process in running:
        process.kill()
        process.wait()
    shutil.rmtree(out)
    return cores


async def main():
    figures = Figures("station-air")
    OUT.mkdir(parents=True, exist_ok=True)
    place = pathlib.Path(tempfile.mkdtemp(dir=OUT, prefix="films-"))
    try:
        films(place / "films")
        cores, mib, processes, idle = await ours(place / "films")
        film = next((place / "films").iterdir())
        copy = peer(film, CHANNELS, ["-c", "copy"])
        coded = peer(film, 1, ["-c:v", "libx264", "-preset", "veryfast", "-c:a", "aac"])
    finally:
        shutil.rmtree(place)
    table(["", "cores", "a channel"], [
        [f"ours, {CHANNELS} channels with a viewer each", cores, cores / CHANNELS],
        ["ours, nobody watches", idle, idle / CHANNELS],
        [f"ffmpeg -c copy, {CHANNELS}", copy, copy / CHANNELS],
        ["ffmpeg x264 veryfast, 1", coded, coded],
    ])
    figures.tell("cores", cores, "cores", "≤", 0.2)
    figures.tell("channel_mib", mib, "MiB", "≤", 2)
    figures.tell("processes", processes, "count", "≤", 0)
    figures.end()


asyncio.run(main())
