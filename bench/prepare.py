"""prepare: how fast films become pieces of own channels (docs/design/performance.md).

A station of its own is given films and a channel that plays them: one that needs nothing but a look at its sound, one whose sound is too loud, and a broadcast in fields that is
coded anew. A film's time goes from when it is first looked at until its piece is whole on the disk, measuring its sound included. Beside it, ffmpeg alone with the very arguments of
the station's child.
"""

import asyncio
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import media
from measure import Figures, table
from station import OUT, Station

FILM_S, LEAD_S, CODED_S = int(os.environ.get("SECONDS", 1200)), 420, 60
LOUDNESS = -23.0


def loudness():
    """Of the benches' music (LUFS)."""
    measured = subprocess.run(["ffmpeg", "-hide_banner", "-nostats", "-f", "lavfi", "-i", media.music(220), "-t", "60", "-af", "ebur128", "-f", "null", "-"],
                              check=True, capture_output=True, text=True).stderr
    return float(re.findall(r"I: +(-?[\d.]+) LUFS", measured)[-1])


def film(path, seconds, louder):
    """1080p25 H.264, a key frame each second, with AAC that is so much louder than programmes are to be (dB)."""
    picture = media.broadcast("aac", 20)
    sound = f"{media.music(220)},volume={LOUDNESS - loudness() + louder:.2f}dB,aformat=channel_layouts=stereo"
    media.ffmpeg("-stream_loop", "-1", "-i", str(picture), "-f", "lavfi", "-i", sound, "-map", "0:v", "-map", "1:a", "-t", str(seconds),
                 "-c:v", "copy", "-c:a", "aac", "-aac_coder", "fast", "-b:a", "128k", str(path))


def films(folder):
    folder.mkdir(parents=True)
    name = lambda number, what: folder / f"Bench - S01E{number:02} - {what}.mkv"
    film(name(1, "lead"), LEAD_S, 0)
    film(name(2, "right"), FILM_S, 0)
    film(name(3, "loud"), FILM_S, 9)
    broadcast = media.broadcast("ac3", CODED_S, "1080i25-mpeg2")
    media.ffmpeg("-i", str(broadcast), "-map", "0", "-c", "copy", str(name(4, "fields")))
    return {what: name(number, what) for number, what in enumerate(("right", "loud", "fields"), 2)}


def children(pid):
    """Command lines of the processes that a station has started."""
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if parent == pid:
                    yield (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
            except OSError:
                pass


class Watch:
    """When a film is first looked at, when its piece is whole, and what made it."""

    def __init__(self, pid, pieces, paths):
        self.pid, self.pieces, self.paths = pid, pieces, paths
        self.begun, self.whole, self.command, self.known = {}, {}, {}, set()

    def look(self):
        now, new = time.monotonic(), {str(path) for path in self.pieces.glob("*/piece.json")} - self.known
        self.known |= new
        for command in children(self.pid):
            for what, path in self.paths.items():
                if any(str(path) in word for word in command):
                    self.begun.setdefault(what, now)
                    if "mpegts" in command:
                        self.command[what] = command[command.index("ffmpeg"):]
        # One is made at a time, so a new one is of the film that was begun last.
        waiting = [what for what in self.command if what not in self.whole]
        if new and waiting:
            self.whole[waiting[0]] = now


async def ours(folder, paths):
    """Seconds that each film has taken, and the command that made it."""
    settings = {"rate_limit": {"enabled": False}, "station": {"prepare.budget": "30GB", "prepare.workers": 1}}
    async with Station(9, 9, 1, settings) as station:
        station.http.token = station._told("token", "create", "--scope", "watch,program,admin").strip()
        watch = Watch(station.process.pid, station.dir / "data" / "prepared", paths)
        document = {"version": 1, "name": "Bench", "simple": {"order": "in_order", "shows": ["Bench"]}}
        for path, body in (("/library/folders", {"name": "Bench", "path": str(folder)}), ("/stations", {"name": "Bench", "number": 500, "document": document})):
            status, _, answer = await station.http.call("POST", f"/api/v1{path}", body)
            assert status < 300, (path, status, answer)
        deadline = time.monotonic() + 3600
        while len(watch.whole) < len(paths):
            watch.look()
            if time.monotonic() > deadline:
                _, _, told = await station.http.call("GET", "/api/v1/stations")
                raise RuntimeError(f"{sorted(watch.whole)} of {sorted(paths)} are prepared: {json.loads(told)}")
            await asyncio.sleep(0.02)
        return {what: watch.whole[what] - watch.begun[what] for what in paths}, watch.command


def alone(command):
    """Seconds that ffmpeg takes with these arguments."""
    began = time.monotonic()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began


async def main():
    figures = Figures("prepare")
    OUT.mkdir(parents=True, exist_ok=True)
    place = pathlib.Path(tempfile.mkdtemp(dir=OUT, prefix="films-"))
    try:
        paths = films(place / "films")
        took, commands = await ours(place / "films", paths)
        # The disk has the films in memory now, for whoever comes second.
        beside = {what: alone(commands[what]) for what in paths}
    finally:
        shutil.rmtree(place)
    seconds = {"right": FILM_S, "loud": FILM_S, "fields": CODED_S}
    words = {"right": "remux, sound as it is to be", "loud": "remux, sound too loud", "fields": "1080i25 MPEG-2 with AC-3 5.1, coded"}
    table(["", "seconds", "× real time", "ffmpeg alone"], [
        [words[what], took[what], seconds[what] / took[what], seconds[what] / beside[what]] for what in paths
    ])
    figures.tell("remux_speed", seconds["right"] / took["right"], "x", "≥", 300)
    figures.tell("encode_ratio", beside["fields"] / took["fields"], "ratio", "≥", 0.95)
    figures.end()


asyncio.run(main())
