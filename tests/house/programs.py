"""Other processes that use the server, to be killed, counted and asked."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
USER = """
import sys, time
from pathlib import Path
from credicys.postgres import ensure_running
print(ensure_running(Path(sys.argv[1])).port, flush=True)
time.sleep(float(sys.argv[2]))
"""


def user_of(root: Path, seconds: float = 60, prefix: tuple[str, ...] = ()) -> "subprocess.Popen[str]":
    """A process that uses the server below root for so long; its first line is the port."""
    command = [*prefix, sys.executable, "-c", USER, str(root), str(seconds)]
    return subprocess.Popen(
        command,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def first_line(process: "subprocess.Popen[str]") -> str:
    """Waits for the process to say something; fails with what it complained of."""
    line = process.stdout.readline().strip()
    assert line, process.communicate()[1]
    return line


def kill(process: "subprocess.Popen[str]") -> None:
    """kill -9, and the pipes closed."""
    process.kill()
    process.communicate()


def soon(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether the condition comes true in time."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


def processes_about(text: str) -> list[int]:
    """Living processes whose command line names the text; zombies have none."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if text.encode() in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found
