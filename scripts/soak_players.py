"""Players of a soak: they zap at random, take what comes, and note what must never come."""

import asyncio
import collections
import json
import re
import time
from urllib.parse import urlsplit

from viewer import CLIENT, Viewer

KINDS = {  # name: (share, what the client says)
    "low latency": (66, CLIENT),
    "standard": (10, {**CLIENT, "hls": "standard"}),
    "transport stream": (8, {**CLIENT, "containers": ["ts"], "hls": "standard"}),
    "raw": (8, {**CLIENT, "containers": ["ts"], "hls": "none", "video": ["*"], "audio": ["*"]}),
    "small": (2, {**CLIENT, "max_height": 360}),
    "gone at once": (4, CLIENT),
    "never says goodbye": (2, CLIENT),
}
ANSWER_S = 45  # a blocking request waits 12 s, a start up to 25 s; beyond this it hangs
POLL_S = 1


class Player:
    def __init__(self, port, token, ids, dice, dwell_s, refused_s, tally):
        self.port, self.token, self.ids, self.dice, self.tally = port, token, ids, dice, tally
        self.dwell_s, self.refused_s = dwell_s, refused_s

    async def live(self, going):
        while going():
            kind = self.dice.choices(list(KINDS), [share for share, _ in KINDS.values()])[0]
            viewer = Viewer(self.port, self.token, self.dice.choice(self.ids))
            try:
                await self.zap(viewer, kind, self.dice.uniform(*self.dwell_s))
            except TimeoutError:
                self.tally["BAD no answer", kind] += 1
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                self.tally[f"BAD {type(error).__name__}", kind] += 1
            except RuntimeError as error:  # a status that says no
                self.tally[refusal(str(error)), kind] += 1
                await self.why(viewer)
                await asyncio.sleep(self.dice.uniform(*self.refused_s))
            finally:
                await self.leave(viewer, kind)
            self.tally["zaps", kind] += 1
            await asyncio.sleep(0.05)

    async def why(self, viewer):
        """Notes why a session is over."""
        if viewer.session is None:
            return
        try:
            call = viewer.control.call("GET", f"/api/v1/sessions/{viewer.session['id']}")
            status, _, body = await asyncio.wait_for(call, ANSWER_S)
        except (ConnectionError, asyncio.IncompleteReadError, TimeoutError) as error:
            self.tally[f"BAD {type(error).__name__} when asked why", "all"] += 1
            return
        told = json.loads(body) if status == 200 else {}
        self.tally[f"why: {told.get('state', status)}", (told.get("reason") or {}).get("code", "no reason")] += 1

    async def zap(self, viewer, kind, dwell_s):
        await asyncio.wait_for(viewer.start(KINDS[kind][1]), ANSWER_S)
        if kind == "gone at once":
            return
        until = time.monotonic() + dwell_s
        if kind == "raw":
            await self.read(viewer, until)
            return
        await asyncio.wait_for(viewer.open(), ANSWER_S)
        beat, first = time.monotonic(), True
        while first or time.monotonic() < until:
            if kind == "low latency" or kind == "small":
                await asyncio.wait_for(viewer.reload(), ANSWER_S)
                await asyncio.wait_for(viewer.fetch_new(), ANSWER_S)
            else:
                await asyncio.wait_for(self.poll(viewer), ANSWER_S)
                await asyncio.sleep(POLL_S)
            if first:
                self.tally["played", kind] += 1
            first = False
            if time.monotonic() - beat > viewer.session["heartbeat_s"] / 2:
                beat = time.monotonic()
                await asyncio.wait_for(viewer.control.call("POST", f"/api/v1/sessions/{viewer.session['id']}/heartbeat"), ANSWER_S)

    async def poll(self, viewer):
        status, _, body = await viewer.http.call("GET", viewer.url)
        if status != 200:
            raise RuntimeError(f"playlist: {status} {body[:600]}")
        viewer.playlist.read(body.decode())
        for name in sorted(set(viewer.playlist.segments) - viewer.taken)[-2:]:
            status, _, _ = await viewer.http.call("GET", viewer.url.rsplit("/", 1)[0] + "/" + viewer.playlist.segments[name][1])
            viewer.taken.add(name)
            self.tally[f"segment {status}", "all"] += status != 200

    async def read(self, viewer, until):
        """The raw stream, until there is no more or it is enough."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        try:
            writer.write(f"GET {urlsplit(viewer.session['stream_url']).path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
            piece = await asyncio.wait_for(reader.read(1 << 16), ANSWER_S)
            status = int(piece[9:12])
            if status != 200:
                raise RuntimeError(f"stream: {status} {piece[-200:]}")
            while piece and time.monotonic() < until:
                piece = await asyncio.wait_for(reader.read(1 << 16), ANSWER_S)
            self.tally["played", "raw"] += 1
        finally:
            writer.close()

    async def leave(self, viewer, kind):
        for fault in viewer.faults:
            self.tally[f"part {fault.rsplit(' ', 1)[1]}", kind] += 1
        if kind == "never says goodbye":
            viewer.session = None
        try:
            await asyncio.wait_for(viewer.stop(), ANSWER_S)
        except TimeoutError:
            self.tally["BAD no answer to goodbye", kind] += 1
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            self.tally[f"BAD goodbye {type(error).__name__}", kind] += 1
            viewer.http.close()
            viewer.control.close()


def refusal(said):
    """What a refusal counts as. Faults make many; that of a program that fails is bad."""
    words = said.split(": ", 1)[1].split(" ", 1)
    bad = "BAD " if words[0] in ("500", "501", "400", "401", "403", "429") else ""
    code = re.search(r'"code":"(\w+)"', said)
    if bad:
        print(f"{bad}{said[:900]}", flush=True)
    return f"{bad}{words[0]} {code[1]}" if code else f"{bad}{words[0]}"


def tallied(tally):
    """{what: (count, of which kinds)}"""
    all_ = collections.defaultdict(collections.Counter)
    for (what, kind), count in tally.items():
        if count:
            all_[what][kind] += count
    return {what: (sum(kinds.values()), ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())) for what, kinds in sorted(all_.items())}
