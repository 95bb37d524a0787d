"""Many people at once on the real demo: web, worker, beat and broker; what they wait for, and that nobody is refused."""

import argparse
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("/espace/", "/espace/dossiers/", "/espace/dossiers/?q=durand", "/espace/mandat", "/aide/")
PASSWORD = "demonstration-2026"  # noqa: S105  the demo's own


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load")
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--requests", type=int, default=40)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        Path(folder).chmod(0o755)  # the embedded server runs as a user of its own
        environment = {k: v for k, v in os.environ.items() if k not in UNSET} | {"VAR_DIR": folder}
        command = [sys.executable, "manage.py", "demo", "--port", str(port)]
        demo = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            _wait(demo)
            _load(f"http://127.0.0.1:{port}", options.people, options.requests)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(timeout=60)


UNSET = ("DATABASE_URL", "DEMO", "DEBUG", "SECRET_KEY", "FIELD_KEYS", "ALLOWED_HOSTS", "SECURE_SSL_REDIRECT")


def _wait(demo: "subprocess.Popen[str]") -> None:
    for line in demo.stdout or ():
        if "Prêt" in line:
            return
    raise RuntimeError("the demo did not start")


def _load(base: str, people: int, requests: int) -> None:
    start = time.perf_counter()
    with ThreadPoolExecutor(people) as pool:
        walks = list(pool.map(lambda number: _walk(base, requests, number), range(people)))
    waits = sorted(wait for walk in walks for wait in walk)
    rate = len(waits) / (time.perf_counter() - start)
    print(
        f"## Load: {people} people, {requests} pages each\n\n| pages/s | median ms | 95 % ms | worst ms | refused |\n|---|---|---|---|---|"
    )
    cut = waits[int(len(waits) * 0.95)]
    print(
        f"| {rate:.0f} | {statistics.median(waits):.0f} | {cut:.0f} | {waits[-1]:.0f} | {people * requests - len(waits)} |\n"
    )


def _walk(base: str, requests: int, number: int) -> list[float]:
    browser = _logged_in(base)
    waits = []
    for step in range(requests):
        start = time.perf_counter()
        with browser.open(base + PAGES[(number + step) % len(PAGES)], timeout=60) as answer:
            if answer.status == 200 and answer.read():
                waits.append((time.perf_counter() - start) * 1000)
    return waits


def _logged_in(base: str) -> urllib.request.OpenerDirector:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = browser.open(f"{base}/connexion", timeout=60).read().decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, "no form at /connexion"
    form = {"csrfmiddlewaretoken": found[1], "login": "creancier@demo.fr", "password": PASSWORD}
    answer = browser.open(f"{base}/connexion", urllib.parse.urlencode(form).encode(), timeout=60)
    assert "/espace/" in answer.geturl(), answer.geturl()
    return browser


if __name__ == "__main__":
    main()
