"""receiver-calls: what a box is asked, and whether a guide that is read keeps anybody waiting (docs/design/performance.md).

A box of 500 channels in 10 bouquets with a guide of 14 days, which takes a second to begin with a bouquet's guide, as real ones do. Three things: the calls of one refresh;
how long a tune takes until its first byte, quiet and while the guide is read all the time; and an hour (MINUTES) of mixed use by four viewers, in which each question would be
one call at least if nothing were remembered.
"""

import asyncio
import collections
import json
import os
import random
import threading
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, quote, urlsplit

import guide
import media
from measure import Figures, table
from receiver import Channel, Receiver
from station import Station
from viewer import Http

BOUQUETS, SERVICES, DAYS = 10, 50, 14
TUNES = int(os.environ.get("TUNES", 200))
MINUTES = int(os.environ.get("MINUTES", 60))
THINKS_S, TUNE_S = 1.0, 0.05
VIEWERS = 4
#: What one viewer asks in an hour, and of how many channels they are fond.
ZAPS, FOND, WINDOWS, DETAILS, VISITS, LOOKS, LOGOS = 15, 12, 10, 10, 2, 60, 40


class Box(Receiver):
    """Answers for bouquets, and counts the questions."""

    def __init__(self, channels):
        super().__init__(channels, tuners=len(channels))
        self.calls, self.refs, self.guides = collections.Counter(), list(self.channels), {}

    def bouquet(self, at):
        return self.refs[at * SERVICES : (at + 1) * SERVICES]

    def _guide(self, at):
        if at not in self.guides:
            dice, events = random.Random(at), []
            midnight = int(time.time()) // 86400 * 86400
            for ref in self.bouquet(at):
                start = midnight
                while start < midnight + DAYS * 86400:
                    length = dice.choice((1800, 2700, 3600, 5400))
                    events.append({"id": start & 0xFFFF, "sref": ref, "begin_timestamp": start, "duration_sec": length, "title": f"Sendung {start % 997}",
                                   "shortdesc": "Folge", "longdesc": "Was darin geschieht, steht hier in einem Satz oder in zweien. " * 4, "genreid": 48})
                    start += length
            self.guides[at] = json.dumps({"events": events, "result": True}).encode(), events
        return self.guides[at]

    def _number(self, query):
        return int(query.get("bRef", query.get("sRef", ["0"]))[0].rsplit("bench", 1)[-1].split(".")[0])

    def _answer(self, path, query):
        name = path.rsplit("/", 1)[-1]
        self.calls["picon" if "/picon/" in path else name] += 1
        of = lambda at: f'1:7:1:0:0:0:0:0:0:0:FROM BOUQUET "userbouquet.bench{at}.tv" ORDER BY bouquet'
        if "/picon/" in path:
            return PICTURE, b"image/png"
        if name == "bouquets":
            listed = [] if query.get("stype") == ["radio"] else [[of(at), f"Bouquet {at}"] for at in range(BOUQUETS)]
            return json.dumps({"bouquets": listed}).encode(), b"application/json"
        if name == "getservices":
            services = [{"servicereference": ref, "servicename": self.channels[ref].name, "pos": at} for at, ref in enumerate(self.bouquet(self._number(query)))]
            return json.dumps({"services": services, "result": True}).encode(), b"application/json"
        if name == "epgbouquet":
            return self._guide(self._number(query))[0], b"application/json"
        if name == "epgnownext":
            now, on = time.time(), []
            for event in self._guide(self._number(query))[1]:
                if event["begin_timestamp"] <= now + 3600 and event["begin_timestamp"] + event["duration_sec"] > now:
                    on.append(event)
            return json.dumps({"events": on, "result": True}).encode(), b"application/json"
        return super()._answer(path, query)

    async def _web(self, reader, writer):
        """As every receiver, but for a guide it thinks first."""
        try:
            url = urlsplit(await self._target(reader))
            body, kind = self._answer(url.path, parse_qs(url.query))
            if url.path.endswith("epgbouquet"):
                await asyncio.sleep(THINKS_S)
            status = b"200 OK" if body is not None else b"404 Not Found"
            body = body or b""
            writer.write(b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, kind, len(body)))
            for at in range(0, len(body), 1 << 16):
                writer.write(body[at : at + (1 << 16)])
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def started(box):
    """The box in a thread of its own, with its own loop."""
    ready, loop = threading.Event(), asyncio.new_event_loop()

    def live():
        asyncio.set_event_loop(loop)
        loop.run_until_complete(box.start())
        for at in range(BOUQUETS):
            box._guide(at)
        ready.set()
        loop.run_forever()

    threading.Thread(target=live, daemon=True).start()
    ready.wait()


async def refreshed(station, box):
    """Calls of one refresh of the guide, when it has come to its end."""
    before = box.calls.copy()
    status, _, body = await station.http.call("POST", "/api/v1/guide/refresh")
    assert status in (200, 202, 204), (status, body)
    deadline = time.monotonic() + 300
    while box.calls["epgbouquet"] - before["epgbouquet"] < BOUQUETS:
        assert time.monotonic() < deadline, box.calls - before
        await asyncio.sleep(0.1)
    await asyncio.sleep(3)
    return box.calls - before


async def tuned(address):
    """Milliseconds until the first byte of a channel's stream."""
    url, began = urlsplit(address), time.monotonic()
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(f"GET {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: close\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 200 " in head.split(b"\r\n", 1)[0], head
    assert await reader.read(188), "no byte came"
    took = (time.monotonic() - began) * 1000
    writer.close()
    return took


async def tunes(base, ids, dice):
    times = []
    for _ in range(TUNES):
        times.append(await tuned(f"{base}/stream/{dice.choice(ids)}.ts"))
        await asyncio.sleep(dice.uniform(0.05, 0.25))
    return sorted(times)


class Asked:
    """A viewer's questions, counted."""

    def __init__(self, station):
        self.http, self.count = Http(station.port, station.token), 0

    async def get(self, path):
        status, _, body = await self.http.call("GET", f"/api/v1/{path}")
        assert status == 200, (path, status, body[:200])
        self.count += 1
        return json.loads(body) if body.startswith((b"{", b"[")) else body


async def visit(asked, ids, first):
    """The list of channels, and the logos in sight."""
    await asked.get("channels?limit=500")
    for id_ in ids[first : first + LOGOS]:
        await asked.get(f"channels/{id_}/logo")


async def mixed(base, ids, first, asked, seconds):
    """One viewer's hour, in so many seconds: each thing at a random time. The house has seen its logos before."""
    dice = random.Random(first)
    fond = [dice.choice(ids[:150]) for _ in range(FOND)]

    async def channels():
        await asked.get("channels?limit=500")

    async def now():
        await asked.get("guide/now?channels=" + ",".join(ids[first : first + SERVICES]))

    async def window():
        at = dice.randrange(BOUQUETS) * SERVICES
        start = datetime.now(timezone.utc) + timedelta(hours=dice.randrange(48))
        stamp = lambda moment: quote(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
        await asked.get(f"guide?from={stamp(start)}&to={stamp(start + timedelta(hours=6))}&channels={','.join(ids[at : at + 30])}&limit=30")

    async def detail():
        listed = (await asked.get(f"guide?channels={dice.choice(fond)}&limit=1"))["items"]
        if listed and (on := listed[0]["items"]):
            await asked.get(f"programmes/{on[0]['id']}")

    async def zap():
        asked.count += 1
        await tuned(f"{base}/stream/{dice.choice(fond)}.ts")

    plan = [(dice.random(), what) for what, times in ((channels, VISITS), (now, LOOKS), (window, WINDOWS), (detail, DETAILS), (zap, ZAPS)) for _ in range(times)]
    began = time.monotonic()
    for at, what in sorted(plan, key=lambda one: one[0]):
        await asyncio.sleep(max(0, began + at * seconds - time.monotonic()))
        await what()
    await asyncio.sleep(max(0, began + seconds - time.monotonic()))


async def main():
    figures, dice = Figures("receiver-calls"), random.Random(5)
    path = media.broadcast("aac", 60, "180p25")
    data, rate = media.mapped(path), media.rate_bps("180p25")
    box = Box([Channel(at + 1, f"Channel {at + 1}", data, rate, tune_s=TUNE_S) for at in range(BOUQUETS * SERVICES)])
    started(box)
    settings = {"rate_limit": {"enabled": False}, "playback": {"max_sessions": 1000}}
    async with Station(box.web_port, box.stream_port, len(box.refs), settings) as station:
        ids = await station.channels(BOUQUETS * SERVICES)
        while box.calls["epgbouquet"] < BOUQUETS:
            await asyncio.sleep(0.5)
        await asyncio.sleep(5)
        calls = await refreshed(station, box)
        base = (await guide.player(station))["guide_url"].rsplit("/", 1)[0]
        quiet = await tunes(base, ids, dice)
        reading = True

        async def keep_reading():
            while reading:
                await refreshed(station, box)

        task = asyncio.create_task(keep_reading())
        busy = await tunes(base, ids, dice)
        reading = False
        await task
        share = lambda times, part: times[min(len(times) - 1, int(len(times) * part))]
        table(["tune", "p50 ms", "p95 ms", "p99 ms"], [[name, *(share(times, part) for part in (0.5, 0.95, 0.99))] for name, times in (("quiet", quiet), ("refresh", busy))])
        figures.tell("refresh_calls", sum(calls.values()), "count", "≤", 25)
        figures.tell("tune_p99_ratio", share(busy, 0.99) / share(quiet, 0.99), "ratio", "≤", 1.2)
        viewers = [Asked(station) for _ in range(VIEWERS)]
        for at, viewer in enumerate(viewers):
            await visit(viewer, ids, at * SERVICES)
            viewer.count = 0
        # And one of them has a new device.
        before = box.calls.copy()
        await visit(viewers[0], ids, 0)
        await asyncio.gather(*(mixed(base, ids, at * SERVICES, viewer, MINUTES * 60) for at, viewer in enumerate(viewers)))
        questions, used = sum(viewer.count for viewer in viewers), box.calls - before
        background = used["epgnownext"] + used["epgbouquet"] + used["about"] + used["bouquets"] + used["getservices"]
        table(["call", "times"], [[name, times] for name, times in used.most_common()])
        print(f"{questions} questions in {MINUTES} minutes, {sum(used.values())} calls, {background} of them in the background")
        figures.tell("fewer_calls", 1 - sum(used.values()) / questions, "share", "≥", 0.7)
        figures.tell("hit_share", 1 - (sum(used.values()) - background) / questions, "share", "≥", 0.85)
    figures.end()


asyncio.run(main())
