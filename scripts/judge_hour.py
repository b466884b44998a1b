"""An hour of three channels of one's own, each in another player: Chromium with the station's pages, VLC, and Kodi with pvr.iptvsimple (docs/design/judges.md).

The films are reels of 5 to 10 s (bench/reels.py), so that each player goes through hundreds of joins, many with another size, rate or number of channels. Prints a table; the last line counts:
`N passed, N failed`. Usage: judge_hour.py [TELECAST-BINARY]; MINUTES=60.
"""

import asyncio
import datetime
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
if len(sys.argv) > 1:
    os.environ["TELECAST_BIN"] = sys.argv[1]
import guide
import join
import own
import reels
from kodi import Kodi, end, finish, there, until, verdict
from station import Station

MINUTES = float(os.environ.get("MINUTES", 60))
FILMS, JOINS = 24, 60
NOBODY = 65534
#: What a player may be short of: its start, and what it holds back.
SHORT_S = 15


class Vlc:
    """VLC without a screen, asked over its own console."""

    def __init__(self, address):
        command = ["cvlc", "-I", "rc", "--rc-fake-tty", "--no-color", "--vout=dummy", "--aout=dummy", "--quiet", address]
        user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
        self.out = tempfile.TemporaryFile("w+")
        self.child = subprocess.Popen([*user, *command], stdin=subprocess.PIPE, stdout=self.out, stderr=subprocess.DEVNULL, text=True, start_new_session=True, env={**os.environ, "HOME": "/tmp"})

    def ask(self):
        self.child.stdin.write("stats\n")
        self.child.stdin.flush()

    def told(self):
        """[(pictures shown, pictures lost, sounds lost)], one for each time that it was asked."""
        self.out.seek(0)
        text = self.out.read()
        counts = [[int(count) for count in re.findall(kind + r"\s*:\s*(\d+)", text)] for kind in ("frames displayed", "frames lost", "buffers lost")]
        return list(zip(*counts))


def ask_kodi(kodi):
    try:
        return kodi.played_s()
    except (RuntimeError, OSError, ValueError):
        return None


async def aired(station, item, since, to):
    """Films that were on as the timeline has it, and how many of their joins change the form."""
    stamp = lambda at: datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat().replace("+00:00", "Z")
    slots = []
    for begin in range(int(since), int(to), 1200):
        told = await own.call(station, "GET", f"/stations/{item['id']}/timeline?from={stamp(begin)}&to={stamp(min(begin + 1200, to))}")
        slots += [slot for slot in told["slots"] if not slots or slot["start"] > slots[-1]["start"]]
    rates, seconds = {}, 0.0
    for slot in slots:
        if slot["item_id"] and slot["item_id"] not in rates:
            rates[slot["item_id"]] = reels.rate((await own.call(station, "GET", f"/library/items/{slot['item_id']}"))["episode"] - 1)
        length = datetime.datetime.fromisoformat(slot["end"]) - datetime.datetime.fromisoformat(slot["start"])
        seconds += length.total_seconds() * rates.get(slot["item_id"], 25)
    return len(slots), seconds


async def main():
    there("kodi-pvr-iptvsimple", "vlc-bin")
    folder = reels.reels(FILMS)
    async with Station(9, 9, 1, {"rate_limit": {"enabled": False}}) as station:
        first, second, third = await own.channels(station, folder, 3, "shuffle", "weighted", "in_order")
        player = await guide.player(station, "kodi")
        text = await asyncio.to_thread(lambda: urllib.request.urlopen(player["channels_url"]).read().decode())
        addresses = [line for line in text.splitlines() if line.startswith("http")]
        address = next(line for line in addresses if second["channel_id"] in line)
        settings = {"m3uPathType": 1, "m3uUrl": player["channels_url"], "epgPathType": 1, "epgUrl": player["guide_url"], "m3uCache": "false", "epgCache": "false"}
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
            kodi = await asyncio.to_thread(Kodi, pathlib.Path(home), "pvr.iptvsimple", settings)
            tv = await asyncio.to_thread(until, "channels", lambda: kodi.ask("PVR.GetChannels", channelgroupid="alltv")["channels"])
            channel = next(told["channelid"] for told in tv if told["label"] == third["name"])
            await asyncio.to_thread(kodi.plays, channel)
            vlc = Vlc(address)
            seconds = MINUTES * 60
            since = time.time()
            pages = asyncio.create_task(join.watch(station, [first["channel_id"]], seconds))
            played = []
            while not pages.done():
                played.append((time.time(), await asyncio.to_thread(ask_kodi, kodi)))
                vlc.ask()
                await asyncio.sleep(10)
            to = time.time()
            judge_chromium(pages.result()[0])
            judge_vlc(vlc.told(), *(await aired(station, second, since, to)))
            judge_kodi(played, (await aired(station, third, since, to))[0])
            end(vlc.child)
    finish()


def judge_chromium(told):
    runs = join.films(told["pictures"])
    worst, count = join.stalls(told["steps"])
    found = [offset for run in runs for offset in join.offsets(run, told["beeps"])]
    verdict("Chromium", f"{len(runs) - 1} joins, {len(told['pictures'])} pictures shown, {told['dropped']} dropped, {len(told['beeps'])} beeps heard ({len(found)} beside their flashes); at most {worst:.0f} ms behind within a second, {count} stalls",
            len(runs) > JOINS and count == 0 and len(found) > len(runs))


def judge_vlc(told, joins, pictures):
    if len(told) < 3:
        return verdict("VLC", f"it has said too little: {told}", False)
    shown, lost, silent = (last - first for first, last in zip(told[0], told[-1]))
    verdict("VLC", f"{joins - 1} joins, {shown} pictures shown of some {pictures:.0f}, {lost} lost, {silent} buffers of sound lost",
            joins > JOINS and shown > 0.97 * pictures - SHORT_S * 50 and lost < 0.01 * pictures)


def judge_kodi(played, joins):
    known = [(at, seconds) for at, seconds in played if seconds is not None]
    if len(known) < 3:
        return verdict("Kodi", f"it has said too little: {played[:5]}", False)
    took, gone = known[-1][0] - known[0][0], known[-1][1] - known[0][1]
    still = sum(after[1] - before[1] < (after[0] - before[0]) / 2 for before, after in zip(known, known[1:]))
    verdict("Kodi", f"{joins - 1} joins, {gone} s played in {took:.0f} s, stood still {still} times", joins > JOINS and gone > took - SHORT_S and still == 0)


asyncio.run(main())
