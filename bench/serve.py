"""serve: playlists and segments of a live station against nginx with static files (docs/design/performance.md).

wrk asks both in turn over the same number of connections, on the same machine, and only the CPU of the servers' processes
counts. nginx serves bytes that our server gave, with the same headers. Playlists: those of low-latency sessions while the
tape runs, as a player asks that does not block. Hot: one segment of 2 MB. Cold: segments behind the three newest, so many
that none is in the cache when it is asked for again.
"""

import asyncio
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
from urllib.parse import urljoin

import media
from measure import Figures, cpu_s, table
from receiver import Channel, Receiver
from station import OUT, Station, free_port
from viewer import CLIENT, Http, Viewer

TURNS, SECONDS = int(os.environ.get("TURNS", 3)), int(os.environ.get("SECONDS", 10))
CONNECTIONS = {"playlist": 64, "hot": 8, "cold": 8}
SESSIONS = 16
TAPES = 4
#: Seconds of tape before cold segments are asked for: four tapes of it are ten times our cache.
HISTORY_S = int(os.environ.get("HISTORY", 80))
NEWEST = 3
#: What servers say of themselves, or of the connection.
OWN_FIELDS = {"date", "content-length", "content-type", "server", "connection", "accept-ranges", "etag", "last-modified"}
DIR = OUT / "serve"


def needed():
    missing = [tool for tool in ("wrk", "nginx") if not shutil.which(tool)]
    if missing:
        raise SystemExit(f"serve: please install {' and '.join(missing)} (apt-get install wrk nginx-light), then try again")


class Nginx:
    """nginx with files below DIR/www, each kind with the headers that ours has."""

    def __init__(self, fields):
        self.port = free_port()
        places = "".join(self._place(kind, given) for kind, given in fields.items())
        (DIR / "nginx.conf").write_text(f"""
daemon off;
worker_processes auto;
pid {DIR}/nginx.pid;
error_log {DIR}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=10000 inactive=10m;
    open_file_cache_valid 10m;
    keepalive_requests 1000000000;
    server_tokens off;
    server {{
        listen 127.0.0.1:{self.port};
        root {DIR}/www;{places}
    }}
}}
""")
        self.process = subprocess.Popen(["nginx", "-p", str(DIR), "-c", str(DIR / "nginx.conf"), "-e", str(DIR / "error.log")],
                                        stdin=subprocess.DEVNULL)

    @staticmethod
    def _place(kind, given):
        extra = "".join(f"""            add_header {name} "{value}";\n""" for name, value in given.items() if name not in OWN_FIELDS)
        return f"""
        location /{kind}/ {{
            types {{ }}
            default_type {given['content-type']};
{extra}        }}"""

    def pids(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def script(paths):
    """For wrk: one path after another."""
    listed = ",".join(f'"{path}"' for path in paths)
    (DIR / "paths.lua").write_text(f"""
local paths, at, all = {{{listed}}}, 0, {{}}
init = function() for i, path in ipairs(paths) do all[i] = wrk.format("GET", path) end end
request = function() at = at % #all + 1 return all[at] end
""")
    return DIR / "paths.lua"


async def load(port, paths, pids, connections):
    """Requests and bytes per CPU-second of the processes."""
    before = cpu_s(*pids)
    wrk = await asyncio.create_subprocess_exec("wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "-s", str(script(paths)), f"http://127.0.0.1:{port}",
                                               stdout=asyncio.subprocess.PIPE)
    said = (await wrk.communicate())[0].decode()
    cost = cpu_s(*pids) - before
    bad = re.search(r"Socket errors.*|Non-2xx.*", said)
    found = re.search(r"(\d+) requests in [\d.]+\w+, ([\d.]+)([KMG]?)B read", said)
    if bad or not found or not cost:
        raise RuntimeError(f"port {port}: {bad[0] if bad else said}")
    unit = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}[found[3]]
    return int(found[1]) / cost, float(found[2]) * unit / cost


def keep(kind, bodies, turn):
    """Files of nginx; their paths."""
    room = DIR / "www" / kind / str(turn)
    room.mkdir(parents=True)
    for at, body in enumerate(bodies):
        (room / str(at)).write_bytes(body)
    return [f"/{kind}/{turn}/{at}" for at in range(len(bodies))]


async def taken(http, paths):
    """Headers and bodies of these paths."""
    fields, bodies = {}, []
    for path in paths:
        status, fields, body = await http.call("GET", path)
        if status != 200:
            raise RuntimeError(f"{path}: {status}")
        bodies.append(body)
    return fields, bodies


async def watching(station, ids):
    """Low-latency sessions that beat by themselves; a playlist's path of each, and tasks."""
    viewers = []
    for at in range(SESSIONS):
        viewer = await Viewer(station.port, station.token, ids[at % len(ids)]).start(CLIENT)
        await viewer.open()
        viewers.append(viewer)

    async def beat():
        while True:
            await asyncio.sleep(10)
            for viewer in viewers:
                await viewer.control.call("POST", f"/api/v1/sessions/{viewer.session['id']}/heartbeat")

    return viewers, asyncio.create_task(beat())


async def segments(viewer):
    """Paths of all closed segments of a tape, oldest first."""
    _, _, body = await viewer.http.call("GET", viewer.url)
    names = [line for line in body.decode().splitlines() if line and not line.startswith("#")]
    return [urljoin(viewer.url, name) for name in names]


async def main():
    needed()
    shutil.rmtree(DIR, ignore_errors=True)
    DIR.mkdir(parents=True)
    length = HISTORY_S + TURNS * SECONDS * 6 + 90
    data = media.mapped(media.broadcast("aac", -(-length // 60) * 60))
    step = media.RATE_BPS / 8 * 0.37
    receiver = await Receiver([Channel(i + 1, f"Bench {i + 1}", data, media.RATE_BPS, start=int(i * step)) for i in range(TAPES)]).start()
    figures, rows, ratios = Figures("serve"), [], {kind: [] for kind in CONNECTIONS}
    async with Station(receiver.web_port, receiver.stream_port, TAPES) as station:
        viewers, beating = await watching(station, await station.channels(TAPES))
        await asyncio.sleep(HISTORY_S)
        http = Http(station.port)
        old = [path for viewer in viewers[:TAPES] for path in (await segments(viewer))[1:-NEWEST - 1]]
        ours = {"playlist": [viewer.url for viewer in viewers], "hot": [], "cold": old}
        ours["hot"] = old[-1:]
        nginx = Nginx({kind: (await taken(http, paths[:1]))[0] for kind, paths in ours.items()})
        await asyncio.sleep(1)
        for turn in range(TURNS):
            for kind, connections in CONNECTIONS.items():
                mine = await load(station.port, ours[kind], [station.process.pid], connections)
                _, bodies = await taken(http, ours[kind])  # each turn: live playlists grow
                theirs = await load(nginx.port, keep(kind, bodies, turn), nginx.pids(), connections)
                which = 0 if kind == "playlist" else 1
                ratios[kind].append(mine[which] / theirs[which])
                kb = sum(map(len, bodies)) / len(bodies) / 1000
                rows.append((turn + 1, kind, len(bodies), f"{kb:.1f}", *(f"{value[which] / (1 if which == 0 else 1e6):.0f}" for value in (mine, theirs)), ratios[kind][-1]))
        nginx.stop()
        beating.cancel()
        http.close()
        for viewer in viewers:
            await viewer.stop()
    receiver.stop()
    shutil.rmtree(DIR)
    table(("turn", "what", "paths", "kB", "ours: requests, or MB, per CPU-s", "nginx", "ratio"), rows)
    for figure, kind, goal in (("playlist_ratio", "playlist", 0.8), ("segment_ratio", "hot", 1.0), ("cold_cmaf_ratio", "cold", 0.15)):
        figures.tell(figure, statistics.median(ratios[kind]), "ratio", "≥", goal)
    figures.end()


if __name__ == "__main__":
    asyncio.run(main())
