"""A soak: 30 players and a Chromium zap at random while the simulated receiver's faults come and go; then nothing may be left.

`make soak` runs an hour (MINUTES=…). `make soak HOURS=24` stands for a day: as many zaps that play as thirty viewers make in it
who each zap once a minute, as fast as the station takes them, on tapes so small that something is evicted all the time. SEED= gives
other zaps and faults. At the end everything stops, and sessions, leases, tapes, child processes, threads, descriptors, tape
folders, and the receiver's tuners must be as they were at the beginning (after a first warm use). Memory (PSS) may not grow:
see soak_state.py for the test. Prints tables; exits 1 on any fault.
"""

import asyncio
import collections
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
from measure import cpu_s, table
from soak_players import Player, tallied
from soak_state import T_95, grows, look, pss_mib, settled, slope
from station import BINARY, OUT, Station, free_port
from viewer import Http

HOURS = float(os.environ.get("HOURS") or 0)
MINUTES = float(os.environ.get("MINUTES") or 60)
SEED = int(os.environ.get("SEED") or 1)
VIEWERS, TUNERS, ACCOUNTS = 30, 8, 10  # most find a tuner, some do not
ZAPS_AN_HOUR = 60 * VIEWERS
FAST = HOURS > 0
DWELL_S = (0, 1.5) if FAST else (2, 40)
REFUSED_S = (0, 0.5) if FAST else (1, 4)  # who finds no channel looks at the message
BROWSER_S = (2, 5) if FAST else (5, 30)
FAULT_S = (1, 6) if FAST else (4, 30)  # on, and the pause between two
TAPE = {"window": "1m", "budget": "150MB" if FAST else "1GB"}
LOOK_S, LOOKS = 2, 5  # memory, and every so many times all the rest
# Ended sessions are remembered for 5 min, tapes for up to 2: before that memory must grow. Of a short run nothing can be said.
WARM_S, WARM_SHARE, JUDGED_S = 400, 0.2, 300
FAULTS = """slow_first_byte=3 refuse_tune end_midway=5 stall=4 packet_loss=0.01 continuity_errors=0.01 bit_errors=0.0005 pts_jump=100 pts_wrap=4
    pmt_change=4 format_change=5 scrambled junk_prefix http_401 http_403 http_404_html json_latin1 json_exception huge_guide empty_guide
    broken_bulk_guide duplicate_names standby reboot=5 clock_jump recording_takes_tuner=3 slow_disk=3 translated_messages timer_conflict no_bouquets""".split()
PASSWORD = "a long pass phrase for benches"


class Receiver:
    """`telecast sim` in a process of its own, and its control interface."""

    def __init__(self):
        self.web_port, self.stream_port = free_port(), free_port()
        self.process = subprocess.Popen([str(BINARY), "sim", "--listen", f"127.0.0.1:{self.web_port}", "--stream-listen", f"127.0.0.1:{self.stream_port}",
                                         "--tuners", str(TUNERS), "--seed", str(SEED)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.http, self.one_at_a_time = Http(self.web_port), asyncio.Lock()

    async def __call__(self, call):
        async with self.one_at_a_time:
            _, _, body = await self.http.call("GET", f"/sim/{call}")
            return json.loads(body)

    async def ready(self):
        for _ in range(3000):  # programmes are made once
            try:
                return await self("state")
            except OSError:
                await asyncio.sleep(0.1)
        raise RuntimeError("the simulated receiver does not answer")

    def stop(self):
        self.http.close()
        self.process.terminate()
        self.process.wait()


async def faults(sim, dice, going, tally):
    """One or two at a time, for a while each; sometimes all streams end, or the box has fewer tuners."""
    while going():
        kind = dice.random()
        if kind < 0.1:
            await sim("kill")
            tally["kill"] += 1
        elif kind < 0.15:
            await sim(f"tuners?count={dice.randint(1, TUNERS)}")
            tally["tuners"] += 1
        else:
            chosen = dice.sample(FAULTS, dice.choice((1, 1, 2)))
            await sim(f"faults?add={','.join(chosen)}")
            await asyncio.sleep(dice.uniform(*FAULT_S))
            # What a recording took it keeps, until the box begins anew.
            await sim("reset" if any(one.startswith("recording") for one in chosen) else "faults?clear=all")
            tally.update(one.split("=")[0] for one in chosen)
        await asyncio.sleep(dice.uniform(*FAULT_S) / 2)
        await sim(f"tuners?count={TUNERS}")


async def watch_memory(station, samples, most, sim, going):
    began = time.monotonic()
    while going():
        samples.append((time.monotonic() - began, pss_mib(station.process.pid)))
        if len(samples) % LOOKS == 1:
            for name, value in (await look(station, sim)).items():
                most[name] = max(value, most[name])
        await asyncio.sleep(LOOK_S)


async def warm(station, ids, dice):
    """Each kind of thing once, so that the first state has what is made once and kept."""
    tally, until = collections.Counter(), time.monotonic() + 15
    await asyncio.gather(*(Player(station.port, station.token, ids, dice, (2, 4), (0.5, 1), tally).live(lambda: time.monotonic() < until) for _ in range(6)))


def browse(station):
    environment = {**os.environ, "SOAK_PASSWORD": PASSWORD}
    command = ["node", str(ROOT / "scripts/soak_browser.mjs"), f"http://127.0.0.1:{station.port}", str(SEED), *map(str, BROWSER_S)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def count_of(tally, wanted):
    return sum(count for (what, _), count in tally.items() if what == wanted)


async def storm(station, sim, ids, dice):
    """The soak itself: tallies, samples of memory, the most of each count, what the browser saw."""
    tally, shown, samples, most = collections.Counter(), collections.Counter(), [], collections.Counter()
    began, wanted = time.monotonic(), int(HOURS * ZAPS_AN_HOUR)

    def going():
        if station.process.poll() is not None:
            return False
        if not FAST:
            return time.monotonic() < began + MINUTES * 60
        return count_of(tally, "played") < wanted

    tokens = station.tokens(ACCOUNTS)
    browser = browse(station)
    players = [Player(station.port, tokens[at % ACCOUNTS], ids, random.Random(SEED * 1000 + at), DWELL_S, REFUSED_S, tally).live(going) for at in range(VIEWERS)]
    tasks = [asyncio.create_task(one) for one in players]
    around = [asyncio.create_task(faults(sim, dice, going, shown)), asyncio.create_task(watch_memory(station, samples, most, sim, going))]
    await asyncio.gather(*tasks)
    took = time.monotonic() - began
    try:
        seen = json.loads((await asyncio.to_thread(browser.communicate, timeout=60))[0] or "{}")
    except subprocess.TimeoutExpired:
        browser.kill()
        seen = {}
    await asyncio.gather(*around)
    await sim("reset")
    await sim(f"tuners?count={TUNERS}")
    return tally, shown, samples, most, seen, took


def complaints(log):
    """Lines of warnings and errors, alike ones together."""
    found = collections.Counter()
    for line in log.read_text(errors="replace").splitlines():
        told = re.search(r" (WARN|ERROR) (.*)", re.sub(r"\x1b\[\d*m", "", line))
        if told:
            found[told[1] + " " + re.sub(r"[0-9a-f]{8,}|\d+", "#", told[2])[:150]] += 1
    return found


def verdicts(first, last, most, samples, tally, seen, log):
    """What is wrong; prints the tables."""
    wrong = [f"{name}: {first[name]:g} at first, {last[name]:g} at the end" for name in first if last[name] > first[name]]
    table(("what", "first", "most", "last", ""), [(name, f"{first[name]:g}", f"{most[name]:g}", f"{last[name]:g}", "MORE" if last[name] > first[name] else "")
                                                  for name in first])
    told = tallied(tally)
    table(("players", "count", "of which"), [(what, *row) for what, row in told.items()])
    wrong += [f"{what}: {row[0]} ({row[1]})" for what, row in told.items() if what.startswith("BAD")]
    if not seen.get("pictures"):
        wrong.append(f"the browser showed nothing: {seen}")
    wrong += [f"the page: {count} x {fault}" for fault, count in seen.get("faults", {}).items()]
    whole_s = samples[-1][0]
    judged = whole_s > WARM_S + JUDGED_S
    steady = [sample for sample in samples if sample[0] > max(WARM_S if judged else 0, whole_s * WARM_SHARE)]
    per_hour, error = slope(steady)
    print(f"PSS: {steady[0][1]:.1f} MiB after warming up, {steady[-1][1]:.1f} at the end, most {max(mib for _, mib in samples):.1f}; slope {per_hour:+.1f} MiB/h, "
          f"one-sided 95 % bound {per_hour - T_95 * error:+.1f} MiB/h over {len(steady)} samples{'' if judged else '; too short to be judged'}")
    if judged and grows(steady):
        wrong.append(f"memory grows by {per_hour:.1f} MiB/h")
    for line, count in complaints(log).most_common(25):
        print(f"{count:7} x {line}")
        if "panicked" in line:
            wrong.append(line)
    return wrong


async def main():
    (OUT / "soak-log").unlink(missing_ok=True)
    dice, sim, metrics_port = random.Random(SEED), Receiver(), free_port()
    settings = {"tape": TAPE, "metrics": {"listen": f"127.0.0.1:{metrics_port}"}, "guide": {"refresh": "1m"}, "log": {"level": "info,telecast_server::app::playback=debug"}}
    await sim.ready()
    station = Station(sim.web_port, sim.stream_port, TUNERS, settings)
    try:
        async with station:
            station.metrics = Http(metrics_port)
            ids = await station.channels(11)
            await warm(station, ids, dice)
            first = await settled(station, sim)
            rest_mib = pss_mib(station.process.pid)
            print(f"at rest after the warm use, pid {station.process.pid}; the storm begins", flush=True)
            tally, shown, samples, most, seen, took = await storm(station, sim, ids, dice)
            zaps, played = count_of(tally, "zaps"), count_of(tally, "played")
            stood_for = f", standing for {played / ZAPS_AN_HOUR:.1f} hours" if FAST else ""
            print(f"{took:.0f} s, {zaps} zaps, {played} of them played ({played / took:.1f} a second{stood_for}); browser: {seen.get('pictures')} of {seen.get('zaps')} zaps showed a picture "
                  f"when it left; server {cpu_s(station.process.pid):.0f} CPU-s; faults: {', '.join(f'{n} {what}' for what, n in shown.most_common())}\n", flush=True)
            if station.process.poll() is not None:
                raise RuntimeError(f"the station has ended with {station.process.returncode}; its log is {station.dir / 'log'}")
            last = await settled(station, sim, first)
            print(f"PSS at rest: {rest_mib:.1f} MiB before, {pss_mib(station.process.pid):.1f} MiB after")
            wrong = verdicts(first, last, most, samples, tally, seen, station.dir / "log")
            station.metrics.close()
            if wrong:
                shutil.copy(station.dir / "log", OUT / "soak-log")
    finally:
        sim.stop()
    print("\n".join(f"WRONG {what}" for what in wrong) or "soak: nothing is left, nothing grows")
    if wrong:
        print(f"the station's log is {OUT / 'soak-log'}")
    return bool(wrong)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(asyncio.run(main()))
