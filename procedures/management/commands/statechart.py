from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dossiers.enums import Phase
from procedures.transitions import TRANSITIONS, TURN, Transition

PAPER = Path("docs/procedures.md")
HEAD = """# The legal path

Written by `manage.py statechart` from `procedures/transitions.py`: what stands here is what the program does.

```mermaid
stateDiagram-v2
"""


class Command(BaseCommand):
    help = "Écrit docs/procedures.md : le diagramme et la table des transitions."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="n’écrit rien ; échoue si le papier est dépassé")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        path, text = Path(settings.BASE_DIR) / PAPER, paper()
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError(f"{PAPER} est dépassé : lancez « make statechart ».")


def paper() -> str:
    """The whole of docs/procedures.md."""
    rows = "\n".join(row(name, move) for name, move in TRANSITIONS.items())
    turns = "\n".join(f"| {phase.label} | `{phase}` | {TURN[phase]} |" for phase in Phase)
    return (
        f"{HEAD}{diagram()}\n```\n\n## Moves\n\n"
        f"| Move | From | To | Who | What must be true | What is sent |\n|---|---|---|---|---|---|\n{rows}\n\n"
        f"## Whose turn it is\n\n| Phase | Key | Turn |\n|---|---|---|\n{turns}\n"
    )


def diagram() -> str:
    """The mermaid lines: states by their label, then one arrow for each source of each move."""
    states = [f'    state "{phase.label}" as {phase}' for phase in Phase]
    arrows = [
        f"    {source} --> {move.target}: {move.label}" for move in TRANSITIONS.values() for source in move.sources
    ]
    ends = [f"    {phase} --> [*]" for phase in (Phase.SETTLED, Phase.CLOSED)]
    return "\n".join([*states, f"    [*] --> {Phase.DRAFT}", *arrows, *ends])


def row(name: str, move: Transition) -> str:
    sources = ", ".join(str(source.label) for source in move.sources)
    guards = [first_line(guard) for guard in move.guards]
    if move.needs_reason:
        guards.append("A reason is given.")
    letters = (letter.__name__ for letter in move.letters)
    cells = (
        f"**{move.label}** (`{name}`)", sources, str(move.target.label), listed(side.value for side in move.by),
        "<br>".join(guards) or "–", listed(f"`{letter}`" for letter in letters),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def first_line(function: Any) -> str:
    return (function.__doc__ or function.__name__).strip().splitlines()[0]


def listed(words: Iterable[str]) -> str:
    return ", ".join(words) or "–"
