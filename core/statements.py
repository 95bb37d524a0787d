"""Statements that every page asks: read, checked and planned by PostgreSQL once a connection, not once a page."""

from collections.abc import Sequence
from typing import Any, cast

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper

BINDING: Any = ServerBindingCursor


def prepared() -> CursorWrapper:
    """A cursor whose statements are prepared when they come again (`prepare_threshold` of the settings).

    For constant text whose plan does not depend on its values: keys, never words nor filters. Where Django binds values
    itself, here PostgreSQL does: a value whose type the text leaves open needs a cast.
    """
    opened: Any = connection  # Django offers this cursor by setting only, for every statement or for none
    opened.ensure_connection()
    return cast(CursorWrapper, opened._prepare_cursor(BINDING(opened.connection)))


def ask(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows that the statement answers."""
    with prepared() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
