"""Programs that others wrote judge the list and the guide that a station gives to players (docs/design/judges.md).

The station reads a list and a guide of its own; what comes out is held against XMLTV's DTD by two validators, and the list is read by a parser that is
not ours: each channel with its address, its name and its id, which the guide must know. The last line counts: `N passed, N failed`.
"""

import asyncio
import json
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
import guide

PYTHON = ROOT / "target/tools/venv/bin/python"  # with what scripts/judges.txt names
DTD = pathlib.Path("/usr/share/xmltv/xmltv.dtd")  # of Debian's xmltv-util
CHANNELS, PROGRAMMES = 40, 4_000
READ = """
import json, sys
from ipytv import playlist
found = playlist.loadf(sys.argv[1])
print(json.dumps([[c.name, c.url, dict(c.attributes)] for c in found]))
"""
verdicts = []


def verdict(judge, fault=None):
    verdicts.append(fault is None)
    print(f"{'ok  ' if fault is None else 'FAIL'} {judge}{'' if fault is None else f': {fault}'}", flush=True)


def judge(name, *command, **more):
    """Whether a program is content: it ends well and complains of nothing."""
    if shutil.which(command[0]) is None:
        return verdict(name, f"{command[0]} is not installed: make need-test")
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, **more)
    said = (done.stdout + done.stderr).strip()
    verdict(name, None if done.returncode == 0 and not re.search(r"error|invalid|warning", said, re.I) else said[-400:] or f"ended with {done.returncode}")


def told(list_path, xml):
    """What the parser of lists says, held against what was put in and against the guide."""
    done = subprocess.run([PYTHON, "-c", READ, list_path], capture_output=True, text=True, timeout=60)
    if done.returncode:
        return verdict("m3u-ipytv reads the list", done.stderr[-400:])
    channels = json.loads(done.stdout)
    names = [name for name, _, _ in channels]
    verdict("m3u-ipytv finds every channel", None if names == [f"Channel {n}" for n in range(CHANNELS)] else names[:5])
    wrong = [url for _, url, _ in channels if not re.fullmatch(r"http://127\.0\.0\.1:\d+/iptv/d/[^/]+/stream/[^/]+\.ts", url)]
    verdict("every channel has its address", wrong[:3] or None)
    known = set(re.findall(r'<channel id="([^"]+)"', xml))
    strange = [fields.get("tvg-id") for _, _, fields in channels if fields.get("tvg-id") not in known]
    verdict("the guide knows every id of the list", strange[:3] or None)
    verdict("every programme is there", None if (count := xml.count("</programme>")) == PROGRAMMES else f"{count} of {PROGRAMMES}")


async def main():
    async with guide.station(CHANNELS) as (station, place):
        guide.write(place, CHANNELS, PROGRAMMES, PROGRAMMES * 493)
        await guide.refresh(station)
        player = await guide.player(station)
        folder = station.dir
        for name, address in (("list.m3u", player["channels_url"]), ("guide.xml", player["guide_url"].removesuffix(".gz")), ("guide.xml.gz", player["guide_url"])):
            with urllib.request.urlopen(address) as response:
                (folder / name).write_bytes(response.read())
        xml = folder / "guide.xml"
        if DTD.exists():
            # The guide names the DTD as all guides do: nobody is to ask the network for it.
            shutil.copy(DTD, folder)
            for profile in ("", "?for=jellyfin", "?for=kodi", "?for=plex", "?for=tivimate"):
                (made := folder / "profile.xml").write_bytes(urllib.request.urlopen(player["guide_url"].removesuffix(".gz") + profile).read())
                judge(f"xmllint holds the guide{profile} against XMLTV's DTD", "xmllint", "--noout", "--nonet", "--dtdvalid", DTD, made)
        else:
            verdict("xmllint holds the guide against XMLTV's DTD", f"{DTD} is not there: make need-test")
        judge("tv_validate_file finds the guide valid", "tv_validate_file", "--dtd-file", DTD, xml)
        judge("gzip unpacks the guide", "gzip", "-t", folder / "guide.xml.gz")
        told(folder / "list.m3u", xml.read_text())
    print(f"{sum(verdicts)} passed, {len(verdicts) - sum(verdicts)} failed")
    sys.exit(0 if all(verdicts) else 1)


asyncio.run(main())
