"""The proxy configuration that we ship (deploy/nginx), started as it is but for names and ports."""

import pathlib
import subprocess
import time
import urllib.request
import ssl

CONF = pathlib.Path(__file__).resolve().parent.parent / "deploy/nginx/telecast.conf"


class Proxy:
    """`with Proxy(dir, port, upstream) as origin`: nginx with a certificate of its own before `upstream`."""

    def __init__(self, dir, port, upstream):
        self.dir, self.port, self.upstream = pathlib.Path(dir), port, upstream

    def __enter__(self):
        self.dir.mkdir(parents=True, exist_ok=True)
        certificate, key = self.dir / "fullchain.pem", self.dir / "privkey.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=tv.example.org",
                        "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
        ours = CONF.read_text().replace("/etc/ssl/telecast", str(self.dir)).replace("127.0.0.1:8080", f"127.0.0.1:{self.upstream}")
        ours = ours.replace("listen 443", f"listen 127.0.0.1:{self.port}").replace("    listen [::]:443 ssl http2;\n", "")
        main = self.dir / "nginx.conf"
        main.write_text(f"daemon off; pid {self.dir}/pid; error_log {self.dir}/error.log;\nevents {{}}\nhttp {{\n{ours}\n}}\n")
        self.process = subprocess.Popen(["nginx", "-p", str(self.dir), "-c", str(main)], stdin=subprocess.DEVNULL)
        origin, deadline = f"https://127.0.0.1:{self.port}", time.monotonic() + 10
        anyone = ssl._create_unverified_context()
        while True:
            try:
                urllib.request.urlopen(f"{origin}/healthz", context=anyone, timeout=5).read()
                return origin
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    self.__exit__()
                    raise
                time.sleep(0.1)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
