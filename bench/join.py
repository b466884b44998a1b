"""join: films of 5 to 10 s, of other sizes, rates and numbers of channels, one after another in Chromium (docs/design/performance.md).

Four channels play the same films in orders of their own, and a page of the station shows each. A thousand joins with FULL=1. The offset of a film is the middle of how its beeps lie beside
its flashes, less the middle of all films: what a machine without a sound card adds is the same for all.
"""

import asyncio
import json
import os
import statistics

import own
import reels
from measure import Figures, p95, table
from station import ROOT, Station

CHANNELS, FILMS, FILM_S = 4, 24, 7.4
JOINS = 1000 if os.environ.get("FULL") else int(os.environ.get("JOINS", 120))
STALL_MS, OFFSET_MS = 200, 40


async def watch(station, ids, seconds):
    """What the pages saw and heard."""
    command = ["node", str(ROOT / "bench/join-pages.mjs"), f"http://127.0.0.1:{station.port}", ",".join(ids), str(seconds), str(reels.CELLS)]
    env = {**os.environ, "BENCH_PASSWORD": "a long pass phrase for benches"}
    child = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=env, limit=1 << 28)
    out = await child.stdout.read()
    if await child.wait():
        raise RuntimeError("the pages have failed")
    return json.loads(out)


def films(pictures):
    """Runs of pictures of one film: [[(time ms, film, picture)]]. Pictures that are none of ours are left out."""
    runs = []
    for told in pictures:
        if told[1] < 0:
            continue
        if not runs or runs[-1][-1][1] != told[1] or told[2] < runs[-1][-1][2]:
            runs.append([])
        runs[-1].append(told)
    return runs


def offsets(run, beeps):
    """By how much (ms) each beep of a film comes after its flash."""
    rate, found = reels.rate(run[0][1]), []
    for beep in beeps:
        near = min(run, key=lambda told: abs(told[0] - beep))
        if abs(near[0] - beep) > 500:
            continue
        at = near[2] / rate
        flash = near[0] + (round(at + (beep - near[0]) / 1000) - at) * 1000
        if abs(beep - flash) < 450:
            found.append(beep - flash)
    return found


def stalls(steps):
    """The most by which the play-head fell behind within a second (ms), and how often that was a stall."""
    worst, count, total, first, last = 0.0, 0, 0.0, 0, -1e9
    for at, (time, lost) in enumerate(steps):
        total += lost
        while steps[first][0] < time - 1000:
            total -= steps[first][1]
            first += 1
        worst = max(worst, total)
        if total > STALL_MS and time - last > 1000:
            count, last = count + 1, time
    return worst, count


async def main():
    figures = Figures("join")
    folder = reels.reels(FILMS)
    settings = {"rate_limit": {"enabled": False}}
    async with Station(9, 9, 1, settings) as station:
        items = await own.channels(station, folder, CHANNELS, "shuffle")
        seen = await watch(station, [item["channel_id"] for item in items], JOINS / CHANNELS * FILM_S + 5)
    rows, middles, joins, other, most = [], [], 0, 0, []
    for item, told in zip(items, seen):
        runs = films(told["pictures"])
        pairs = list(zip(runs, runs[1:]))
        forms = [reels.FORMS[run[0][1] % len(reels.FORMS)] for run in runs]
        joins += len(pairs)
        other += sum(one != next for one, next in zip(forms, forms[1:]))
        middles += [(statistics.median(found), len(found)) for run in runs if len(found := offsets(run, told["beeps"])) >= 3]
        worst, count = stalls(told["steps"])
        most.append((worst, count))
        rows.append([item["name"], len(pairs), len(told["pictures"]), told["dropped"], len(told["beeps"]), worst, count])
    table(["", "joins", "pictures", "dropped", "beeps", "behind in a second (ms)", "stalls"], rows)
    middle = statistics.median(offset for offset, _ in middles)
    off = [abs(offset - middle) for offset, _ in middles]
    print(f"{other} of {joins} joins with another size, rate or number of channels; {len(off)} films measured, beeps {middle:.0f} ms behind flashes in the middle, p95 of films {p95(off):.1f} ms from that")
    if joins < 0.9 * JOINS or other * 3 < joins or len(off) < joins / 2:
        raise RuntimeError(f"too little was seen: {joins} joins of {JOINS}, {len(off)} films with sound")
    figures.tell("worst_stall_ms", max(worst for worst, _ in most), "ms", "≤", STALL_MS)
    figures.tell("av_offset_ms", max(off), "ms", "≤", OFFSET_MS)
    figures.end()


if __name__ == "__main__":
    asyncio.run(main())
