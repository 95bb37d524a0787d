"""Makes Django stricter in tests than in production: a lock over joined rows must name what it locks."""

import sys
from typing import Any

from django.db.models import QuerySet


def install() -> None:
    """A lock over joined rows must name what it locks: without `of`, it would lock the joined tables too."""
    original = QuerySet.select_for_update

    def strict(self: Any, nowait: bool = False, skip_locked: bool = False, of: Any = (), no_key: bool = False) -> Any:
        assert of or _asked_by_a_library(), "select_for_update needs of=(...)"
        return original(self, nowait=nowait, skip_locked=skip_locked, of=of, no_key=no_key)

    QuerySet.select_for_update = strict  # type: ignore[method-assign,assignment]


def _asked_by_a_library() -> bool:
    """Whether the call stands in a library's own code, past Django's managers."""
    frame = sys._getframe(2)
    while frame and "/django/db/" in frame.f_code.co_filename:
        frame = frame.f_back  # type: ignore[assignment]
    return bool(frame) and "site-packages" in frame.f_code.co_filename
