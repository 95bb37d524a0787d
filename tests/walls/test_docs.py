"""The papers say what the program does: generated ones are fresh, written ones point to what exists."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from portal.management.commands.requirements import LIST, marked, proofs_in, requirements
from procedures.transitions import TRANSITIONS

DOCS = Path(settings.BASE_DIR) / "docs"


@pytest.mark.parametrize("command", ["requirements", "statechart"])
def test_a_generated_paper_is_fresh(command: str) -> None:
    call_command(command, "--check")


@pytest.mark.parametrize(("command", "paper"), [("requirements", "requirements.md"), ("statechart", "procedures.md")])
def test_a_stale_paper_is_told_with_what_to_do(command: str, paper: str, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / LIST).write_text((DOCS / LIST.name).read_text(encoding="utf-8"), encoding="utf-8")
    settings.BASE_DIR = tmp_path
    for text in (None, "autre chose"):
        if text:
            (tmp_path / "docs" / paper).write_text(text, encoding="utf-8")
        with pytest.raises(CommandError, match=f"docs/{paper} est dépassé : lancez « make {command} »"):
            call_command(command, "--check")
    call_command(command)
    call_command(command, "--check")


def test_a_test_that_proves_an_unknown_requirement_is_told(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / LIST).write_text("id,kind,requirement\nCRE-01,P,Deux adresses\n", encoding="utf-8")
    (tmp_path / "tests/test_x.py").write_text('@pytest.mark.req("CRE-99")\ndef test_x(): ...\n', encoding="utf-8")
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="Exigences inconnues : CRE-99"):
        call_command("requirements")


def test_every_requirement_stands_once_in_the_list() -> None:
    numbers = [number for number, _, _ in requirements(DOCS / LIST.name)]
    assert len(numbers) == len(set(numbers)) == 267
    counts = {
        prefix: sum(number.startswith(prefix) for number in numbers) for prefix in ("CRE", "ATR", "REL", "NUM", "IDE")
    }
    assert counts == {"CRE": 59, "ATR": 80, "REL": 66, "NUM": 30, "IDE": 32}


def test_every_move_stands_in_the_chart() -> None:
    chart = (DOCS / "procedures.md").read_text(encoding="utf-8")
    for name, move in TRANSITIONS.items():
        assert f"**{move.label}** (`{name}`)" in chart
        for source in move.sources:
            assert f"    {source} --> {move.target}: {move.label}" in chart


# --- the law --------------------------------------------------------------------------------------------------
LAW = (DOCS / "law.md").read_text(encoding="utf-8")


def test_every_rule_of_law_has_its_line() -> None:
    found = re.findall(r"^\| (LEG-\d+) \|", LAW, re.MULTILINE)
    assert {f"LEG-{n:02d}" for n in range(1, 15)} <= set(found)


def test_what_the_law_paper_names_exists() -> None:
    """`path` is a file; `path::name` a function, a constant or a test in it."""
    for name in re.findall(r"`([\w/.-]+\.(?:py|html|csv|md)(?:::\w+)?)`", LAW):
        path, _, inner = name.partition("::")
        file = Path(settings.BASE_DIR) / path
        assert file.exists(), name
        if inner:
            assert re.search(
                rf"^(?:def|class|async def) {inner}\b|^{inner}\b.*=", file.read_text(encoding="utf-8"), re.MULTILINE
            ), name


def test_every_line_of_the_law_paper_names_code_and_proof_or_says_not_yet() -> None:
    for line in re.findall(r"^\| LEG-\d+ \|.*$", LAW, re.MULTILINE):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert len(cells) == 5, line
        code, proof = cells[3], cells[4]
        assert (".py" in code and "tests/" in proof) or "not yet" in code, line


def test_marks_are_read_without_running_the_tests() -> None:
    found = proofs_in(Path(settings.BASE_DIR) / "tests")
    assert "tests/journeys/test_sign_up_to_injonction.py" in found["CRE-55"]
    assert list(marked(ast.parse('@pytest.mark.req("A", "B")\ndef test(): ...'))) == ["A", "B"]
