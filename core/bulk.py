"""Many new rows by one statement: what all rows share is sent once, the rest as one array a column.

Django's own bulk_create sends every column of every row; COPY is refused under row security.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, Model
from phonenumber_field.phonenumber import PhoneNumber


def insert_all(rows: Sequence[Model]) -> None:
    """Insert new rows of one model, all fields as they stand; a key that the database gives stays unknown."""
    if not rows:
        return
    meta = rows[0]._meta
    columns = {field: [_plain(field, row) for row in rows] for field in meta.concrete_fields}
    columns = {field: values for field, values in columns.items() if not (field.primary_key and values[0] is None)}
    shared = {field: values[0] for field, values in columns.items() if all(value == values[0] for value in values)}
    if len(shared) == len(columns):  # all rows alike are still as many rows
        shared.popitem()
    own = {field: values for field, values in columns.items() if field not in shared}
    names = ", ".join(str(field.column) for field in (*shared, *own))
    constants = [f"%s::{field.db_type(connection)}" for field in shared]
    taken = ", ".join([*constants, *(f"u.{field.column}" for field in own)])
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in own)
    source = f" FROM unnest({arrays}) AS u ({', '.join(str(field.column) for field in own)})"
    statement = f"INSERT INTO {meta.db_table} ({names}) SELECT {taken}{source}"  # noqa: S608  names of our own models
    with connection.cursor() as cursor:
        cursor.execute(statement, [*shared.values(), *own.values()])


def _plain(field: Field, row: Model) -> Any:
    value = getattr(row, field.attname)
    if isinstance(value, PhoneNumber):
        return str(value.as_e164)
    return json.dumps(value, ensure_ascii=False) if isinstance(field, JSONField) else value
