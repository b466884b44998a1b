"""schedule: a year of 50 channels out of 100,000 items, and a day planned anew, by `telecast simulate` (docs/design/performance.md)."""

import json
import os
import pathlib
import random
import subprocess

from measure import Figures, table

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
BINARY = os.environ.get("TELECAST_BIN", TARGET / "release" / "telecast")
OUT = ROOT / "bench" / "out" / "schedule"
CHANNELS = int(os.environ.get("CHANNELS", 50))
ITEMS = int(os.environ.get("ITEMS", 100_000))
DAYS = int(os.environ.get("DAYS", 365))
HZ = 90_000
EPISODES = 70


def library(dice):
    """Episodes of shows, a tenth films, a tenth clips."""
    films = clips = ITEMS // 10
    for number in range(ITEMS):
        item = {
            "id": number + 1, "kind": "clip", "state": "present", "title": f"title {number}", "show": None, "season": None, "episode": None,
            "absolute": None, "part": None, "released": None, "year": 1950 + number % 75, "summary": "What it is about, in a line or two. " * 3,
            "genres": [("Drama", "Comedy", "Crime", "Documentary")[number % 4]], "tags": [], "age": None, "added_ms": 0, "length": 0,
            "chapters": [], "folder": "media", "path": f"a/folder/with/a/name/{number}.mkv",
        }
        if number < clips:
            item |= {"length": dice.randrange(10, 90) * HZ, "tags": [("spot", "ident", "trailer")[number % 3]]}
        elif number < clips + films:
            item |= {"kind": "film", "length": dice.randrange(75 * 60, 170 * 60) * HZ}
        else:
            show, episode = divmod(number - clips - films, EPISODES)
            minutes = (22, 25, 42, 45, 58)[show % 5]
            length = (minutes * 60 + dice.randrange(-60, 60)) * HZ
            item |= {
                "kind": "episode", "show": f"show {show}", "season": 1 + episode // 12, "episode": [1 + episode % 12] * 2, "length": length,
                "chapters": [length // 4, length // 2, 3 * length // 4],
            }
        yield item


def channel(number, dice):
    """Six blocks on weekdays, four on other days, breaks everywhere; each third channel draws from the whole library."""
    shows = (ITEMS - 2 * (ITEMS // 10)) // EPISODES
    some = [f"show {dice.randrange(shows)}" for _ in range(25)]
    sources = {name: {"show": name} for name in some}
    sources |= {
        "mix": {"any": sorted(set(some))}, "films": {"kind": "film"}, "all": {"kind": "episode"}, "spots": {"tag": "spot"},
        "idents": {"tag": "ident"}, "trailers": {"tag": "trailer"}, "card": {"still": {"pictures": ["card.png"], "length": "30s"}},
    }
    wide = "all" if number % 3 == 0 else "mix"
    weights = {name: dice.choice((0.5, 1, 2, 5)) for name in some}
    blocks = {
        "night": {"play": [{"source": wide, "order": "shuffle"}]},
        "morning": {"play": [{"source": "mix", "order": {"kind": "rotation"}, "pad": 30}]},
        "noon": {"play": [{"source": some[0]}, {"source": some[1], "count": 2}, {"source": some[2], "order": "shuffle"}]},
        "afternoon": {"play": [{"source": "mix", "order": {"kind": "rotation", "pick": "weighted", "weights": weights}, "pad": 15}], "does_not_fit": "next"},
        "prime": {"play": [{"source": "films", "order": {"kind": "random", "cooldown": "30d"}}], "once": True},
        "late": {"play": [{"source": wide, "order": {"kind": "first_run", "each": "shuffle"}, "until_next": True}]},
    }
    templates = {
        "weekday": [
            {"at": "00:30", "block": "night"}, {"at": "06:00", "block": "morning"}, {"at": "12:00", "block": "noon"},
            {"at": "15:00", "block": "afternoon", "late": "10m"}, {"at": "20:15", "block": "prime", "strict": True}, {"at": "22:30", "block": "late"},
        ],
        "weekend": [
            {"at": "08:00", "block": "morning"}, {"at": "14:00", "block": "afternoon"}, {"at": "20:15", "block": "prime", "strict": True},
            {"at": "22:00", "block": "late"},
        ],
    }
    breaks = [
        {"name": "ident", "at": "pre", "source": "idents", "count": 1},
        {"name": "spots", "at": "mid", "source": "spots", "for": "2m", "order": {"kind": "random", "cooldown": "1h"}, "points": {"by": "chapters", "every": "10m"}},
        {"name": "trailer", "at": "post", "source": "trailers", "count": 1},
        {"name": "fill", "at": "tail", "source": "trailers"},
        {"name": "card", "at": "fallback", "source": "card"},
    ]
    calendar = [{"template": "weekend", "holidays": ["de", {"nth": 4, "weekday": "thu", "month": 11}]}, {"template": "weekend", "weekdays": ["sat", "sun"]}, {"template": "weekday"}]
    return {"version": 1, "name": f"channel {number}", "sources": sources, "blocks": blocks, "templates": templates, "calendar": calendar, "breaks": breaks}


def main():
    figures = Figures("schedule")
    dice = random.Random(6)
    OUT.mkdir(parents=True, exist_ok=True)
    items = OUT / f"library-{ITEMS}.json"
    items.write_text(json.dumps(list(library(dice))))
    documents = []
    for number in range(CHANNELS):
        documents.append(OUT / f"channel-{number}.json")
        documents[-1].write_text(json.dumps(channel(number, dice)))
    command = [BINARY, "simulate", "--json", "--days", str(DAYS), "--seed", "6", "--from", "2026-01-01", "--zone", "Europe/Berlin", "--library", items, *documents]
    runs = []
    for _ in range(3):
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        told = json.loads(child.stdout.read())
        # The child's own peak, not that of the largest of all children.
        _, status, usage = os.wait4(child.pid, 0)
        assert status == 0, status
        cost = told["cost"]
        runs.append((cost["plan_ms"] / 1000, cost["replan_ms"], usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime))
    slots = sum(one["statistics"]["slots"] for one in told["channels"])
    table(["year s", "day ms", "peak MiB", "CPU s with reading"], [list(run) for run in runs])
    print(f"{slots} slots of {CHANNELS} channels in {DAYS} days out of {ITEMS} items")
    middle = sorted(runs)[1]
    figures.tell("year_s", middle[0], "s", "≤", 2)
    figures.tell("replan_ms", max(run[1] for run in runs), "ms", "≤", 50)
    figures.tell("peak_mib", max(run[2] for run in runs), "MiB", "≤", 500)
    figures.end()


main()
