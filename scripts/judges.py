"""Players and validators that others wrote judge what a real server makes of known broadcasts (docs/design/judges.md).

Broadcasts of 25 pictures a second, made by ffmpeg, come from a small receiver in real time. Of each session the closed
segments are kept as they were served (`Snapshot`), so that every player can be held to exact counts of pictures and
samples, and of the raw stream five seconds, from which they must all get the same; ffmpeg and VLC then play the live addresses too.
The server's metrics, its API document and its systemd unit are judged as texts. The last line counts: `N passed, N failed`; a judge
that is not installed is named before as *not run*.
"""

import asyncio
import functools
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
from urllib.parse import urljoin, urlsplit

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
import media
from judge_proxy import Proxy
from receiver import Channel, Receiver
from station import BINARY, OUT, Station, free_port
from viewer import Http, Viewer, attributes

FPS, TICKS = 25, 90_000
RUN_S = 14  # a few whole segments behind the first ones
LENGTH_S = 90  # of each broadcast
NOBODY = 65534  # VLC refuses to run as root
VLC_SLACK_S, VLC_WATCH_S = 1, 6  # what it decodes at once, and how late it hears the question; how long it is watched
PYTHON = ROOT / "target/tools/venv/bin/python"  # with what scripts/judges.txt names
OPEN_TAGS = ("#EXT-X-PART", "#EXT-X-PRELOAD-HINT", "#EXT-X-SERVER-CONTROL", "#EXT-X-RENDITION-REPORT", "#EXT-X-SKIP")
AAC = {"containers": ["cmaf"], "video": ["avc1"], "audio": ["mp4a.40.2"], "hls": "low_latency"}
CASES = {  # name: (sound of the broadcast, what the client says)
    "aac": ("aac", AAC),
    "ac3 to aac": ("ac3", AAC),
    "two languages": ("two", AAC),
    "transport stream": ("aac", {**AAC, "containers": ["ts"], "hls": "standard"}),
    "radio": ("radio", AAC),
}
verdicts, vlc_unit = [], [1]


def verdict(case, judge, fault=None):
    verdicts.append(fault is None)
    print(f"{'ok  ' if fault is None else 'FAIL'} {case}: {judge}{'' if fault is None else f': {fault}'}", flush=True)


def not_run(case, judge, why):
    print(f"not run {case}: {judge}: {why}", flush=True)


def run(*command, seconds=60, **more):
    try:
        return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=seconds, **({} if "input" in more else {"stdin": subprocess.DEVNULL}), **more)
    except subprocess.TimeoutExpired as late:
        return subprocess.CompletedProcess(command, -1, (late.stdout or b"").decode(errors="replace"), f"not done after {seconds} s")


class Snapshot:
    """The closed segments of one session, with playlists that end, below `dir`; what each rendition promises."""

    def __init__(self, case, session, http, dir):
        self.case, self.session, self.http, self.dir, self.renditions = case, session, http, dir, {}

    async def take(self):
        base = self.session["playlist_url"]
        text = await self.keep(base, "main.m3u8")
        names = [line for line in text.splitlines() if line and not line.startswith("#")]
        names += [attributes(line)["URI"] for line in text.splitlines() if line.startswith("#EXT-X-MEDIA:") and "URI=" in line]
        texts = {name: (await self.get(urljoin(base, name))).decode() for name in dict.fromkeys(names)}
        last = min(len(re.findall("#EXTINF", text)) + int(re.search(r"MEDIA-SEQUENCE:(\d+)", text)[1]) for text in texts.values())
        for name, text in texts.items():
            await self.rendition(base, name, text, last)
        return self

    async def rendition(self, base, name, text, last):
        """Keeps the segments before sequence `last`, and a playlist of them that ends."""
        lines, segments, at, init, at_discontinuity = [], [], int(re.search(r"MEDIA-SEQUENCE:(\d+)", text)[1]), None, False
        for line in text.splitlines():
            if at == last:
                break
            if line.startswith(OPEN_TAGS):
                continue
            lines.append(line)
            if line.startswith("#EXT-X-MAP"):
                init = await self.file(base, name, attributes(line.partition(":")[2])["URI"])
            elif line.startswith("#EXTINF"):
                duration = float(re.search(r":([\d.]+)", line)[1])
            elif line.startswith("#EXT-X-DISCONTINUITY") and ":" not in line:
                at_discontinuity = True
            elif line and not line.startswith("#"):
                segments.append((duration, init, await self.file(base, name, line), at_discontinuity))
                at, at_discontinuity = at + 1, False
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*lines, "#EXT-X-ENDLIST", ""]))
        (self.dir / f"{name}.served").write_text(text)
        self.renditions[name] = segments

    async def file(self, base, playlist, uri):
        address = urljoin(urljoin(base, playlist), uri)
        path = self.dir / os.path.relpath(urlsplit(address).path, os.path.dirname(urlsplit(base).path))
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(await self.get(address))
        return path

    async def keep(self, address, name):
        body = await self.get(address)
        self.dir.mkdir(parents=True, exist_ok=True)
        (self.dir / name).write_bytes(body)
        return body.decode()

    async def get(self, address):
        status, _, body = await self.http.call("GET", urlsplit(address).path)
        if status != 200:
            raise RuntimeError(f"{address}: {status} {body[:120]}")
        return body


def frames(path):
    """Decoded pictures [(pts in s, duration)] and sound [(pts, samples, rate)] of a file, and what the decoder complained of."""
    done = run("ffprobe", "-v", "error", "-show_entries", "stream=index,codec_type,sample_rate:frame=media_type,stream_index,pts_time,nb_samples", "-of", "json", path)
    told = json.loads(done.stdout or "{}")
    rates = {s["index"]: int(s.get("sample_rate", 0)) for s in told.get("streams", [])}
    video = [float(f["pts_time"]) for f in told.get("frames", []) if f["media_type"] == "video"]
    sound = [(float(f["pts_time"]), f["nb_samples"], rates[f["stream_index"]]) for f in told.get("frames", []) if f["media_type"] == "audio"]
    return video, sound, done.stderr.strip()


def packets(path):
    """Pictures and samples that a file holds, without decoding: (pictures, first picture's pts, samples, rate)."""
    entries = "stream=index,codec_type,sample_rate:packet=codec_type,pts_time,duration_time"
    told = json.loads(run("ffprobe", "-v", "error", "-show_entries", entries, "-of", "json", path).stdout or "{}")
    rate = next((int(s["sample_rate"]) for s in told.get("streams", []) if s["codec_type"] == "audio"), 0)
    video = [float(p["pts_time"]) for p in told.get("packets", []) if p["codec_type"] == "video"]
    sound = [p for p in told.get("packets", []) if p["codec_type"] == "audio"]
    samples = sum(round(float(p.get("duration_time", 1024 / (rate or 1))) * rate) for p in sound)
    begins = min(video) if video else float(sound[0]["pts_time"]) if sound else 0.0
    return len(video), begins, samples, rate


def judge_segments(snap):
    """EXTINF is the duration of what is in the segment to 1 ms, time has no gap, and every picture can be decoded."""
    most = (0, 0)
    for name, segments in snap.renditions.items():
        wrong, pictures, samples, next_s, runs = [], 0, 0, None, {}
        for duration, init, path, jump in segments:
            runs.setdefault(init, bytearray(init.read_bytes() if init else b"")).extend(path.read_bytes())
            one = path.with_suffix(".one")
            one.write_bytes((init.read_bytes() if init else b"") + path.read_bytes())
            video, begins, sound, rate = packets(one)
            holds = video / FPS if video else sound / max(rate, 1)
            if abs(holds - duration) > 0.001:
                wrong.append(f"{path.name}: EXTINF {duration:.4f} s holds {holds:.4f} s")
            if next_s is not None and not jump and abs(begins - next_s) > 0.002:
                wrong.append(f"{path.name}: begins at {begins:.4f} s, expected {next_s:.4f} s")
            next_s, pictures, samples = begins + holds, pictures + video, samples + sound
        verdict(snap.case, f"EXTINF and time of {name}, {len(segments)} segments", "; ".join(wrong[:3]) or None)
        decoded, complaints = 0, ""
        for number, (init, whole) in enumerate(runs.items()):
            path = snap.dir / f"{name}.{number}.whole"
            path.write_bytes(whole)
            video, sound, complaint = frames(path)
            if not init:  # sound is cut at packets: the last frame of all has only begun
                complaint = "\n".join(line for line in complaint.splitlines() if "Input buffer exhausted" not in line)
            decoded, complaints = decoded + (len(video) or sum(n for _, n, _ in sound)), complaints + complaint
        fault = complaints.splitlines()[0] if complaints else near(decoded, pictures or samples, 0 if pictures else 1152)
        verdict(snap.case, f"ffprobe decodes {name}", fault)
        most = max(most[0], pictures), max(most[1], samples)
    return most


def crc_counts(text):
    """Lines per stream of ffmpeg's framecrc, sound in samples."""
    types = dict(re.findall(r"#media_type (\d+): (\w+)", text))
    counts = {"video": 0, "audio": 0}
    for line in text.splitlines():
        fields = [field.strip() for field in line.split(",")]
        if not line.startswith("#") and len(fields) >= 5:
            kind = types.get(fields[0], "video")
            counts[kind] += 1 if kind == "video" else int(fields[3])
    return counts


def near(found, wanted, slack):
    return None if abs(found - wanted) <= slack else f"{found} instead of {wanted}"


def judge_players(case, what, url, pictures, samples):
    """Each player gets the same counts from the whole: pictures exactly; sound to 0.1 s, as players differ at its ends."""
    maps = ["-map", "0:v:0"] if pictures else ["-map", "0:a:0"]
    done = run("ffmpeg", "-v", "error", "-xerror", "-i", url, *maps, "-f", "framecrc", "-c:v", "rawvideo", "-fps_mode", "passthrough", "-")
    count = crc_counts(done.stdout)
    fault = done.stderr.strip()[:200] or (near(count["video"], pictures, 0) if pictures else near(count["audio"], samples, 4800))
    verdict(case, f"ffmpeg plays all of {what}", fault or None)
    done = run("mpv", "--no-config", "--msg-level=all=error", url, "--o=-", "--of=framecrc", "--ovc=rawvideo", "--oac=pcm_s16le", "--vf=format=yuv420p")
    count = crc_counts(done.stdout)
    # mpv fills its last buffer of sound with silence, up to 0.3 s.
    fault = near(count["video"], pictures, 1) if pictures else near(count["audio"], samples, 14400)
    verdict(case, f"mpv plays all of {what}", fault)
    kind, convert = ("video/x-raw", "videoconvert") if pictures else ("audio/x-raw", "audioconvert")
    done = run("gst-launch-1.0", "-v", "uridecodebin3", f"uri={url}", "!", kind, "!", convert, "!", "identity", "name=count", "silent=false", "!", "fakesink", "sync=false")
    count = len(re.findall(r"count: last-message = chain ", done.stdout))
    # A buffer of sound is a frame of the codec's.
    frame = 1024 if what == "HLS" else 1152
    verdict(case, f"GStreamer plays all of {what}", near(count, pictures, 1) if pictures else near(count * frame, samples, 9600))
    # VLC plays in real time, and stands still at the end.
    lasts = pictures / FPS if pictures else samples / 48000
    count = vlc_counts(url, [lasts + 6])[-1]
    fault = near(count[0], pictures, 1) if pictures else near(count[1] * frame, samples, 9600)
    verdict(case, f"VLC plays all of {what}", fault)


def vlc_told(address, moments):
    """What VLC says at these moments (s) after its start that it has decoded: (pictures, frames of sound)."""
    asks = "".join(f"sleep {moment - before}; echo stats; " for before, moment in zip([0, *moments], moments))
    vlc = ["cvlc", "-I", "rc", "--rc-fake-tty", "--no-color", "--vout=dummy", "--aout=dummy", "--play-and-pause", "--quiet", address]
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    done = run("sh", "-c", f'({asks}sleep 0.5; echo quit) | "$@"', "sh", *user, *vlc, seconds=moments[-1] + 20, env={**os.environ, "HOME": "/tmp"})
    told = [[int(count) for count in re.findall(kind + r" decoded\s*:\s*(\d+)", done.stdout)] for kind in ("video", "audio")]
    return (list(zip(*told)) + [(0, 0)] * len(moments))[:len(moments)]


def vlc_counts(address, moments):
    """Decoded (pictures, frames of sound) at these moments (s) after its start. VLC 3 counts each twice: a clip of 100 pictures tells."""
    return [(pictures / vlc_unit[0], sounds / vlc_unit[0]) for pictures, sounds in vlc_told(address, moments)]


def learn_vlc_unit(out, base):
    clip = out / "hundred.ts"
    media.ffmpeg("-f", "lavfi", "-i", f"testsrc2=s=320x180:r={FPS}", "-frames:v", "100", "-c:v", "libx264", str(clip))
    vlc_unit[0] = max(vlc_told(f"{base}/{clip.name}", [10])[0][0] / 100, 1)


def judge_live(case, url, raw_url, pictures):
    """The live addresses, as people enter them in players."""
    seconds = 4
    for kind, address in (("HLS", url), ("raw TS", raw_url)):
        done = run("ffmpeg", "-v", "error", "-xerror", "-i", address, "-t", seconds, "-map", "0:v:0" if pictures else "0:a:0", "-f", "framecrc", "-c:v", "rawvideo", "-", seconds=40)
        count = crc_counts(done.stdout)
        fault = near(count["video"], seconds * FPS, 1) if pictures else near(count["audio"], seconds * 48000, 9600)
        verdict(case, f"ffmpeg plays live {kind}", done.stderr.strip()[:200] or fault)
        # It begins when it likes; from then on it decodes what is broadcast, neither more nor less.
        first, last = vlc_counts(address, [8, 8 + VLC_WATCH_S])
        frame = 48000 / (1024 if kind == "HLS" else 1152)
        grown = (last[0] - first[0]) / FPS if pictures else (last[1] - first[1]) / frame
        verdict(case, f"VLC plays live {kind}", near(round(grown, 2), VLC_WATCH_S, VLC_SLACK_S))


def judge_proxied(case, port, session, dir):
    """The proxy configuration that we ship lets blocking reloads and an endless stream through."""
    try:
        with Proxy(dir, free_port(), port) as origin:
            for kind, url in (("HLS", session["playlist_url"]), ("raw TS", session["stream_url"])):
                address = origin + urlsplit(url).path
                done = run("ffmpeg", "-v", "error", "-i", address, "-t", 3, "-map", "0:v:0", "-f", "framecrc", "-c:v", "rawvideo", "-", seconds=40)
                verdict(case, f"ffmpeg plays {kind} through nginx", done.stderr.strip()[:200] or near(crc_counts(done.stdout)["video"], 3 * FPS, 1))
    except (OSError, subprocess.CalledProcessError) as error:
        verdict(case, "nginx with deploy/nginx/telecast.conf", error)


def judge_raw(case, path, address, pictures):
    """The raw stream begins with a picture that can be decoded and goes on without a gap."""
    data = path.read_bytes()
    units = [at for at in range(0, len(data) - 188, 188) if data[at + 1] & 0x40 and media.pid_of(data[at:at + 3]) >= 0x100]
    path.write_bytes(data[:units[-4]])  # it was cut off amid a picture
    video, sound, complaint = frames(path)
    times = sorted(video) if pictures else [pts for pts, _, _ in sound]
    step = 1 / FPS if pictures else 1152 / 48000
    gaps = [b - a for a, b in zip(times, times[1:]) if abs(b - a - step) > 0.002]
    fault = complaint.splitlines()[0] if complaint else None
    verdict(case, f"ffprobe decodes raw TS, {len(times)} frames", fault or ("no frames" if not times else None) or (f"gaps {gaps[:3]}" if gaps else None))
    judge_players(case, "raw TS", address, len(video), sum(samples for _, samples, _ in sound))


def judge_texts(metrics):
    """What is read by programs of other kinds: the metrics of the server that was judged, its API, its systemd unit."""
    case = "texts"
    if shutil.which("promtool"):
        done = run("promtool", "check", "metrics", input=metrics)
        verdict(case, "promtool reads the metrics", (done.stdout + done.stderr).strip()[:300] if done.returncode else None)
    else:
        not_run(case, "promtool", "Debian's prometheus is not installed")
    names = "import sys; from prometheus_client.parser import text_string_to_metric_families as r; f = list(r(sys.stdin.read())); " \
        "assert len(f) > 10 and len({m.name for m in f}) == len(f), len(f); assert all(m.type != 'unknown' for m in f), [m.name for m in f if m.type == 'unknown']"
    openapi = "import json, sys; from openapi_spec_validator import validate; validate(json.load(open(sys.argv[1])))"
    for judge, code, *more in (("prometheus_client reads the metrics", names), ("openapi-spec-validator accepts the API", openapi, ROOT / "docs/reference/openapi.json")):
        done = run(PYTHON, "-c", code, *more, input=metrics) if PYTHON.exists() else None
        missing = None if done else "it is not installed: `scripts/need.sh test` puts it into target/tools"
        verdict(case, judge, missing or (done.stderr.strip()[-300:] if done.returncode else None))
    if not shutil.which("systemd-analyze"):
        return not_run(case, "systemd-analyze", "systemd is not installed")
    # Where it will lie there is no binary yet: the one that is judged stands for it.
    unit = OUT / "judges" / "telecast.service"
    unit.write_text((ROOT / "deploy/systemd/telecast.service").read_text().replace("/usr/local/bin/telecast", str(BINARY)))
    done = run("systemd-analyze", "verify", unit)
    verdict(case, "systemd-analyze verifies the unit", (done.stderr.strip() or f"code {done.returncode}")[:300] if done.returncode or "telecast" in done.stderr else None)


def judge_text(snap):
    """Playlists as they were served: hls-parser in strict mode, and m3u8 on the version they claim."""
    texts = [snap.dir / "main.m3u8", *snap.dir.rglob("*.served")]
    strict = "import H from 'hls-parser'; import {readFileSync as r} from 'node:fs'; H.setOptions({strictMode: true}); for (const f of process.argv.slice(1)) H.parse(r(f, 'utf8'))"
    done = run("node", "--input-type=module", "-e", strict, *texts, cwd=ROOT / "e2e")
    verdict(snap.case, f"hls-parser, strict, {len(texts)} playlists", next((line for line in done.stderr.splitlines() if line.startswith("Error")), done.stderr.strip()[:300]) or None)
    check = "import sys, m3u8; from m3u8.version_matching import validate\nfor f in sys.argv[1:]:\n  t = open(f).read(); m3u8.loads(t); e = validate(t.splitlines()); assert not e, e"
    done = run(PYTHON, "-c", check, *texts) if PYTHON.exists() else None
    missing = None if done else "it is not installed: `scripts/need.sh test` puts it into target/tools"
    verdict(snap.case, "m3u8, version matches tags", missing or (done.stderr.strip().splitlines()[-1][:300] if done.returncode else None))


async def raw(viewer, path, seconds):
    process = await asyncio.create_subprocess_exec("curl", "-s", "-m", str(seconds), "-o", str(path), viewer.session["stream_url"])
    await process.wait()


def serve(dir):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t"}

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(dir)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


async def judge(name, station, id, out, base):
    """One case from its session to the last player."""
    viewer = await Viewer(station.port, station.token, id).start(CASES[name][1])
    watching = asyncio.create_task(viewer.watch(lambda: False))
    await asyncio.sleep(RUN_S)
    if watching.done():
        return verdict(name, "a low-latency viewer watches", watching.exception())
    verdict(name, "a low-latency viewer watches", "; ".join(viewer.faults[:3]) or None)
    dir = out / name.replace(" ", "-")
    snap = await Snapshot(name, viewer.session, Http(station.port), dir).take()
    await raw(viewer, dir / "raw.ts", 5)
    await asyncio.to_thread(judge_text, snap)
    pictures, samples = await asyncio.to_thread(judge_segments, snap)
    if name == "aac":
        await asyncio.to_thread(judge_proxied, name, station.port, viewer.session, dir / "proxy")
    address = f"{base}/{dir.name}/main.m3u8"
    players = asyncio.to_thread(judge_players, name, "HLS", address, pictures, samples)
    live = asyncio.to_thread(judge_live, name, viewer.session["playlist_url"], viewer.session["stream_url"], pictures)
    await asyncio.gather(players, live, asyncio.to_thread(judge_raw, name, dir / "raw.ts", f"{base}/{dir.name}/raw.ts", pictures))
    watching.cancel()
    await viewer.stop()


async def main():
    out = OUT / "judges"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    wanted = sys.argv[1:] or CASES
    place = 188 * 1000  # amid a group of pictures
    channels = [Channel(i + 1, name, media.broadcast(CASES[name][0], LENGTH_S).read_bytes(), media.RATE_BPS, start=place) for i, name in enumerate(wanted)]
    receiver, base = await Receiver(channels).start(), serve(out)
    learn_vlc_unit(out, base)
    async with Station(receiver.web_port, receiver.stream_port, len(channels), {"metrics": {"networks": ["127.0.0.1/32"]}}) as station:
        for name, id in zip(wanted, await station.channels(len(channels))):
            try:
                await judge(name, station, id, out, base)
            except Exception as error:
                verdict(name, "can be judged", f"{type(error).__name__}: {error}")
        status, _, metrics = await Http(station.port).call("GET", "/metrics")
        verdict("texts", "the server tells its metrics", None if status == 200 else status)
        judge_texts(metrics.decode())
    receiver.stop()
    print(f"{sum(verdicts)} passed, {len(verdicts) - sum(verdicts)} failed")
    return 0 if verdicts and all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
