"""Kodi with its client for lists (pvr.iptvsimple) judges the list, the guide and the streams that a station gives to a player; docs/design/judges.md tells more.

The station has the simulated receiver. Prints a table; the last line counts: `N passed, N failed`. Usage: judge_kodi_list.py [TELECAST-BINARY]
"""

import asyncio
import json
import os
import pathlib
import re
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
if len(sys.argv) > 1:
    os.environ["TELECAST_BIN"] = sys.argv[1]
import guide
from kodi import Kodi, finish, logged, start, there, until, urlopen, verdict
from station import BINARY, Station, free_port

CLIENT = "pvr.iptvsimple"


def judge_lists(kodi, entries, xml):
    channels = lambda kind: kodi.ask("PVR.GetChannels", channelgroupid=f"all{kind}")["channels"]
    tv = until("channels", lambda: channels("tv"))
    for kind, radio in (("tv", False), ("radio", True)):
        known = sorted(name for name, is_radio in entries if is_radio == radio)
        found = sorted(channel["label"] for channel in channels(kind))
        verdict(f"channels: {kind}", f"{len(found)} of {len(known)}", found == known)
    ask = lambda channel: kodi.ask("PVR.GetBroadcasts", channelid=channel["channelid"], properties=["starttime", "title"]).get("broadcasts", [])
    counts = until("a guide", lambda: (n := [len(ask(channel)) for channel in tv]) and sum(n) > 100 and n)
    guided = set(re.findall(r'<programme [^>]*channel="([^"]+)"', xml))
    verdict("guide", f"{sum(counts)} events on {sum(map(bool, counts))} channels", sum(map(bool, counts)) > 0 and sum(map(bool, counts)) <= len(guided))
    return next(channel["channelid"] for channel in tv if channel["label"] == "Prisma")


def judge_playback(kodi, channel):
    video, sound, figures = kodi.plays(channel)
    verdict("playback", figures, video["width"] > 0 and sound["channels"] == 2)
    kodi.ask("Player.Stop", playerid=1)


async def main():
    there("kodi-pvr-iptvsimple")
    web, stream = free_port(), free_port()
    cache = os.environ.get("TELECAST_SIM_CACHE", ROOT / "target/sim-media")
    start(BINARY, "sim", "--listen", f"127.0.0.1:{web}", "--stream-listen", f"127.0.0.1:{stream}", "--cache", cache)
    until("receiver", lambda: json.load(urlopen(f"http://127.0.0.1:{web}/sim/state", timeout=30)))
    async with Station(web, stream, 4) as station:
        await station.channels(5)
        player = await guide.player(station, "kodi")
        read = lambda address: urllib.request.urlopen(address).read().decode()
        until_guide = time.monotonic() + 60
        while (xml := await asyncio.to_thread(read, player["guide_url"].replace(".gz", ""))).count("</programme>") < 500 and time.monotonic() < until_guide:
            await asyncio.sleep(1)
        text = await asyncio.to_thread(read, player["channels_url"])
        entries = [(line.rpartition(",")[2], 'radio="true"' in line) for line in text.splitlines() if line.startswith("#EXTINF")]
        settings = {"m3uPathType": 1, "m3uUrl": player["channels_url"], "epgPathType": 1, "epgUrl": player["guide_url"], "m3uCache": "false", "epgCache": "false"}
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:

            def judge():
                try:
                    kodi = Kodi(pathlib.Path(home), CLIENT, settings)
                    judge_playback(kodi, judge_lists(kodi, entries, xml))
                    logged(kodi, CLIENT)
                except (RuntimeError, OSError) as fault:
                    verdict("what Kodi is asked to do", fault, False)

            await asyncio.to_thread(judge)
    finish()


asyncio.run(main())
