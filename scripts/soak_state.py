"""What a soak looks at: everything that could leak, and the slope of memory."""

import asyncio
import collections
import json
import math
import os
import pathlib
import re
import statistics

STORE, STORE_CONNECTIONS = "/telecast.db", 5  # `STORE_READERS` and a writer
GAUGES = ("telecast_sessions", "telecast_leases", "telecast_tapes", "telecast_transcoders")
OVER = {"stopped", "failed", "cancelled"}
BLOCKS = 10  # neighbours in time resemble each other; means of tenths hardly do
T_95 = 1.86  # Student, one-sided, BLOCKS - 2 degrees of freedom
NOISE_MIB = 2.0  # what an allocator's arenas give and take within a run


def pss_mib(pid):
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) / 1024


def descriptors(pid):
    """How many of each kind are open. The store opens connections when it first needs them, up to a bound: they are told apart."""
    kinds = collections.Counter()
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{name}")
        except FileNotFoundError:
            continue
        kind = re.match(r"(socket|pipe|anon_inode):", target)
        kinds["store" if STORE in target else kind[1] if kind else "file"] += 1
    return kinds


def threads(pid):
    """Of the program, and of its store."""
    names = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            names.append((task / "comm").read_text().strip())
        except (FileNotFoundError, ProcessLookupError):
            continue
    of_store = sum(name.startswith("sqlx-") for name in names)
    return len(names) - of_store, of_store


def children(pid):
    return sum(len((task / "children").read_text().split()) for task in pathlib.Path(f"/proc/{pid}/task").iterdir())


async def look(station, sim):
    """Everything that must be at the end as it was at the beginning: {name: count}."""
    pid, kinds = station.process.pid, descriptors(station.process.pid)
    _, _, sessions = await station.http.call("GET", "/api/v1/sessions")
    _, _, health = await station.http.call("GET", "/healthz?verbose")
    _, _, figures = await station.metrics.call("GET", "/metrics")
    running, of_store = threads(pid)
    told = dict(re.findall(r"^(\w+)(?:\{[^}]*\})? ([\d.]+)$", figures.decode(), re.M))
    air = await sim("state")
    return {
        "sessions not over": sum(one["state"] not in OVER for one in json.loads(sessions)["items"]),
        **{name: float(told.get(name, 0)) for name in GAUGES},
        "tasks": float(told.get("telecast_tasks", 0)),
        "panics": json.loads(health)["panics"],
        "event streams and sockets": json.loads(health)["listeners"],
        "child processes": children(pid),
        "threads": running,
        "store's connections beyond its bound": max(0, of_store - STORE_CONNECTIONS),
        **{f"descriptors: {kind}": kinds[kind] for kind in ("file", "pipe", "socket", "anon_inode")},
        "tape folders": sum(1 for _ in station.tape.glob("tape-*")),
        "streams of the receiver": air["connections_current"],
        "tuners in use": sum(bool(tuner["users"]) for tuner in air["tuners"]),
    }


async def settled(station, sim, like=None, patience_s=270):
    """The state once nothing is left of viewers and tapes, or nothing is more than `like`; or whatever it is when patience ends."""
    for _ in range(patience_s):
        state = await look(station, sim)
        quiet = not any(state[name] for name in ("sessions not over", *GAUGES, "child processes", "streams of the receiver", "tape folders"))
        if quiet and (like is None or all(state[name] <= like[name] for name in like)):
            return state
        await asyncio.sleep(1)
    return state


def slope(samples):
    """Least squares over (seconds, MiB): MiB per hour, and its standard error from the means of ten blocks."""
    size = len(samples) // BLOCKS
    if size == 0:
        return float("nan"), float("nan")
    blocks = [samples[at * size:(at + 1) * size] for at in range(BLOCKS)]
    xs, ys = ([statistics.mean(one[axis] for one in block) for block in blocks] for axis in (0, 1))
    line = statistics.linear_regression(xs, ys)
    rest = sum((y - line.intercept - line.slope * x) ** 2 for x, y in zip(xs, ys))
    spread = sum((x - statistics.mean(xs)) ** 2 for x in xs)
    return line.slope * 3600, math.sqrt(rest / (BLOCKS - 2) / spread) * 3600


def grows(samples):
    """Whether memory grows: the one-sided 95 % bound of the slope lies above 0, and its rise over the run above the noise."""
    per_hour, error = slope(samples)
    rise = per_hour * (samples[-1][0] - samples[0][0]) / 3600
    return per_hour - T_95 * error > 0 and rise > NOISE_MIB
