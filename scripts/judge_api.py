"""schemathesis asks the whole API, with each role and with none: no server error, no answer that is not described, none in another form.

`python3 scripts/judge_api.py BINARY [EXAMPLES]`, where BINARY is a `telecast` and EXAMPLES how many requests each operation gets at most (25). What the
program is told is what the fuzzer makes up, so the station is one of its own, in a folder of its own, without limits on how often it is asked. Needs
`schemathesis` (PyPI); without it this fails and says so. Sockets and event streams, which never end, are left out, and what starts a simulated receiver.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROLES = ["owner", "admin", "programmer", "agent", "viewer", "child"]
SCOPES = {"owner": "watch,record,program,chat,desk,admin", "admin": "watch,admin", "programmer": "watch,program", "agent": "watch,desk", "viewer": "watch,record", "child": "watch"}
ENDLESS = r"(/api/v1/(socket|events|receivers/simulated)|/iptv/stream/.*)$"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance,use_after_free"


def schemathesis():
    """The program: beside this Python, or on the path."""
    for place in (pathlib.Path(sys.executable).parent / "schemathesis", ROOT / "target/tools/venv/bin/schemathesis", shutil.which("schemathesis")):
        if place and pathlib.Path(place).exists():
            return str(place)
    sys.exit("judge_api.py: schemathesis is not installed: python3 -m venv DIR && DIR/bin/pip install schemathesis, then run this with DIR/bin/python")


class Station:
    def __init__(self, binary):
        self.binary, self.dir = binary, pathlib.Path(tempfile.mkdtemp(prefix="telecast-api-"))
        (self.dir / "telecast.toml").write_text('[server]\nlisten = "127.0.0.1:0"\n[rate_limit]\nenabled = false\n[tape]\nminimum_free = "1GB"\n')
        self.common = ["--config", str(self.dir / "telecast.toml"), "--data-dir", str(self.dir / "data")]
        self.tokens = {}
        for role in ROLES:
            self.run("user", "add", role, "--role", role, told="a long pass phrase\n")
            self.tokens[role] = self.run("token", "create", "--user", role, "--scope", SCOPES[role]).strip()
        self.log = open(self.dir / "log", "w+")
        self.process = subprocess.Popen([binary, "serve", *self.common], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        for _ in range(300):
            found = re.search(r"Telecast is at (http://\S+)/", (self.dir / "log").read_text(errors="replace"))
            if found:
                self.url = found[1]
                return
            time.sleep(0.1)
        sys.exit(f"judge_api.py: the station does not start:\n{(self.dir / 'log').read_text(errors='replace')[-2000:]}")

    def run(self, *command, told=None):
        done = subprocess.run([self.binary, *command, *self.common], input=told, capture_output=True, text=True, timeout=60)
        if done.returncode:
            sys.exit(f"judge_api.py: {' '.join(command)}: {done.stderr}")
        return done.stdout

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        panics = [line for line in (self.dir / "log").read_text(errors="replace").splitlines() if "panicked" in line]
        shutil.rmtree(self.dir)
        return panics


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    examples, program, station = sys.argv[2] if len(sys.argv) > 2 else "25", schemathesis(), Station(sys.argv[1])
    wrong = []
    try:
        for role in [None, *ROLES]:
            header = ["--header", f"Authorization: Bearer {station.tokens[role]}"] if role else []
            command = [program, "run", f"{station.url}/api/v1/openapi.json", "--url", station.url, *header, "--checks", CHECKS, "--max-examples", examples,
                       "--exclude-path-regex", ENDLESS, "--phases", "coverage,fuzzing", "--continue-on-failure", "--warnings", "off",
                       "--suppress-health-check", "all", "--generation-database", "none", "--seed", "1", "--request-timeout", "60"]
            done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"}, cwd=station.dir)
            cases = re.search(r"(\d+) generated", done.stdout)
            print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {role or 'nobody'}: {cases[0] if cases else 'nothing'}", flush=True)
            if done.returncode or not cases:
                wrong.append(role or "nobody")
                print(done.stdout[-6000:], done.stderr[-2000:])
            with urllib.request.urlopen(f"{station.url}/healthz") as alive:
                assert alive.status == 200
    finally:
        panics = station.stop()
    print("\n".join(panics))
    print(f"{len(ROLES) + 1 - len(wrong)} passed, {len(wrong) + bool(panics)} failed")
    return bool(wrong or panics)


if __name__ == "__main__":
    sys.exit(main())
