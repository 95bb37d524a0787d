"""Rounds in random order, medians, CPU of this process and of the database server."""

import os
import pathlib
import random
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection

TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Figures:
    items: int = 1
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def rate(self) -> float:
        return self.items / statistics.median(self.wall)

    def cpu_each(self) -> float:
        return 1000 * statistics.median(self.cpu) / self.items


def rounds(
    variants: dict[str, Callable[[], int]], count: int, before: Callable[[str], None] | None = None
) -> dict[str, Figures]:
    """Each variant once a round, in a fresh random order, so that a drift of the machine touches all alike."""
    found = {name: Figures() for name in variants}
    for _ in range(count):
        for name in random.sample(list(variants), len(variants)):
            if before:
                before(name)
            cpu, start = _cpu(), time.perf_counter()
            found[name].items = variants[name]()
            found[name].wall.append(time.perf_counter() - start)
            found[name].cpu.append(_cpu() - cpu)
    return found


def table(title: str, figures: dict[str, Figures], base: str, unit: str) -> None:
    print(f"## {title}\n\n| variant | {unit}/s | CPU ms each | rate vs {base} | CPU vs {base} |\n|---|---|---|---|---|")
    for name, row in figures.items():
        ratio = row.rate() / figures[base].rate()
        cpu = figures[base].cpu_each() / row.cpu_each()
        print(f"| {name} | {row.rate():,.0f} | {row.cpu_each():.3f} | {ratio:.2f} | {cpu:.2f} |")
    print(flush=True)


def memory_mib() -> float:
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime + _server_cpu()


def _server_cpu() -> float:
    if connection.connection is None:
        connection.ensure_connection()
    fields = pathlib.Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK
