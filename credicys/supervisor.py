"""Several programs run as one: output with the name in front, the dead restarted, all stopped together.

Each program leads a process group of its own. A reaper, told of every group by a pipe, ends them all when the
pipe closes: so nothing stays behind even after a kill -9 of the supervisor. One thread and nothing but the
standard library, because the reaper runs this file by its path.
"""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO

GRACE_SECONDS = 10
STEADY_SECONDS = 30
LONGEST_PAUSE = 30
LAST_RANK = 9
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAsked(Exception):
    """Somebody pressed Ctrl-C, closed the terminal or sent SIGTERM."""


@dataclass(frozen=True)
class Program:
    """A command to keep running; those of a higher rank lean on the lower ones and stop before them."""

    name: str
    command: tuple[str, ...]
    rank: int = 1


@dataclass
class _Run:
    program: Program
    process: subprocess.Popen[bytes]
    pause: int = 1
    started: float = field(default_factory=time.monotonic)
    restart_at: float | None = None
    rest: bytes = b""


class Supervisor:
    """A context: what was launched inside is over when it ends, whatever ended it."""

    def __init__(
        self, environment: Mapping[str, str], folder: Path, say: Callable[[str], object] | None = None
    ) -> None:
        self._environment = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}
        self._folder = folder
        self._say = say or partial(print, flush=True)
        self._runs: list[_Run] = []
        self._outputs = selectors.DefaultSelector()
        self._starting = self._stopping = False

    def __enter__(self) -> "Supervisor":
        for number in STOP_SIGNALS:
            signal.signal(number, self._ask_to_stop)
        self._reaper = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__], stdin=subprocess.PIPE, start_new_session=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # it has begun and is bounded
        living = [run for run in self._runs if run.restart_at is None]
        end({run.process.pid: run.program.rank for run in living}, self._attend)
        _pipe(self._reaper).close()
        self._reaper.wait()

    def launch(self, program: Program) -> None:
        """Starts the program and keeps it running."""
        self._runs.append(_Run(program, self._start(program)))
        self._watch(self._runs[-1])

    def complete(self, command: tuple[str, ...]) -> int:
        """The code of a command, run to its end while the programs go on; its output stands as it is."""
        process = subprocess.Popen(
            command, cwd=self._folder, env=self._environment, stdin=subprocess.DEVNULL, start_new_session=True
        )
        self._tell(f"+{process.pid} {LAST_RANK}")
        while process.poll() is None:
            self._attend(0.1)
        self._tell(f"-{process.pid} {LAST_RANK}")
        return process.returncode

    def run(self, until: Callable[[], bool], seconds: float = float("inf")) -> bool:
        """Attends to the programs until the condition holds (True) or the time is over (False)."""
        limit = time.monotonic() + seconds
        while not until():
            if time.monotonic() > limit:
                return False
            self._attend(0.2)
            self._restart_the_dead()
        return True

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        if not self._starting:
            raise StopAsked

    def _start(self, program: Program) -> "subprocess.Popen[bytes]":
        self._starting = True  # a signal between birth and entry in the books would leave the child behind
        process = subprocess.Popen(
            program.command,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._tell(f"+{process.pid} {program.rank}")
        return process

    def _watch(self, run: _Run) -> None:
        self._outputs.register(_pipe(run.process), selectors.EVENT_READ, run)
        self._starting = False
        if self._stopping:
            raise StopAsked

    def _attend(self, seconds: float) -> None:
        """Passes the output on and takes note of deaths, for about so long."""
        events = self._outputs.select(seconds)
        for key, _ in events:
            self._pass_on(key.data)
        if not self._outputs.get_map():
            time.sleep(seconds)
        for run in self._runs:
            run.process.poll()

    def _pass_on(self, run: _Run) -> None:
        pipe = _pipe(run.process)
        data = os.read(pipe.fileno(), 65536)
        if not data:
            self._outputs.unregister(pipe)
            pipe.close()
        *lines, run.rest = (run.rest + data).split(b"\n")
        for line in lines if data else [*lines, run.rest]:
            if line.strip():
                self._say(f"{run.program.name:<7}| {line.decode(errors='replace').rstrip()}")

    def _restart_the_dead(self) -> None:
        for run in self._runs:
            if run.process.returncode is not None and run.restart_at is None:
                self._mourn(run)
            elif run.restart_at is not None and time.monotonic() >= run.restart_at:
                run.process, run.started, run.restart_at = self._start(run.program), time.monotonic(), None
                self._watch(run)

    def _mourn(self, run: _Run) -> None:
        steady = time.monotonic() - run.started > STEADY_SECONDS
        run.pause = 1 if steady else min(run.pause * 2, LONGEST_PAUSE)
        run.restart_at = time.monotonic() + run.pause
        _send(os.killpg, run.process.pid, signal.SIGKILL)  # its own children, which would hold its port
        self._tell(f"-{run.process.pid} {run.program.rank}")
        cause = _cause(run.process.returncode)
        self._say(f"{run.program.name} s’est arrêté ({cause}) ; relance dans {run.pause} s.")

    def _tell(self, line: str) -> None:
        with suppress(BrokenPipeError):  # without the reaper we still stop everything ourselves
            os.write(_pipe(self._reaper).fileno(), line.encode() + b"\n")


def end(ranks: Mapping[int, int], pause: Callable[[float], object] = time.sleep) -> None:
    """Ends the programs (number: rank), the highest rank first: asks, waits up to GRACE_SECONDS, then kills.

    What is left of a program's group is killed in any case.
    """
    for rank in sorted(set(ranks.values()), reverse=True):
        pids = [pid for pid, its_rank in ranks.items() if its_rank == rank]
        for pid in pids:
            _send(os.kill, pid, signal.SIGTERM)
        limit = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < limit and any(map(_lives, pids)):
            pause(0.1)
        pause(0)  # their last words
        for pid in pids:
            _send(os.killpg, pid, signal.SIGKILL)


def reap(lines: Iterable[str]) -> None:
    """Remembers `+number rank`, forgets `-number rank`; when the lines end, ends what it still remembers."""
    ranks: dict[int, int] = {}
    for line in lines:
        pid, rank = map(int, line[1:].split())
        if line[0] == "+":
            ranks[pid] = rank
        else:
            ranks.pop(pid, None)
    end(ranks)


def _pipe(process: "subprocess.Popen[bytes]") -> IO[bytes]:
    pipe = process.stdout or process.stdin
    if pipe is None:
        raise ValueError("the process was started without a pipe")
    return pipe


def _send(how: Callable[[int, int], None], pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        how(pid, number)


def _lives(pid: int) -> bool:
    """False for a zombie too: some containers bury them late."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _cause(code: int) -> str:
    return f"code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


if __name__ == "__main__":
    reap(sys.stdin)
