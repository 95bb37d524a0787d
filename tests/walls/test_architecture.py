"""The shape of the code, kept by a test where no tool keeps it."""

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
APPS = ("core", "tenants", "documents", "notifications", "signatures", "accounts", "mandates", "dossiers", "payments", "procedures",
        "reports", "portal", "credicys")  # fmt: skip
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
LONGEST_FUNCTION, LONGEST_MODULE, LONGEST_VIEW = 40, 400, 16
MEDIAN_FUNCTION = 9

# Imports inside functions, each with its reason.
LATE_IMPORTS = {"documents/pdf.py": "WeasyPrint fails to import without Pango, and migrations must still run"}


def modules() -> list[Path]:
    found = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    return sorted(found)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, FUNCTION):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, decorators and docstring left out: words that help are not counted as length."""
    body = function.body
    has_docstring = bool(ast.get_docstring(function))
    docstring = (body[0].end_lineno or 0) - body[0].lineno + 1 if has_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def statements(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    inner = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function]
    return len(inner) - bool(ast.get_docstring(function))


MODULES = modules()


def for_each(cases: Iterable[Any], name: Callable[[Any], str]) -> Callable[[Callable[[Any], None]], Callable[[], None]]:
    """One test over many cases that names each one that fails: cheaper than one test for each."""

    def decorate(test: Callable[[Any], None]) -> Callable[[], None]:
        def over_all() -> None:
            faults = []
            for case in cases:
                try:
                    test(case)
                except AssertionError as error:
                    faults.append(f"{name(case)}: {error}")
            assert not faults, "\n".join(faults)

        over_all.__name__, over_all.__doc__ = test.__name__, test.__doc__
        return over_all

    return decorate


@for_each(MODULES, name_of)
def test_a_module_fits_its_budget(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_MODULE, f"{lines} lines: divide it"
    for function in functions(path):
        assert length(function) <= LONGEST_FUNCTION, f"{function.name} has {length(function)} lines"


@for_each(MODULES, name_of)
def test_imports_stand_at_the_top(path: Path) -> None:
    late = [
        f"{function.name}, line {node.lineno}"
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and not (path.name == "apps.py" and function.name == "ready")
    ]
    assert not late or name_of(path) in LATE_IMPORTS, late


def test_half_of_all_functions_are_short() -> None:
    lengths = [length(function) for path in MODULES for function in functions(path)]
    assert len(lengths) > 400
    assert median(lengths) < MEDIAN_FUNCTION


def views() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in MODULES:
        if path.name == "views.py" or path.parent.name == "views":
            yield from ((name_of(path), function) for function in functions(path))


def test_a_view_reads_like_one_sentence() -> None:
    long = [
        f"{path}: {view.name} has {statements(view)} statements"
        for path, view in views()
        if statements(view) > LONGEST_VIEW
    ]
    assert not long, long


def test_nothing_happens_behind_the_back_of_a_save() -> None:
    """Signals of models fire where nobody looks for them, and not at all for bulk writes: domain signals only."""
    hidden = {"post_save", "pre_save", "post_delete", "pre_delete", "m2m_changed", "post_init", "pre_init"}
    for path in MODULES:
        for node in ast.walk(parsed(path)):
            names = (
                {node.id} if isinstance(node, ast.Name) else {node.attr} if isinstance(node, ast.Attribute) else set()
            )
            assert not names & hidden, f"{name_of(path)}, line {getattr(node, 'lineno', 0)}"


def writes_phase(node: ast.AST) -> bool:
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AugAssign | ast.AnnAssign)
        else []
    )
    flat = [inner for target in targets for inner in ast.walk(target)]
    if any(isinstance(target, ast.Attribute) and target.attr == "phase" for target in flat):
        return True
    is_update = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update"
    return is_update and any(keyword.arg == "phase" for keyword in node.keywords)  # type: ignore[attr-defined]


def test_only_the_journal_moves_a_dossier() -> None:
    writers = {name_of(path) for path in MODULES if any(writes_phase(node) for node in ast.walk(parsed(path)))}
    assert writers == {"dossiers/journal.py"}
    sql = {name_of(path) for path in MODULES if "SET phase" in path.read_text(encoding="utf-8")}
    assert sql == {"dossiers/journal.py"}


def test_events_are_written_by_the_journal_only() -> None:
    makers = {
        name_of(path)
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("Event", "Event.objects.create", "Event.objects.bulk_create")
    }
    assert makers == {"dossiers/journal.py"}


def test_the_pages_own_no_table() -> None:
    assert not (ROOT / "portal" / "models.py").exists()
    assert not (ROOT / "portal" / "migrations").exists()


def test_nothing_is_named_utils() -> None:
    assert not [name_of(path) for path in MODULES if path.stem in ("utils", "helpers", "common", "misc", "tools")]


def test_no_exception_is_swallowed_unseen() -> None:
    """A broad except is allowed where it tells somebody: it logs, or raises again."""
    for path in MODULES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ExceptHandler):
                caught = ast.unparse(node.type) if node.type else ""
                told = any(word in ast.unparse(node) for word in ("logger.", "raise"))
                assert caught not in ("", "Exception", "BaseException") or told, f"{name_of(path)}, line {node.lineno}"


def test_no_floats_touch_money() -> None:
    floats = {
        name_of(path)
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("float", "models.FloatField", "forms.FloatField")
    }
    assert floats == {"portal/templatetags/ui.py", "credicys/supervisor.py"}, "sizes of files and seconds only"


CLOCKS = ("datetime.now", "datetime.utcnow", "date.today", "timezone.now", "time.time")
# The clock itself; the validity of a certificate; the true time against an authority's.
# The machine’s own: other parties, whose clocks no demo moves.
CLOCK_READERS = {"core/clock.py", "accounts/portal_twin.py", "documents/authority.py", "documents/seal.py"}


def test_the_domain_has_one_clock() -> None:
    readers = {
        name_of(path)
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in CLOCKS
    }
    assert {reader for reader in readers if not reader.startswith("credicys/")} == CLOCK_READERS
