"""A low-latency HLS viewer that fetches every part, as a browser with hls.js does, without showing anything.

One keep-alive connection, blocking reloads, each part and initialisation once. `method="HEAD"` asks for parts without
taking their bytes: they are made, but not sent.
"""

import asyncio
import json
import re
import time
from urllib.parse import urljoin, urlsplit

KEPT_SEGMENTS = 40  # more than a playlist lists parts of
ATTRIBUTE = re.compile(r'([A-Z-]+)=("[^"]*"|[^",]*)')


class Http:
    """One keep-alive connection to 127.0.0.1; enough of HTTP/1.1 for our own server."""

    def __init__(self, port, token=None):
        self.port, self.token, self.reader, self.writer = port, token, None, None

    async def call(self, method, path, body=None, headers=()):
        for fresh in (False, True):
            try:
                return await self._call(method, path, body, headers, fresh)
            except (ConnectionError, asyncio.IncompleteReadError):
                if fresh:
                    raise
        raise ConnectionError

    async def _call(self, method, path, body, headers, fresh):
        if fresh or self.writer is None:
            self.close()
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 22)
        data = json.dumps(body).encode() if body is not None else b""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Content-Length: {len(data)}", *headers]
        if body is not None:
            lines.append("Content-Type: application/json")
        if self.token and path.startswith("/api/"):
            lines.append(f"Authorization: Bearer {self.token}")
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ")[1])
        fields = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in head[1:] if ":" in line)}
        return status, fields, await self._body(method, status, fields)

    async def _body(self, method, status, fields):
        if method == "HEAD" or status in (204, 304):
            return b""
        if fields.get("transfer-encoding") != "chunked":
            return await self.reader.readexactly(int(fields.get("content-length", 0)))
        body = b""
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            body += await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        await self.reader.readexactly(2)
        return body

    def close(self):
        if self.writer:
            self.writer.close()
            self.writer = None


class Playlist:
    """A media playlist: closed segments, open parts, where the next part is expected. Delta updates keep what is known."""

    def __init__(self):
        self.segments = {}  # sequence: (duration, uri)
        self.parts = {}  # (sequence, part): (duration, uri)
        self.maps, self.next, self.first = [], (0, 0), 0

    def read(self, text):
        sequence, part, duration = 0, 0, 0.0
        for line in text.splitlines():
            tag, _, rest = line.partition(":")
            if tag == "#EXT-X-MEDIA-SEQUENCE":
                sequence = self.first = int(rest)
            elif tag == "#EXT-X-SKIP":
                sequence += int(attributes(rest)["SKIPPED-SEGMENTS"])
            elif tag == "#EXT-X-MAP":
                uri = attributes(rest)["URI"]
                if uri not in self.maps:
                    self.maps.append(uri)
            elif tag == "#EXT-X-PART":
                found = attributes(rest)
                self.parts[sequence, part] = (float(found["DURATION"]), found["URI"])
                part += 1
            elif tag == "#EXTINF":
                duration = float(rest.split(",")[0])
            elif line and not line.startswith("#"):
                self.segments[sequence] = (duration, line)
                sequence, part = sequence + 1, 0
        self.next = (sequence, part)
        return self


def attributes(text):
    return {key: value.strip('"') for key, value in ATTRIBUTE.findall(text)}


CLIENT = {"containers": ["cmaf"], "video": ["avc1"], "audio": ["mp4a.40.2"], "hls": "low_latency"}


class Viewer:
    def __init__(self, port, token, channel_id, method="GET"):
        self.http = Http(port, token)
        self.control = Http(port, token)
        self.channel_id, self.method = channel_id, method
        self.playlist, self.taken, self.bytes, self.media_s, self.faults = Playlist(), set(), 0, 0.0, []
        self.session = self.url = None

    async def start(self, client=CLIENT):
        """Makes a session; the playlist's address is in the reply."""
        status, _, body = await self.control.call("POST", "/api/v1/sessions", {"channel_id": self.channel_id, "at": "live", "client": client})
        if status != 202:
            raise RuntimeError(f"POST sessions: {status} {body[:300]}")
        self.session = json.loads(body)
        for key in ("playlist_url", "stream_url"):
            self.session[key] = urljoin(f"http://127.0.0.1:{self.control.port}/", self.session[key])
        return self

    async def open(self):
        """Fetches the multivariant playlist; the first media playlist in it is ours."""
        status, _, body = await self.http.call("GET", urlsplit(self.session["playlist_url"]).path)
        if status != 200:
            raise RuntimeError(f"multivariant playlist: {status} {body[:300]}")
        names = [line for line in body.decode().splitlines() if line and not line.startswith("#")]
        self.url = urlsplit(urljoin(self.session["playlist_url"], names[0])).path
        return self

    async def reload(self):
        """One blocking reload; the time of its reply."""
        query = "" if not self.taken else "?_HLS_msn=%d&_HLS_part=%d&_HLS_skip=YES" % self.playlist.next
        status, _, body = await self.http.call("GET", self.url + query)
        at = time.monotonic()
        if status != 200:
            raise RuntimeError(f"{self.url}{query}: {status} {body[:600]}")
        self.playlist.read(body.decode())
        return at

    async def fetch_new(self):
        """Fetches every part not yet taken, in order."""
        for name in sorted(set(self.playlist.parts) - self.taken):
            duration, uri = self.playlist.parts[name]
            status, fields, _ = await self.http.call(self.method, urljoin(self.url, uri))
            if status == 200:
                self.bytes += int(fields.get("content-length", 0))
                self.media_s += duration
            else:
                self.faults.append(f"part {name}: {status}")
            self.taken.add(name)
        for uri in self.playlist.maps:
            if uri not in self.taken:
                await self.http.call("GET", urljoin(self.url, uri))
                self.taken.add(uri)
        old = [name for name in self.playlist.parts if name[0] < self.playlist.next[0] - KEPT_SEGMENTS]
        for name in old:
            del self.playlist.parts[name]
            self.taken.discard(name)

    async def watch(self, until):
        """Watches until `until()`; beats as the session asks."""
        await self.open()
        beat = time.monotonic()
        while not until():
            await self.reload()
            await self.fetch_new()
            if time.monotonic() - beat > self.session.get("heartbeat_s", 30) / 2:
                beat = time.monotonic()
                await self.control.call("POST", f"/api/v1/sessions/{self.session['id']}/heartbeat")

    async def stop(self):
        if self.session:
            await self.control.call("DELETE", f"/api/v1/sessions/{self.session['id']}")
        self.http.close()
        self.control.close()
