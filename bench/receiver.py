"""A receiver for benches: what OpenWebif must answer so that a station finds channels, and port 8001 with its manners.

It sends files by the byte at a constant rate in pieces of 40 ms, about what a box writes at once, and tells when which
byte was sent. It is not the simulator: it has no faults and costs next to nothing.
"""

import asyncio
import json
import time
from urllib.parse import parse_qs, unquote, urlsplit

PIECE_S = 0.04
PACKET = 188


class Channel:
    """One service: a file, the rate to send it at, where to begin. `gate(sent)` may hold the sending back."""

    def __init__(self, number, name, data, rate_bps, start=0, tune_s=0.0, piece_s=PIECE_S, gate=None):
        self.ref = f"1:0:19:{number:X}:{number:X}:1:C00000:0:0:0:"
        self.name, self.data, self.rate, self.start = name, data, rate_bps / 8, start // PACKET * PACKET
        self.tune_s, self.piece_s, self.gate = tune_s, piece_s, gate
        self.sent_at = []  # (offset of the end of a piece in the file, monotonic seconds)
        self.connections = 0


class Receiver:
    def __init__(self, channels, tuners=None):
        self.channels = {channel.ref: channel for channel in channels}
        self.tuners = tuners or len(channels)
        self.servers, self.web_port, self.stream_port = [], 0, 0

    async def start(self):
        for serve in (self._web, self._stream):
            self.servers.append(await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 16))
        self.web_port, self.stream_port = (server.sockets[0].getsockname()[1] for server in self.servers)
        return self

    def stop(self):
        for server in self.servers:
            server.close()

    @staticmethod
    async def _target(reader):
        head = await reader.readuntil(b"\r\n\r\n")
        return head.split(b" ", 2)[1].decode()

    async def _web(self, reader, writer):
        try:
            url = urlsplit(await self._target(reader))
            body, kind = self._answer(url.path, parse_qs(url.query))
            status = b"200 OK" if body is not None else b"404 Not Found"
            body = body or b""
            writer.write(b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, kind, len(body)))
            writer.write(body)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, path, query):
        name = path.rsplit("/", 1)[-1]
        if name == "stream.m3u":
            ref = query.get("ref", [""])[0]
            return f"#EXTM3U\n#EXTINF:-1,\nhttp://127.0.0.1:{self.stream_port}/{ref}\n".encode(), b"application/x-mpegurl"
        radio = query.get("stype") == ["radio"]
        listed = [{"servicereference": c.ref, "servicename": c.name, "pos": i + 1} for i, c in enumerate(self.channels.values())]
        answers = {
            "about": {"info": {"brand": "Bench", "model": "bench", "tuners": [{"name": f"T{i}", "type": "DVB-S2"} for i in range(self.tuners)]}},
            "bouquets": {"bouquets": [] if radio else [['1:7:1:0:0:0:0:0:0:0:FROM BOUQUET "userbouquet.bench.tv" ORDER BY bouquet', "Bench"]]},
            "getservices": {"services": listed, "result": True},
            "epgnownext": {"events": [], "result": True},
            "statusinfo": {"inStandby": "false"},
        }
        return (json.dumps(answers[name]).encode(), b"application/json") if name in answers else (None, b"text/html")

    async def _stream(self, reader, writer):
        try:
            ref = unquote((await self._target(reader)).lstrip("/"))
            channel = self.channels.get(ref) or self.channels.get(ref + ":")
            writer.write(b"HTTP/1.0 200 OK\r\nConnection: Close\r\nContent-Type: video/mpeg\r\n\r\n")
            await writer.drain()
            if channel:
                channel.connections += 1
                await asyncio.sleep(channel.tune_s)
                await self._send(channel, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _send(self, channel, writer):
        view, at, began = memoryview(channel.data), channel.start, time.monotonic()
        while at < len(view):
            if channel.gate:
                end = min(len(view), await channel.gate(at))
            else:
                due = int((time.monotonic() - began) * channel.rate) // PACKET * PACKET + channel.start
                end = min(len(view), due)
            if end > at:
                writer.write(view[at:end])
                await writer.drain()
                at = end
                channel.sent_at.append((at, time.monotonic()))
            if not channel.gate:
                await asyncio.sleep(channel.piece_s)
        if not channel.gate:
            await asyncio.sleep(3600)
