"""Kodi with its client for Enigma2 boxes (pvr.vuplus) judges the simulated receiver; docs/design/judges.md tells more.

Kodi runs without a screen (Xvfb) in a home of its own, is asked by JSON-RPC, and has to agree with what the receiver
itself says. Prints a table; the last line counts: `N passed, N failed`. Usage: judge_kodi.py [TELECAST-BINARY]
"""

import html
import json
import os
import pathlib
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
from kodi import Kodi, finish, logged, start, there, until, urlopen, verdict
from station import TARGET, free_port

BINARY = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TELECAST_BIN", TARGET / "debug/telecast")
PRISMA = "1:0:19:2B66:3F3:1:C00000:0:0:0:"
SHOWN = ("0", "7")  # Kodi leaves out markers; a bouquet within a bouquet becomes a channel there
UNGUIDED = ("Netz TV", "Kino und Ton")  # from the network, and such a bouquet
def judge_lists(kodi, box):
    channels = lambda kind: kodi.ask("PVR.GetChannels", channelgroupid=f"all{kind}")["channels"]
    tv = until("channels", lambda: channels("tv"))
    for kind in ("tv", "radio"):
        services = [s for b in box(f"api/getallservices?type={kind}")["services"] for s in b["subservices"]]
        known = {s["servicereference"]: s["servicename"] for s in services if s["servicereference"].split(":")[1] in SHOWN}
        found = sorted(c["label"] for c in channels(kind))
        verdict(f"channels: {kind}", f"{len(found)} of {len(known)}", found == sorted(known.values()))
    prisma = next(c["channelid"] for c in tv if c["label"] == "Prisma")
    guide = lambda channel: kodi.ask("PVR.GetBroadcasts", channelid=channel, properties=["starttime", "title"])["broadcasts"]
    guided = [c["channelid"] for c in tv if c["label"] not in UNGUIDED]
    counts = until("guide of every channel", lambda: (n := [len(guide(c)) for c in guided]) and all(n) and n)
    plain = lambda text: html.unescape(text).translate({0x86: None, 0x87: None})
    known = {(time.strftime("%F %T", time.gmtime(e["begin_timestamp"])), plain(e["title"])) for e in box(f"api/epgservice?sRef={PRISMA}")["events"]}
    same = sum((e["starttime"], plain(e["title"])) in known for e in guide(prisma))
    verdict("guide", f"{sum(counts)} events on {len(counts)} channels; of Prisma {same} as the box has them", same == len(guide(prisma)))
    recordings = kodi.ask("PVR.GetRecordings").get("recordings", [])
    verdict("recordings", len(recordings), len(recordings) == len(box("api/movielist")["movies"]))
    return prisma, lambda: guide(prisma)


def judge_timers(kodi, box, guide):
    listed = lambda: [t for t in kodi.ask("PVR.GetTimers", properties=["title", "istimerrule"])["timers"] if not t["istimerrule"]]
    planned = lambda: {(t["sref"], t["begin"]) for t in box("sim/state")["timers"]}
    before = planned()
    event = until("event that Kodi has written down", lambda: [e for e in guide() if "broadcastid" in e][-3])
    kodi.ask("PVR.AddTimer", broadcastid=event["broadcastid"])
    until("timer on the box", lambda: planned() - before)
    timer = until("timer in Kodi", lambda: [t for t in listed() if t["title"] == event["title"]][-1])
    verdict("timer added", f"{len(before)} + {len(planned() - before)} on the box", len(planned() - before) == 1)
    kodi.ask("PVR.DeleteTimer", timerid=timer["timerid"])
    verdict("timer deleted", f"{len(before)} left", until("deletion on the box", lambda: planned() == before))


def judge_playback(kodi, box, channel):
    video, sound, figures = kodi.plays(channel)
    verdict("playback", figures, (video["width"], sound["channels"]) == (1280, 2))
    asked = box("sim/state")["streams"][0]["reference"]
    verdict("stream asked for", asked, asked.startswith(PRISMA.rstrip(":")))
    box("sim/faults?add=stall=0")  # the control: what is told above can also be untrue
    still = lambda: (s := kodi.played_s()) and (time.sleep(5) or kodi.played_s() == s)
    verdict("a stalled stream is seen to stand still", f"at {kodi.played_s()} s", until("standstill", still))
    kodi.ask("Player.Stop", playerid=1)


def judge(kodi, box):
    prisma, guide = judge_lists(kodi, box)
    judge_timers(kodi, box, guide)
    judge_playback(kodi, box, prisma)
    logged(kodi, "pvr.vuplus")
    calls = box("sim/state")["calls"]
    print("\nasked: " + ", ".join(f"{name} {count}" for name, count in sorted(calls.items()) if not name.startswith("api/")))


def main():
    there("kodi-pvr-vuplus")
    web, stream = free_port(), free_port()
    box = lambda path: json.load(urlopen(f"http://127.0.0.1:{web}/{path}", timeout=30))
    cache = os.environ.get("TELECAST_SIM_CACHE", ROOT / "target/sim-media")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        try:
            start(BINARY, "sim", "--listen", f"127.0.0.1:{web}", "--stream-listen", f"127.0.0.1:{stream}", "--cache", cache)
            until("receiver", lambda: box("sim/state"))
            box(f"sim/watch?ref={PRISMA}")  # a box that shows something has a signal to tell of
            settings = {"host": "127.0.0.1", "webport": web, "streamport": stream, "autoconfig": "false"}
            judge(Kodi(pathlib.Path(home), "pvr.vuplus", settings), box)
        except (RuntimeError, OSError) as fault:
            verdict("what Kodi is asked to do", fault, False)
    finish()


main()
