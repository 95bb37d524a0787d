"""The web server as production starts it: whatever a stranger throws at it, it answers and goes on."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLAIN = "GET /sante HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"


def options() -> list[str]:
    """What the image passes to gunicorn, but for the address."""
    command = re.search(r"^CMD \[(.*?)\]", (ROOT / "Dockerfile").read_text(), re.MULTILINE | re.DOTALL)
    assert command
    words = re.findall(r'"([^"]*)"', command[1])
    at = words.index("--bind")
    return words[1:at] + words[at + 2 :]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", *options(), "--bind", f"127.0.0.1:{free}", "--log-level", "error"]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"DJANGO_SETTINGS_MODULE": "credicys.settings"})
    try:
        for _ in range(120):
            try:
                if status(free, PLAIN + "\r\n") in (200, 503):
                    break
            except OSError:
                time.sleep(0.5)
        yield free
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)


def status(port: int, request: str) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(request.encode())
        answer = b""
        while chunk := line.recv(4096):
            answer += chunk
    return int(answer.split(b" ", 2)[1])


@pytest.mark.attack("W18")
def test_outsize_requests_are_refused_and_the_server_goes_on(port: int) -> None:
    before = status(port, PLAIN + "\r\n")
    assert before == 200
    long_url = PLAIN.replace("/sante", "/?q=" + "a" * 16_000) + "\r\n"
    many_headers = PLAIN + "".join(f"X-{n}: y\r\n" for n in range(150)) + "\r\n"
    long_header = PLAIN + f"X-Long: {'z' * 20_000}\r\n\r\n"
    long_cookies = PLAIN + "Cookie: " + "; ".join(f"c{n}={'v' * 400}" for n in range(50)) + "\r\n\r\n"
    for request in (long_url, many_headers, long_header, long_cookies) * 3:
        assert status(port, request) in (400, 414, 431)
    assert status(port, PLAIN + "Cookie: " + "; ".join(f"c{n}=v" for n in range(50)) + "\r\n\r\n") == 200
    assert status(port, PLAIN + "\r\n") == 200
