"""What airs on channels of one's own is what was said: to the picture, and in sound and sequence (docs/design/judges.md).

Films whose pictures carry their numbers (bench/reels.py) are on three channels. All segments of a minute or so are fetched as a player does, and ffmpeg, which knows nothing
of the station, decodes them. Judged: which picture stands at which time, beside the timeline and the guide; that all pictures of a film are there, each once; that beeps are
where flashes are; and a stream without segments. The last line counts: `N passed, N failed`. Usage: judge_own.py [TELECAST-BINARY]
"""

import asyncio
import datetime
import os
import pathlib
import subprocess
import sys
import time
import urllib.request
from urllib.parse import urljoin, urlsplit

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
if len(sys.argv) > 1:
    os.environ["TELECAST_BIN"] = sys.argv[1]
import reels
from own import call, channels
from station import Station
from viewer import Viewer, attributes

FILMS, CHANNELS = 24, 3
WATCHED_S = int(os.environ.get("SECONDS", 70))
#: ffmpeg adds to the times of pictures in CMAF what the lowest composition offset is below 0, and only there; in transport streams it takes them as they are.
CLIENT = {"containers": ["ts"], "video": ["avc1"], "audio": ["mp4a.40.2"], "hls": "standard"}
#: Where a film needs more pictures ahead than the one before, its decoding times step back, and ffmpeg leaves out up to two pictures at the join.
STEP_S = 0.13
#: What was due before all was prepared may begin late.
SETTLED_S = 10
verdicts = []


def verdict(subject, figures, good):
    verdicts.append(bool(good))
    print(f"| {'ok' if good else 'FAIL'} | {subject} | {figures} |", flush=True)


def moment(text):
    return datetime.datetime.fromisoformat(text).timestamp()


class Rendition:
    """A media playlist and all of its segments, as they come."""

    def __init__(self, viewer, url):
        self.viewer, self.url, self.maps, self.segments = viewer, url, {}, {}

    async def get(self, url):
        status, _, body = await self.viewer.http.call("GET", url)
        assert status == 200, (url, status, body[:300])
        return body

    async def look(self):
        sequence, duration, wall, gap, map_url = 0, 0.0, None, False, None
        for line in (await self.get(self.url)).decode().splitlines():
            tag, _, rest = line.partition(":")
            if tag == "#EXT-X-MEDIA-SEQUENCE":
                sequence = int(rest)
            elif tag == "#EXTINF":
                duration = float(rest.split(",")[0])
            elif tag == "#EXT-X-PROGRAM-DATE-TIME":
                wall = moment(rest)
            elif tag == "#EXT-X-DISCONTINUITY":
                gap = True
            elif tag == "#EXT-X-MAP":
                map_url = urljoin(self.url, attributes(rest)["URI"])
            elif line and not line.startswith("#"):
                if sequence not in self.segments:
                    if map_url and map_url not in self.maps:
                        self.maps[map_url] = await self.get(map_url)
                    data = await self.get(urljoin(self.url, line))
                    self.segments[sequence] = {"wall": wall, "length": duration, "gap": gap, "map": map_url, "data": data}
                sequence, wall, gap = sequence + 1, (wall + duration if wall else None), False


async def watch(station, channel):
    """Picture and sound of a channel, for a while."""
    viewer = await Viewer(station.port, station.token, channel["channel_id"]).start(CLIENT)
    master = urlsplit(viewer.session["playlist_url"]).path
    status, _, body = await viewer.http.call("GET", master)
    assert status == 200, body
    names = [line for line in body.decode().splitlines() if line and not line.startswith("#")]
    sounds = [attributes(line.partition(":")[2])["URI"] for line in body.decode().splitlines() if line.startswith("#EXT-X-MEDIA") and "TYPE=AUDIO" in line and "URI" in line]
    picture, sound = Rendition(viewer, urljoin(master, names[0])), Rendition(viewer, urljoin(master, sounds[0])) if sounds else None
    until = time.monotonic() + WATCHED_S
    while time.monotonic() < until:
        for rendition in filter(None, (picture, sound)):
            await rendition.look()
        await viewer.control.call("POST", f"/api/v1/sessions/{viewer.session['id']}/heartbeat")
        await asyncio.sleep(1)
    await viewer.stop()
    return picture, sound


def stretches(rendition):
    """Segments between discontinuities, as bytes that decode: {first sequence: (wall time, bytes)}; and by how much (s) a segment is not where the one before ends."""
    out, off, over = {}, 0.0, None
    for sequence in sorted(rendition.segments):
        segment = rendition.segments[sequence]
        if over is None or segment["gap"]:
            first = sequence
            out[first] = [segment["wall"], rendition.maps.get(segment["map"], b"")]
        out[first][1] += segment["data"]
        if over is not None:
            off = max(off, abs(over - segment["wall"]))
        over = segment["wall"] + segment["length"]
    del out[min(out)]  # somebody came in its middle: it need not begin with a picture that can be decoded alone
    return out, off


def shown(stretches):
    """[(wall time, film, picture, flash)]."""
    out = []
    for wall, data in stretches.values():
        pictures = reels.read(data)
        first = min(told[0] for told in pictures)
        out += [(wall + told[0] - first, *told[1:]) for told in pictures]
    return sorted(out)


def judge_pictures(name, pictures, slots, since):
    """Each film that was watched as a whole: its pictures, and when each is on."""
    whole, worst, missing = 0, 0.0, []
    for slot in slots:
        start, over = moment(slot["start"]), moment(slot["end"])
        if slot["kind"] != "item" or start < max(since + SETTLED_S, pictures[0][0]) or over > pictures[-1][0]:
            continue
        film, step = slot["film"], 1 / reels.rate(slot["film"])
        mine = [told for told in pictures if start - 1 < told[0] < over + 1 and told[1] == film]
        numbers = [told[2] for told in mine]
        if numbers != list(range(round((over - start) / step))):
            missing.append((slot["start"], film, len(numbers), numbers[:3], numbers[-3:]))
        worst, whole = max([worst, *(abs(told[0] - start - told[2] * step) for told in mine)]), whole + 1
    verdict(f"{name}: films of the timeline, each picture once", f"{whole} films, {missing[:2] or 'all there'}", whole > 3 and not missing)
    verdict(f"{name}: when a picture is on", f"{worst * 1000:.1f} ms off at most", whole and worst < 0.0025)
    return whole


def judge_sound(name, pictures, sounds):
    """Beeps beside flashes, in media time of each stretch: both renditions have one clock."""
    worst, seen = 0.0, 0
    for first, (_, data) in pictures.items():
        if first not in sounds:
            continue
        told, heard = reels.read(data), reels.beeps(sounds[first][1])
        flashes = [at for (at, _, _, flash), (_, _, _, before) in zip(told[1:], told) if flash and not before]
        for flash in flashes:
            if near := [abs(beep - flash) for beep in heard if abs(beep - flash) < 0.4]:
                worst, seen = max(worst, min(near)), seen + 1
    verdict(f"{name}: beeps beside flashes", f"{seen} pairs, {worst * 1000:.0f} ms apart at most", seen > 10 and worst <= 0.04)


def judge_order(name, picture, joins):
    sequences = sorted(picture.segments)
    gaps = sum(picture.segments[sequence]["gap"] for sequence in sequences)
    verdict(f"{name}: sequences without a hole, a discontinuity at each join", f"{len(sequences)} segments, {gaps} discontinuities", sequences == list(range(sequences[0], sequences[-1] + 1)) and gaps >= joins - 1)


def judge_stream(name, url, token):
    """A stream without segments, as VLC and Plex take it."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    data, until = b"", time.monotonic() + 30
    with urllib.request.urlopen(request) as stream:
        while time.monotonic() < until:
            data += stream.read(1 << 16)
    wrong, counters = [], {}
    # The two tables that are put before everything are numbered by themselves.
    for at in range(2 * 188, len(data) - 187, 188):
        pid, control = (data[at + 1] & 0x1F) << 8 | data[at + 2], data[at + 3]
        if data[at] != 0x47:
            wrong.append((at, "sync"))
        if control & 0x10 and pid != 0x1FFF:
            if pid in counters and control & 15 != counters[pid] + 1 & 15:
                wrong.append((at // 188, hex(pid), counters[pid], control & 15))
            counters[pid] = control & 15
    told = reels.read(data)
    steps = [after - before for (before, *_), (after, *_) in zip(told, told[1:])]
    joins = sum(one[1] != other[1] for one, other in zip(told, told[1:]))
    decoded = subprocess.run(["ffmpeg", "-v", "error", "-i", "pipe:0", "-map", "0", "-f", "null", "-"], input=data, capture_output=True).stderr.decode().splitlines()
    verdict(f"{name}: a stream without segments", f"{len(told)} pictures, {joins} joins, longest step {max(steps) * 1000:.0f} ms, {wrong[:3] or 0} packets out of order, {decoded[:1] or 'nothing'} said by ffmpeg", joins > 1 and max(steps) < STEP_S and min(steps) > 0 and not wrong)


async def main():
    folder = reels.reels(FILMS)
    async with Station(9, 9, 1, {"rate_limit": {"enabled": False}}) as station:
        items = await channels(station, folder, CHANNELS, "in_order", "shuffle", "weighted")
        since = time.time()
        watched = await asyncio.gather(*(watch(station, item) for item in items))
        for item, (picture, sound) in zip(items, watched):
            window = [datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat().replace("+00:00", "Z") for at in (since - 120, time.time() + 10)]
            slots = (await call(station, "GET", f"/stations/{item['id']}/timeline?from={window[0]}&to={window[1]}"))["slots"]
            for slot in slots:
                if slot["item_id"] is not None:
                    slot["film"] = (await call(station, "GET", f"/library/items/{slot['item_id']}"))["episode"] - 1
            (seen, off), (heard, _) = stretches(picture), stretches(sound or picture)
            pictures = await asyncio.to_thread(shown, seen)
            joins = judge_pictures(item["name"], pictures, slots, since)
            verdict(f"{item['name']}: segments follow each other in time", f"{off * 1000:.1f} ms apart at most", off < 0.002)
            judge_order(item["name"], picture, joins)
            await asyncio.to_thread(judge_sound, item["name"], seen, heard)
        await asyncio.to_thread(judge_stream, items[0]["name"], f"http://127.0.0.1:{station.port}/iptv/stream/{items[0]['channel_id']}", station.token)
    print(f"{sum(verdicts)} passed, {len(verdicts) - sum(verdicts)} failed")
    sys.exit(not all(verdicts))


asyncio.run(main())
