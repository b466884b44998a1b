"""sessions: hundreds of players at once, their API calls and playlists (docs/design/performance.md).

500 low-latency players over 20 channels of 2 Mbit/s ask as hls.js does: blocking reloads, each part, heartbeats. A blocking
reply counts from when the air had completed its part (or from the question, if that came later); later than 100 ms is an
error. Then 2,000 players without parts at 0.5 Mbit/s. The crowd runs in a process of its own (crowd.mjs) on the same
machine; what it costs is told. The tapes' window is a minute, so that memory is steady after the warming up.
"""

import asyncio
import bisect
import json
import os
import pathlib
import resource
import statistics

import media
from air import Air
from measure import Figures, cpu_s, private_mib, table
from receiver import Channel, Receiver
from station import Station

SECONDS = int(os.environ.get("SECONDS", 600))
VIEWERS, MANY = int(os.environ.get("VIEWERS", 500)), int(os.environ.get("MANY", 2000))
WARM_S = min(150, max(10, SECONDS // 4))
CHANNELS, ACCOUNT_VIEWERS = 20, 100
LATE_MS = 100
CROWD = pathlib.Path(__file__).with_name("crowd.mjs")


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


async def run(picture, viewers, low_latency, seconds):
    """The crowd's report, with the receiver's memory of the air and what the server cost."""
    start_every_s = 0.02 if low_latency else 0.03
    length = int(seconds + WARM_S + viewers * start_every_s + 90)
    path = media.broadcast("aac", -(-length // 60) * 60, picture)
    data, rate = media.mapped(path), media.rate_bps(picture)
    listed = [Channel(i + 1, f"Bench {i + 1}", data, rate, start=int(i * rate / 8 * 0.37)) for i in range(CHANNELS)]
    receiver = await Receiver(listed).start()
    settings = {"tape": {"window": "1m"}, "playback": {"max_sessions": viewers + 10, "low_latency": low_latency}}
    # The whole crowd comes from one address, as no household does.
    settings = {**settings, "rate_limit": {"exempt": ["127.0.0.0/8"]}}
    async with Station(receiver.web_port, receiver.stream_port, CHANNELS, settings) as station:
        task = {"port": station.port, "channels": await station.channels(CHANNELS), "tokens": station.tokens(-(-viewers // ACCOUNT_VIEWERS)),
                "viewers": viewers, "low_latency": low_latency, "seconds": seconds, "warm_s": WARM_S, "start_every_s": start_every_s}
        crowd = await asyncio.create_subprocess_exec("node", str(CROWD), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 30)
        crowd.stdin.write(json.dumps(task).encode())
        crowd.stdin.close()
        pid, memory = station.process.pid, []
        if (await crowd.stdout.readline()).strip() != b"settled":
            raise RuntimeError("the crowd did not settle")
        before = cpu_s(pid)
        for _ in range(max(4, seconds // 5)):
            memory.append(private_mib(pid))
            await asyncio.sleep(seconds / max(4, seconds // 5))
        cost = cpu_s(pid) - before
        report = json.loads(await crowd.stdout.readline())
        await crowd.wait()
    receiver.stop()
    quarter = max(1, len(memory) // 4)
    grown = (statistics.mean(memory[-quarter:]) - statistics.mean(memory[:quarter])) / 0.75  # from middle to middle, told for the whole
    return report, listed, data, {"server_cores": cost / seconds, "crowd_cores": report["cpu_s"] / seconds, "mib": memory[-1], "grown": grown}


def closings(report, channels, data):
    """For each channel, when the air had completed each part: {(sequence, part): monotonic seconds}."""
    air, all_ = Air(data), []
    for channel, durations in zip(channels, report["parts"]):
        sent, told, at = [end for end, _ in channel.sent_at], {}, 0.0
        for name in sorted(durations, key=lambda name: tuple(map(int, name.split(".")))):
            at += durations[name]
            whole = air.whole_at(channel.start, at)
            piece = bisect.bisect_left(sent, whole) if whole else len(sent)
            if piece < len(sent):
                told[tuple(map(int, name.split(".")))] = channel.sent_at[piece][1]
        all_.append(told)
    return all_


def waits_ms(report, channels, data):
    """Milliseconds of each blocking reply from when its part was complete, and those from its first reply to anybody."""
    closed, first = closings(report, channels, data), {}
    for channel, sequence, part, _, at in report["replies"]:
        name = channel, sequence, part
        first[name] = min(at, first.get(name, at))
    from_air, from_first = [], []
    for channel, sequence, part, asked, at in report["replies"]:
        from_first.append((at - max(asked, first[channel, sequence, part])) * 1000)
        if (sequence, part) in closed[channel]:
            from_air.append((at - max(asked, closed[channel][sequence, part])) * 1000)
    if len(from_air) < 0.98 * len(from_first):
        raise RuntimeError(f"of {len(from_first)} replies the parts of {len(from_first) - len(from_air)} are not known")
    return from_air, from_first


def told(name, viewers, report, cost, playlists, from_first=()):
    rows = [("viewers", viewers), ("ready", report["ready"]), ("API calls", len(report["api"])), ("playlists", len(playlists)),
            ("API p50 ms", quantile(report["api"], 0.5)), ("API p99 ms", quantile(report["api"], 0.99)),
            ("playlist p50 ms", quantile(playlists, 0.5)), ("playlist p99 ms", quantile(playlists, 0.99)), ("playlist most ms", max(playlists))]
    if from_first:
        rows += [("p99 after the first to get it", quantile(from_first, 0.99)), ("later than 100 ms", sum(ms > LATE_MS for ms in playlists))]
    rows += [("media s taken per s and viewer", report["media"] / SECONDS / viewers), ("server cores", cost["server_cores"]),
             ("crowd cores", cost["crowd_cores"]), ("server MiB", cost["mib"]), ("grown MiB", cost["grown"])]
    print(name)
    table(("", ""), rows)
    for what, count in report["errors"].items():
        print(f"  {count} x {what}")


async def main():
    figures = Figures("sessions")
    report, channels, data, cost = await run("720p25", VIEWERS, True, SECONDS)
    from_air, from_first = waits_ms(report, channels, data)
    told("low latency, 2 Mbit/s", VIEWERS, report, cost, from_air, from_first)
    many, _, _, dear = await run("180p25", MANY, False, SECONDS)
    told("standard, 0.5 Mbit/s", MANY, many, dear, many["playlists"])
    late = sum(ms > LATE_MS for ms in from_air)
    missed = VIEWERS - report["ready"] + MANY - many["ready"]
    figures.tell("p99_ms", max(quantile(report["api"], 0.99), quantile(from_air, 0.99)), "ms", "≤", 100)
    figures.tell("errors", late + missed + sum(report["errors"].values()) + sum(many["errors"].values()), "count", "≤", 0)
    figures.tell("growth_mib", cost["grown"], "MiB", "≤", 5)
    figures.tell("low_p99_ms", max(quantile(many["api"], 0.99), quantile(many["playlists"], 0.99)), "ms", "≤", 250)
    figures.end()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(16_384, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    asyncio.run(main())
