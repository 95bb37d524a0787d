"""Makes Django stricter in tests than in production: an undefined variable of a template is a failure."""

from typing import Any

from django.db.models import QuerySet


def install() -> None:
    """A lock over joined rows must name what it locks: without `of`, it would lock the joined tables too."""
    original = QuerySet.select_for_update

    def strict(self: Any, nowait: bool = False, skip_locked: bool = False, of: Any = (), no_key: bool = False) -> Any:
        assert of, "select_for_update needs of=(...)"
        return original(self, nowait=nowait, skip_locked=skip_locked, of=of, no_key=no_key)

    QuerySet.select_for_update = strict  # type: ignore[method-assign,assignment]
