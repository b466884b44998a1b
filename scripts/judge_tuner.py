"""Programs that others wrote look for the station as a network tuner, ask it, and have it send a stream (docs/design/judges.md).

`hdhomerun_config` knows one port and broadcasts, and a search of SSDP goes to a group: so all of it happens in a network of its own, which this script makes
(`unshare`) and which ends with it. The last line counts: `N passed, N failed`.
"""

import asyncio
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
import media
from receiver import Channel, Receiver
from station import Station

HERE, OWN = "192.168.77.1", "JUDGE_OWN_NETWORK"
PYTHON = ROOT / "target/tools/venv/bin/python"  # with what scripts/judges.txt names
NAMES = ["One", "Two", "Three"]
LENGTH_S, SAVE_S = 60, 6
verdicts = []
UPNP = """
import asyncio, sys
from ipaddress import ip_address
from async_upnp_client.aiohttp import AiohttpRequester
from async_upnp_client.advertisement import SsdpAdvertisementListener
from async_upnp_client.client_factory import UpnpFactory
from async_upnp_client.search import async_search

async def main(here, seconds):
    found, heard = {}, []
    async def answer(headers):
        found[headers["usn"]] = headers["location"]
    async def alive(headers):
        heard.append("alive")
    async def byebye(headers):
        heard.append("byebye")
    if seconds:
        listener = SsdpAdvertisementListener(async_on_alive=alive, async_on_byebye=byebye, source=(here, 0))
        await listener.async_start()
        print("listening", flush=True)
        await asyncio.sleep(seconds)
        return print(*sorted(set(heard)))
    for target in ("upnp:rootdevice", "ssdp:all", "urn:schemas-upnp-org:device:MediaServer:1"):
        found.clear()
        await async_search(async_callback=answer, source=(here, 0), search_target=target, timeout=2)
        print(target, len(found))
    device = await UpnpFactory(AiohttpRequester()).async_create_device(next(iter(found.values())))
    print("device", device.udn, device.serial_number, device.device_type, next(iter(found)))

asyncio.run(main(sys.argv[1], float(sys.argv[2])))
"""


def verdict(judge, fault=None):
    verdicts.append(fault is None)
    print(f"{'ok  ' if fault is None else 'FAIL'} {judge}{'' if fault is None else f': {fault}'}", flush=True)


def finish():
    print(f"{sum(verdicts)} passed, {len(verdicts) - sum(verdicts)} failed")
    sys.exit(0 if verdicts and all(verdicts) else 1)


async def said(*command, seconds=30):
    def run():
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL)
        return (done.stdout + done.stderr).strip()

    return await asyncio.to_thread(run)


def holds(judge, text, pattern):
    found = re.fullmatch(pattern, text, re.S)
    verdict(judge, None if found else f"{text[-300:]!r} is not {pattern!r}")
    return found


async def judge_control(id):
    config = lambda *words: said("hdhomerun_config", id, *words)
    for words, pattern in [
        (("get", "/sys/model"), "telecast"),
        (("get", "/sys/version"), r"\d+\.\d+\.\d+.*"),
        (("get", "/sys/features"), "channelmap: .*"),
        (("get", "help"), r"Supported configuration options:.*/tuner<n>/vchannel <vchannel>.*"),
        (("get", "/tuner0/status"), "ch=none lock=none ss=0 snq=0 seq=0 bps=0 pps=0"),
        (("get", "/tuner3/status"), "ERROR: unknown getset variable"),
        (("get", "/sys/nothing"), "ERROR: unknown getset variable"),
        (("set", "/tuner0/vchannel", "99"), "ERROR: invalid virtual channel"),
        (("set", "/tuner0/target", "udp://192.168.77.9:5000"), "ERROR: invalid target"),
        (("set", "/tuner0/vchannel", "2"), ""),
        (("get", "/tuner0/vchannel"), "2"),
        (("set", "/tuner1/lockkey", "4711"), ""),
        (("get", "/tuner1/lockkey"), re.escape(HERE)),
        (("set", "/tuner1/vchannel", "1"), f"ERROR: resource locked by {re.escape(HERE)}"),
        (("key", "4711", "set", "/tuner1/vchannel", "1"), ""),
        (("set", "/tuner1/lockkey", "force"), ""),
        (("set", "/tuner1/vchannel", "none"), ""),
    ]:
        holds(f"hdhomerun_config {' '.join(words)}", await config(*words), pattern)


async def judge_stream(id, folder):
    """`save` has the tuner send to where it listens; ffprobe says what it got."""
    path = folder / "saved.ts"
    process = subprocess.Popen(["hdhomerun_config", id, "save", "/tuner0", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    await asyncio.sleep(SAVE_S)
    holds("a tuner that sends says so", await said("hdhomerun_config", id, "get", "/tuner0/status"), r"ch=auto lock=auto ss=100 .* bps=[1-9]\d+ pps=[1-9]\d*")
    holds("and what", await said("hdhomerun_config", id, "get", "/tuner0/streaminfo"), r"\d+: 2 Two")
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=20)[1]
    holds("hdhomerun_config save loses nothing", told[told.find("--") :].strip(), r"-- Video statistics --\s+[1-9]\d{2,} packets received, 0 overflow errors, 0 network errors, 0 transport errors, 0 sequence errors")
    shown = await said("ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", path)
    verdict("ffprobe finds picture and sound in it", None if {"h264", "aac"} <= set(shown.split()) else shown[-300:])
    holds("a tuner that is left sends no more", await said("hdhomerun_config", id, "get", "/tuner0/target"), "none")


async def judge_notices(id):
    lines = (await said(PYTHON, "-c", UPNP, HERE, 0, seconds=60)).splitlines()
    for target, count in (("upnp:rootdevice", 1), ("ssdp:all", 3), ("urn:schemas-upnp-org:device:MediaServer:1", 1)):
        verdict(f"async-upnp-client searches for {target}", None if f"{target} {count}" in lines else lines[-4:])
    device = next((line.split() for line in lines if line.startswith("device ")), [""] * 5)
    verdict("and reads the description of the same device", None if device[2] == id and device[4].startswith(device[1]) else lines[-4:])


def judge_pages(station, id):
    def get(path):
        try:
            with urllib.request.urlopen(f"http://{HERE}:{station.port}{path}", timeout=20) as response:
                return response.status, response.headers, response.read(188)
        except urllib.error.HTTPError as error:
            return error.code, error.headers, b""

    verdict("discover.json tells the same id", None if id.encode() in urllib.request.urlopen(f"http://{HERE}:{station.port}/discover.json").read() else "it does not")
    status, _, body = get("/auto/v1?duration=1")
    verdict("a channel by its number", None if status == 200 and body[:1] == b"G" else status)
    status, headers, _ = get("/auto/v99")
    verdict("a number that is not there", None if (status, headers.get("X-HDHomeRun-Error")) == (404, "801 Unknown Channel") else (status, headers.items()))


async def judge(station):
    answer = ""
    for _ in range(20):
        if "found" in (answer := await said("hdhomerun_config", "discover")) and "no devices" not in answer:
            break
        await asyncio.sleep(0.5)
    found = holds("hdhomerun_config discover", answer, rf"hdhomerun device ([0-9A-F]{{8}}) found at {re.escape(HERE)}")
    if not found:
        return
    id = found[1]
    await judge_control(id)
    await judge_stream(id, station.dir)
    await judge_notices(id)
    await asyncio.to_thread(judge_pages, station, id)


async def main():
    for tool in ("hdhomerun_config", "ffprobe"):
        if shutil.which(tool) is None:
            verdict(tool, f"{tool} is not installed: make need-test")
    if not PYTHON.exists():
        verdict("async-upnp-client", f"{PYTHON} is not there: make need-test")
    if verdicts:
        return
    data = media.broadcast("aac", LENGTH_S, "180p25").read_bytes()
    receiver = await Receiver([Channel(number + 1, name, data, media.rate_bps("180p25")) for number, name in enumerate(NAMES)]).start()
    # Beside it one finds nobody who is not asked for, and is found by nobody who may not.
    settings = {"auth": {"iptv_networks": [f"{HERE}/24", "127.0.0.1"]}, "tuner": {"interfaces": ["tuner0"]}, "rate_limit": {"enabled": False}}
    station = Station(receiver.web_port, receiver.stream_port, len(NAMES), settings)
    path = station.dir / "telecast.toml"
    path.write_text(path.read_text().replace(f'listen = "127.0.0.1:{station.port}"', f'listen = "0.0.0.0:{station.port}"'))
    async with station:
        await station.channels(len(NAMES))
        await judge(station)
        listening = subprocess.Popen([PYTHON, "-c", UPNP, HERE, "8"], stdout=subprocess.PIPE, text=True)
        await asyncio.to_thread(listening.stdout.readline)
    heard = (await asyncio.to_thread(listening.communicate, timeout=30))[0].split()
    verdict("async-upnp-client hears it go", None if "byebye" in heard else heard)
    holds("and nobody is found any more", await said("hdhomerun_config", "discover"), "no devices found")
    receiver.stop()


def own_network():
    """A network with an interface that is nobody else's: this script again, within it."""
    words = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    done = subprocess.run([*words, sys.executable, __file__, *sys.argv[1:]], env={**os.environ, OWN: "1"})
    if done.returncode > 1 or done.returncode < 0:
        verdict("a network of its own", f"{' '.join(words)} ended with {done.returncode}: this needs root, or user namespaces")
        finish()
    sys.exit(done.returncode)


def links():
    for words in ("link set lo up", "link add tuner0 type veth peer name tuner1", f"address add {HERE}/24 broadcast + dev tuner0", "link set tuner0 up", "link set tuner1 up", "route add default dev tuner0"):
        subprocess.run(["ip", *words.split()], check=True)


if OWN not in os.environ:
    missing = [tool for tool in ("unshare", "ip") if shutil.which(tool) is None]
    for tool in missing:
        verdict(tool, f"{tool} is not installed: make need-test")
    finish() if missing else own_network()
links()
asyncio.run(main())
finish()
