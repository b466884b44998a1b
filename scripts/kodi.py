"""Kodi as a judge: started without a screen (Xvfb) in a home of its own, asked by JSON-RPC."""

import contextlib
import html
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

from station import free_port

PATIENCE_S = 120  # Kodi draws in software here, on machines that have other work
children, verdicts, urlopen = [], [], urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def verdict(subject, figures, good):
    verdicts.append(bool(good))
    print(f"| {'ok' if good else 'FAIL'} | {subject} | {figures} |", flush=True)


def start(*command, **more):
    quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    children.append(subprocess.Popen([str(c) for c in command], start_new_session=True, **quiet, **more))


def end(child):
    with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
        os.killpg(child.pid, signal.SIGTERM)
        child.wait(20)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def until(what, ask):
    """Asks until there is an answer; what goes wrong until then is forgiven."""
    end, last = time.monotonic() + PATIENCE_S, None
    while time.monotonic() < end:
        try:
            if answer := ask():
                return answer
        except (OSError, RuntimeError, ValueError, LookupError, TypeError) as fault:
            last = fault
        time.sleep(0.5)
    sys.exit(f"FAIL {what}: not within {PATIENCE_S} s ({last})")


class Kodi:
    """Kodi without a screen in a home of its own, with one client for television and its settings."""

    def __init__(self, home, client, settings):
        self.port, self.log, data = free_port(), home / ".kodi/temp/kodi.log", home / ".kodi/userdata"
        (data / "addon_data" / client).mkdir(parents=True)
        server = {"webserver": "true", "webserverport": self.port, "webserverauthentication": "false", "zeroconf": "false", "esenabled": "false"}
        for file, values in {"guisettings.xml": {f"services.{k}": v for k, v in server.items()}, f"addon_data/{client}/settings.xml": settings}.items():
            lines = "".join(f'<setting id="{key}">{html.escape(str(value))}</setting>' for key, value in values.items())
            (data / file).write_text(f'<settings version="2">{lines}</settings>')
        (home / ".asoundrc").write_text("pcm.!default { type null }\nctl.!default { type null }\n")
        reading, writing = os.pipe()
        start("Xvfb", "-displayfd", writing, "-screen", "0", "640x360x24", "-nolisten", "tcp", pass_fds=[writing])
        display = os.read(reading, 16).decode().strip()
        env = {**os.environ, "HOME": str(home), "DISPLAY": f":{display}", "XDG_RUNTIME_DIR": str(home), "KODI_AE_SINK": "ALSA"}
        start("nice", "kodi", "--standalone", env=env, cwd=home)  # now and then it dies of being ended, and leaves a dump there
        until("answer from Kodi", lambda: self.ask("JSONRPC.Ping"))
        self.ask("Addons.SetAddonEnabled", addonid=client, enabled=True)

    def ask(self, method, **params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/jsonrpc", body, {"content-type": "application/json"})
        answer = json.load(urlopen(request, timeout=20))
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def played_s(self):
        """Seconds played of the stream. `Player.GetProperties` tells the programme's time, which goes on without any stream."""
        parts = self.ask("XBMC.GetInfoLabels", labels=["Player.Time"])["Player.Time"].split(":")
        return sum(int(part) * 60**at for at, part in enumerate(reversed(parts)))

    def plays(self, channel):
        """Opens a channel until ten seconds of it are played: the streams that Kodi sees, and these with the times as words."""
        self.ask("Player.Open", item={"channelid": channel})
        begun = time.monotonic()
        first = until("picture", lambda: self.ask("Player.GetProperties", playerid=1, properties=["currentvideostream"])["currentvideostream"]["width"] and self.played_s() + 1)
        shown = time.monotonic()
        until("ten seconds played", lambda: self.played_s() >= first + 9)
        told = self.ask("Player.GetProperties", playerid=1, properties=["currentvideostream", "currentaudiostream"])
        video, sound = told["currentvideostream"], told["currentaudiostream"]
        figures = f"{video['codec']} {video['width']}x{video['height']}, {sound['codec']} of {sound['channels']} channels"
        return video, sound, f"{figures}; picture after {shown - begun:.1f} s, 10 s played in {time.monotonic() - shown:.1f} s"


def there(*packages):
    """Ends with what is to be installed, if something is not."""
    places = {"kodi": shutil.which("kodi"), "xvfb": shutil.which("Xvfb"), "vlc-bin": shutil.which("cvlc")}
    missing = [name for name in ("kodi", "xvfb", *packages) if not (places.get(name) or os.path.exists(f"/usr/share/kodi/addons/{name.removeprefix('kodi-').replace('-', '.')}"))]
    if missing:
        sys.exit(f"judge_kodi: please install {' '.join(missing)} (Debian 12: apt-get install {' '.join(missing)})")


def logged(kodi, client):
    """What Kodi's log says against the client and against the sound."""
    log = [line for line in kodi.log.read_text().splitlines() if " error " in line and "rovider" not in line]  # its own file of providers
    faults = {line.split(f"{client} - ")[-1] for line in log if client in line} | {line[-60:] for line in log if "audio renderer" in line}
    verdict("faults that Kodi logs of client and sound", "; ".join(sorted(faults)) or 0, not faults)


def finish():
    for child in reversed(children):
        end(child)
    print(f"{sum(verdicts)} passed, {len(verdicts) - sum(verdicts)} failed")
    sys.exit(not all(verdicts))
