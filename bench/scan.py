"""scan: 100,000 files in 5,000 directories, looked at again without a change (docs/design/performance.md).

The files are empty, so that the first look has nothing to probe: what is measured is the look again, which probes and reads nothing of a file
that has not changed, whatever is in it.
"""

import asyncio
import json
import os
import pathlib
import shutil
import statistics
import tempfile
import time

from measure import Figures, cpu_s, private_mib, table
from station import OUT, Station

FILES = int(os.environ.get("FILES", 100_000))
IN_A_SEASON = 20
LOOKS = 5
OLD = time.time() - 86_400


def make(root):
    """Shows with seasons of 20 episodes."""
    for at in range(FILES):
        season, episode = divmod(at, IN_A_SEASON)
        folder = root / f"Show {season // 5:04}" / f"Season {season % 5 + 1:02}"
        if episode == 0:
            folder.mkdir(parents=True)
        file = folder / f"Show {season // 5:04} S{season % 5 + 1:02}E{episode + 1:02}.mkv"
        file.touch()
        os.utime(file, (OLD, OLD))


async def call(station, method, path, body=None):
    status, _, answer = await station.http.call(method, f"/api/v1/library{path}", body)
    assert status < 300, (method, path, status, answer)
    return json.loads(answer) if answer else None


async def until_still(station, before=None):
    """The library once a look has ended that is not the one of `before`, and nothing waits to be probed."""
    while True:
        library = await call(station, "GET", "")
        scan = library["scan"]
        if not scan["looking"] and not scan["waiting"] and scan["looked"] not in (None, before):
            return library
        await asyncio.sleep(0.02)


async def main():
    figures = Figures("scan")
    OUT.mkdir(parents=True, exist_ok=True)
    root = pathlib.Path(tempfile.mkdtemp(dir=OUT, prefix="library-"))
    try:
        make(root)
        async with Station(9, 9, 1, {"rate_limit": {"enabled": False}}) as station:
            station.http.token = station._told("token", "create", "--scope", "watch,program,admin").strip()
            await until_still(station)
            begun = time.monotonic()
            await call(station, "POST", "/folders", {"name": "Bench", "path": str(root)})
            while (await until_still(station))["kinds"].get("episode", 0) < FILES:
                await asyncio.sleep(0.1)
            first_s = time.monotonic() - begun
            looks, pid = [], station.process.pid
            for _ in range(LOOKS):
                version = (before := await until_still(station))["version"]
                begun, cpu = time.monotonic(), cpu_s(pid)
                await call(station, "POST", "/scan", {})
                library = await until_still(station, before["scan"]["looked"])
                looks.append([time.monotonic() - begun, cpu_s(pid) - cpu])
                assert library["version"] == version, "a look without a change has changed something"
            table(["", "s", "CPU s"], [[at + 1, *look] for at, look in enumerate(looks)])
            print(f"first look with its writing {first_s:.1f} s; {private_mib(pid):.0f} MiB held after it")
    finally:
        shutil.rmtree(root, ignore_errors=True)
    figures.tell("rescan_s", statistics.median(seconds for seconds, _ in looks), "s", "≤", 5)
    figures.end()


asyncio.run(main())
