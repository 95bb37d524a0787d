from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.calendar import parse_period
from dossiers.enums import Phase
from procedures.effects import CLOCKS, EFFECTS, LAW, STOPS
from procedures.parameters import FOR_NOW, PARAMETERS, RATE_NAMES
from procedures.terms import KINDS, Kind, Margin, Rule
from procedures.transitions import TRANSITIONS, TURN, Transition

PAPER = Path("docs/procedures.md")
HEAD = """# The legal path

Written by `manage.py statechart` from `procedures/` (transitions, terms, effects, parameters): what stands here is what the program does.

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
        f"## Whose turn it is\n\n| Phase | Key | Turn |\n|---|---|---|\n{turns}\n\n"
        f"{terms()}\n\n{pauses()}\n\n{dated()}\n"
    )


RULES = {
    Rule.EXTENDED: "a day off carries to the next working day (CPC 642)",
    Rule.PRUDENT: "the same, out of caution: the law does not say",
    Rule.NONE: "never carried over",
}
MARGINS = {
    Margin.THEIRS: "somebody else's: waited for until its end",
    Margin.OURS: "ours: acted on by the last working day before",
    Margin.ANNIVERSARY: "ours, one day before: it ends on the eve of the anniversary",
}


def terms() -> str:
    """Every term of the law: what starts it, how long it is, what a day off does to it."""
    rows = "\n".join(_term(name, kind) for name, kind in KINDS.items())
    return f"## Terms\n\n| Term | Starts with | Length | Day off | Whose | Text |\n|---|---|---|---|---|---|\n{rows}"


def _term(name: str, kind: Kind) -> str:
    length = f"`{kind.period}` below" if kind.period in PARAMETERS else parse_period(kind.period).in_words()
    cells = (f"{kind.label} (`{name}`)", kind.fact, length, RULES[kind.rule], MARGINS[kind.margin], kind.article)
    return f"| {' | '.join(cells)} |"


def pauses() -> str:
    """What each hold stops, and what becomes of a running term meanwhile."""
    holds = "\n".join(
        f"| {kind.label} | {'; '.join(STOPS[stop] for stop in effect.stops)} | {effect.article} | {effect.back} |"
        for kind, effect in EFFECTS.items()
    )
    running = "\n".join(f"| {KINDS[name].label} (`{name}`) | {clock.reason} |" for name, clock in CLOCKS.items())
    return (
        f"## Holds and pauses\n\n| Hold | Stops | Text | Way back |\n|---|---|---|---|\n{holds}\n\n"
        f"| Running term | During a hold |\n|---|---|\n{running}\n| every other | {LAW} |"
    )


def dated() -> str:
    """The values of the law by day; half-yearly rates are many and stand in the code."""
    rows = [
        f"| `{name}` | {one.value} | {one.valid_from:%Y-%m-%d} | {'' if one.valid_to == FOR_NOW else one.valid_to} | {one.source} |"
        for name, values in PARAMETERS.items()
        if name not in RATE_NAMES
        for one in values
    ]
    head = "## Dated values\n\n| Name | Value | From | To | Source |\n|---|---|---|---|---|"
    return "\n".join([head, *rows])


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
