import ast
import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

PAPER = Path("docs/requirements.md")
LIST = Path("docs/requirements.csv")
KINDS = {
    "P": "page", "M": "text", "R": "rule", "A": "role", "N": "notice", "T": "timing", "F": "field", "B": "button",
    "O": "option", "D": "document",
}  # fmt: skip
HEAD = """# What the product must do, and what proves it

Written by `manage.py requirements` from `docs/requirements.csv` and the `@pytest.mark.req(…)` of the tests.
{proved} of {total} are proved by a test.

| Id | Kind | Requirement | Proved by |
|---|---|---|---|
"""


class Command(BaseCommand):
    help = "Écrit docs/requirements.md et montre les exigences que nul essai ne prouve."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="n’écrit rien ; échoue si le papier est dépassé")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        root, proofs = Path(settings.BASE_DIR), proofs_in(Path(settings.BASE_DIR) / "tests")
        listed = requirements(root / LIST)
        refuse_unknown(proofs, listed)
        keep(root / PAPER, paper(listed, proofs), check=check, command="requirements")
        if not check:
            missing = [number for number, _, _ in listed if number not in proofs]
            self.stdout.write(f"{len(missing)} exigences que nul essai ne prouve :\n" + "\n".join(missing))


def requirements(path: Path) -> list[tuple[str, str, str]]:
    """Id, kind and wording of each requirement, in the list's order."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["id"], row["kind"], row["requirement"]) for row in csv.DictReader(file)]


def proofs_in(folder: Path) -> dict[str, set[str]]:
    """The test files that carry each id, read from the source without running it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(folder.rglob("test_*.py")):
        for number in marked(ast.parse(path.read_text(encoding="utf-8"))):
            found[number].add(path.relative_to(folder.parent).as_posix())
    return dict(found)


def marked(tree: ast.Module) -> Iterator[str]:
    """The ids inside every `pytest.mark.req(…)` of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.req":
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


def refuse_unknown(proofs: dict[str, set[str]], listed: list[tuple[str, str, str]]) -> None:
    """A test that proves something nobody asked for has a slip in its id; those of the law stand in docs/law.md."""
    unknown = set(proofs) - {number for number, _, _ in listed}
    if strange := sorted(number for number in unknown if not number.startswith("LEG-")):
        files = {path for number in strange for path in proofs[number]}
        raise CommandError(f"Exigences inconnues : {', '.join(strange)} (dans {', '.join(sorted(files))}).")


def paper(listed: list[tuple[str, str, str]], proofs: dict[str, set[str]]) -> str:
    """The whole of docs/requirements.md."""
    proved = sum(number in proofs for number, _, _ in listed)
    rows = [
        f"| {number} | {in_words(kind)} | {text} | {', '.join(sorted(proofs.get(number, ()))) or 'not yet'} |"
        for number, kind, text in listed
    ]
    return HEAD.format(proved=proved, total=len(listed)) + "\n".join(rows) + "\n"


def in_words(kind: str) -> str:
    return " and ".join(KINDS[letter] for letter in kind.split("/"))


def keep(path: Path, text: str, *, check: bool, command: str) -> None:
    """Write a generated paper, or only say with CommandError that it is stale."""
    if not check:
        path.write_text(text, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        raise CommandError(f"docs/{path.name} est dépassé : lancez « make {command} ».")
