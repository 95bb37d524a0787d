"""Time stands in the database: the timetable only rings, and nothing is ever scheduled for later in a queue."""

import ast
from datetime import timedelta
from pathlib import Path

from credicys.celery import app
from credicys.timetable import TIMETABLE
from tests.walls.test_architecture import MODULES, for_each, name_of, parsed

# What would put a date into the queue, where a lost broker loses it.
LATER = {"eta", "countdown", "apply_async", "crontab", "solar"}


@for_each(sorted(TIMETABLE), str)
def test_every_entry_names_a_task_that_exists(name: str) -> None:
    app.loader.import_default_modules()
    assert TIMETABLE[name]["task"] in app.tasks


@for_each(sorted(TIMETABLE), str)
def test_an_entry_is_an_interval_and_a_late_ring_is_dropped(name: str) -> None:
    entry = TIMETABLE[name]
    every = entry["schedule"]
    assert isinstance(every, int | float | timedelta), "an hour of the day is missed when beat is down at that hour"
    assert every and entry["options"]["expires"] == every


def test_every_task_of_the_product_is_in_the_timetable() -> None:
    """A task that nothing rings does nothing."""
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == {entry["task"] for entry in TIMETABLE.values()}


@for_each(MODULES, name_of)
def test_nothing_is_put_into_the_queue_for_later(path: Path) -> None:
    for node in ast.walk(parsed(path)):
        words: set[str] = set()
        if isinstance(node, ast.keyword) and node.arg:
            words = {node.arg}
        elif isinstance(node, ast.Attribute):
            words = {node.attr}
        elif isinstance(node, ast.Name):
            words = {node.id}
        assert not words & LATER, f"line {getattr(node, 'lineno', '?')}: {words & LATER}"
