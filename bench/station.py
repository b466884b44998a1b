"""A Telecast server of its own for one bench or judge: configuration, token, channels, and its end."""

import asyncio
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from viewer import Http

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
BINARY = pathlib.Path(os.environ.get("TELECAST_BIN", TARGET / "release" / "telecast"))
OUT = ROOT / "bench" / "out"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Station:
    """`async with Station(web_port, stream_port, tuners) as station`: a server that knows one receiver. `settings` are further
    ones, or others than benches usually have: {"tape": {"window": "1m"}}; `receiver` is another one than a box at those ports."""

    def __init__(self, web_port=0, stream_port=0, tuners=0, settings=None, receiver=None):
        OUT.mkdir(parents=True, exist_ok=True)
        self.dir = pathlib.Path(tempfile.mkdtemp(dir=OUT, prefix="station-"))
        self.port, self.process, self.token = free_port(), None, None
        self.tape = self.dir / "tape"
        usual = {
            "server": {"listen": f"127.0.0.1:{self.port}"},
            "tape": {"directory": str(self.tape), "minimum_free": "1GB"},
            # What nobody asked for is neither measured nor judged, and would play a finite broadcast away before its turn.
            "playback": {"max_sessions": 1000, "max_account_sessions": 0, "warm_tuners": 0},
        }
        rooms = {room: {**usual.get(room, {}), **(settings or {}).get(room, {})} for room in {**usual, **(settings or {})}}
        receiver = receiver or {"name": "Bench", "url": f"http://127.0.0.1:{web_port}", "stream_port": stream_port, "tuners": tuners}
        lines = ["[[receiver]]", *(f"{key} = {json.dumps(value)}" for key, value in receiver.items())]
        for room, keys in rooms.items():
            lines += [f"[{room}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]
        (self.dir / "telecast.toml").write_text("\n".join(lines) + "\n")

    def _telecast(self, *args):
        return [str(BINARY), *args, "--config", str(self.dir / "telecast.toml"), "--data-dir", str(self.dir / "data")]

    async def __aenter__(self):
        self._told("user", "add", "bench", "--role", "owner", told="a long pass phrase for benches\n")
        self.log = open(self.dir / "log", "w")
        self.process = subprocess.Popen(self._telecast("serve"), stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.http = Http(self.port)
        await self._until("/healthz", lambda status, _: status == 200)
        self.token = self.http.token = self._told("token", "create", "--scope", "watch,admin").strip()
        return self

    def tokens(self, count):
        """Tokens of so many accounts that may watch: how much one account may change is limited."""
        for at in range(count):
            self._told("user", "add", f"viewer{at}", "--role", "viewer", told="a long pass phrase for viewers\n")
        return [self._told("token", "create", "--user", f"viewer{at}", "--scope", "watch").strip() for at in range(count)]

    def _told(self, *args, told=""):
        done = subprocess.run(self._telecast(*args), input=told, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"telecast {' '.join(args)}: {done.stderr}")
        return done.stdout

    async def channels(self, count):
        """The ids of the first `count` channels, once the receiver has been read and the encoders of this machine are proven."""
        listed = lambda status, body: status == 200 and len(json.loads(body)["items"]) >= count
        body = await self._until(f"/api/v1/channels?limit={count}", listed)
        proven = lambda status, body: status == 200 and all(e["state"] != "proving" for e in json.loads(body)["coding"]["encoders"])
        await self._until("/api/v1/system/status", proven)
        return [item["id"] for item in json.loads(body)["items"]]

    async def _until(self, path, enough, patience_s=20):
        deadline, last = time.monotonic() + patience_s, "no answer"
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                status, _, body = await self.http.call("GET", path)
                if enough(status, body):
                    return body
                last = f"{status} {body[:200]}"
            except OSError as error:
                last = error
            await asyncio.sleep(0.1)
        raise RuntimeError(f"{path}: {last}; the server's log is {self.dir / 'log'}")

    async def __aexit__(self, kind, *_):
        self.http.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(self.process.wait, 10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()
        if kind is None:
            shutil.rmtree(self.dir, ignore_errors=True)
