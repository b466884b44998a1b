"""guide-import: a million programmes on 10,000 channels into the store with its index, once and again, and out again (docs/design/performance.md)."""

import asyncio
import hashlib
import os
import pathlib
import re
import urllib.request

import guide
from measure import Figures, table

PROGRAMMES = int(os.environ.get("PROGRAMMES", guide.PROGRAMMES))
CHANNELS = int(os.environ.get("CHANNELS", guide.CHANNELS))
BYTES = guide.BYTES * PROGRAMMES // guide.PROGRAMMES
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
OURS = re.compile(r'<episode-num system="xmltv_ns">[^<]*</episode-num>')
ELEMENT = re.compile(r"<([\w-]+)([^>]*)>([^<]*)</")


def digests(stream):
    """(channel's name, start) -> digest of all that is told of the programme, whatever the order and the spelling of the file."""
    found = {}
    for names, text in guide.programmes(stream):
        head, _, body = text.partition(">")
        fields = dict(ATTRIBUTE.findall(head))
        # What we say beside it: the same number in XMLTV's own form, where the guide has none.
        body = OURS.sub("", body)
        told = sorted((tag, tuple(sorted(ATTRIBUTE.findall(more))), words.strip()) for tag, more, words in ELEMENT.findall(body))
        key = (names.get(fields["channel"], fields["channel"]), fields["start"])
        found[key] = hashlib.blake2b(repr((fields["stop"], told)).encode(), digest_size=8).digest()
    return found


async def main():
    figures = Figures("guide-import")
    big = guide.OUT / f"guide-{PROGRAMMES}.xml"
    guide.OUT.mkdir(parents=True, exist_ok=True)
    guide.write(big, CHANNELS, PROGRAMMES, BYTES)
    async with guide.station(CHANNELS) as (station, place):
        os.replace(big, place)
        cpu, seconds, peak, state = await guide.refresh(station)
        assert state["airings"] == PROGRAMMES, state
        again_cpu, again_seconds, again_peak, _ = await guide.refresh(station)
        address = (await guide.player(station))["guide_url"].removesuffix(".gz")
        with open(place, "rb") as stream:
            given = digests(stream)
        with urllib.request.urlopen(address) as stream:
            told = digests(stream)
        lost = sum(told.get(key) != digest for key, digest in given.items())
        store = sum(path.stat().st_size for path in pathlib.Path(station.dir / "data").glob("guide.db*")) / 2**20
        table(["", "CPU s", "s", "peak MiB"], [["first", cpu, seconds, peak], ["again", again_cpu, again_seconds, again_peak]])
        print(f"{place.stat().st_size / 2**20:.0f} MiB of XMLTV, {store:.0f} MiB of store; {len(told)} programmes out")
    figures.tell("cpu_s", cpu, "s", "≤", 9)
    figures.tell("peak_mib", max(peak, again_peak), "MiB", "≤", 150)
    figures.tell("again_cpu_s", again_cpu, "s", "≤", 3)
    figures.tell("fields_lost", lost, "count", "≤", 0)
    figures.end()


asyncio.run(main())
