"""The guide for benches: a list of channels and an XMLTV file as large as real ones get, and a station that has read the list."""

import asyncio
import codecs
import contextlib
import datetime
import json
import pathlib
import random
import re
import time

from measure import cpu_s, private_mib
from station import OUT, Station

CHANNELS, PROGRAMMES = 10_000, 1_000_000
#: Bytes of the file, which is what the peer was measured with.
BYTES = 493_000_000
GENRES = ["Movie", "Series", "News", "Sports", "Kids", "Documentary", "Show", "Music", "Spielfilm", "Krimi", "Magazin"]
SYLLABLES = "ber lin ham burg kö nig wald see stra ße licht turm ne bel som mer win ter haus boot flug zeit rei se spiel land".split()


def vocabulary(dice, count=40_000):
    """Words, the frequent ones first."""
    words = {}
    while len(words) < count:
        words["".join(dice.choices(SYLLABLES, k=dice.randint(1, 4)))] = None
    return list(words)


def write(path, channels=CHANNELS, programmes=PROGRAMMES, size=BYTES, seed=1):
    """An XMLTV file; the same for the same day. Each channel's programmes follow each other."""
    dice = random.Random(seed)
    words = vocabulary(dice)
    # A few words are most of a text, most words are rare.
    common = [words[min(len(words) - 1, int(dice.paretovariate(0.7)))] for _ in range(200_000)]
    sentence = lambda count: " ".join(common[(at := dice.randrange(len(common) - count)) : at + count])
    midnight = datetime.datetime.combine(datetime.date.today(), datetime.time(), datetime.timezone.utc)
    stamp = lambda at: at.strftime("%Y%m%d%H%M%S +0000")
    each, written = programmes // channels, 0
    with open(path, "w", encoding="utf-8", buffering=1 << 20) as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<tv generator-info-name="bench">\n')
        for number in range(channels):
            out.write(f'<channel id="c{number}"><display-name>Channel {number}</display-name></channel>\n')
        for number in range(channels):
            start = midnight
            for _ in range(each):
                end = start + datetime.timedelta(minutes=dice.choice((30, 45, 60, 90)))
                genre = dice.choice(GENRES)
                head = (
                    f'<programme start="{stamp(start)}" stop="{stamp(end)}" channel="c{number}">'
                    f'<title lang="de">{sentence(3).title()} &amp; mehr</title><sub-title lang="de">{sentence(4).title()}</sub-title><desc lang="de">'
                )
                tail = (
                    f'.</desc><category lang="en">{genre}</category><episode-num system="onscreen">S{dice.randint(1, 9):02}E{dice.randint(1, 24):02}</episode-num>'
                    f"</programme>\n"
                )
                room = size // programmes - len(head.encode()) - len(tail.encode())
                text = sentence(48).capitalize().encode()[: max(20, room)].decode("utf-8", "ignore").rstrip()
                out.write(head + text + tail)
                start = end
                written += 1
        out.write("</tv>\n")
    return written


def write_list(path, channels=CHANNELS):
    with open(path, "w", encoding="utf-8") as out:
        out.write("#EXTM3U\n")
        for number in range(channels):
            out.write(f'#EXTINF:-1 tvg-id="c{number}" group-title="Group {number // 100}",Channel {number}\nhttp://127.0.0.1:9/{number}.ts\n')


EMPTY = '<?xml version="1.0" encoding="UTF-8"?>\n<tv></tv>\n'


@contextlib.asynccontextmanager
async def station(channels=CHANNELS):
    """A station that knows the list and an empty guide, and where that guide lies."""
    OUT.mkdir(parents=True, exist_ok=True)
    folder = OUT / "guide"
    folder.mkdir(exist_ok=True)
    lineup, guide = folder / "list.m3u", folder / "guide.xml"
    write_list(lineup, channels)
    guide.write_text(EMPTY)
    settings = {"guide": {"xmltv": [str(guide)]}, "rate_limit": {"enabled": False}}
    receiver = {"name": "List", "kind": "m3u", "url": lineup.as_uri()}
    async with Station(settings=settings, receiver=receiver) as running:
        await running.channels(1)
        await settled(running)
        yield running, guide


async def file_state(running):
    status, _, body = await running.http.call("GET", "/api/v1/guide/sources")
    assert status == 200, body
    return next(item for item in json.loads(body)["items"] if item["kind"] == "configuration")


async def settled(running):
    """Until the guide has been read, and nothing is done any more."""
    while (state := await file_state(running))["reading"] is not None or state["read"] is None:
        await asyncio.sleep(0.1)
    while True:
        before = cpu_s(running.process.pid)
        await asyncio.sleep(1)
        if cpu_s(running.process.pid) - before <= 0.03:
            return state


async def refresh(running):
    """Reads the guide again: (CPU seconds, seconds, peak of private memory in MiB, the file's state afterwards)."""
    pid, before = running.process.pid, (await file_state(running))["read"]
    cpu, began, peak = cpu_s(pid), time.monotonic(), private_mib(pid)
    status, _, body = await running.http.call("POST", "/api/v1/guide/refresh")
    assert status in (200, 202, 204), (status, body)
    while True:
        await asyncio.sleep(0.25)
        peak = max(peak, private_mib(pid))
        state = await file_state(running)
        if state["reading"] is None and state["read"] != before:
            assert not state["failed"], state
            return cpu_s(pid) - cpu, time.monotonic() - began, peak, state


async def player(running, kind="other"):
    """The address of a player of that kind: where its list and its guide are."""
    status, _, body = await running.http.call("POST", "/api/v1/account/players", {"name": "bench", "kind": kind})
    assert status == 201, (status, body)
    return json.loads(body)


def programmes(stream):
    """Each programme of an XMLTV file that has one in a line or more, as text; and the names of its channels by id."""
    text, names, decoder = "", {}, codecs.getincrementaldecoder("utf-8")()
    for piece in iter(lambda: stream.read(1 << 20), b""):
        text += decoder.decode(piece)
        *whole, text = text.split("</programme>")
        for one in whole:
            head, _, body = one.partition("<programme ")
            for id_, name in re.findall(r'<channel id="([^"]*)">\s*<display-name[^>]*>([^<]*)<', head):
                names[id_] = name
            yield names, body
