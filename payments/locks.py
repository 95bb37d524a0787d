"""Who waits for whom where money is taken. Always in this order: the brand's files, then one creditor, then rows."""

from django.db import connection

FILES, CREDITOR = "collection-files", "collections"


def alone_with_files(brand: int) -> None:
    """Until the end of the transaction no other file of the brand is made, released or undone, and no card page starts."""
    _ask("pg_advisory_xact_lock", FILES, brand)


def beside_files(brand: int) -> None:
    """Until the end of the transaction no file of the brand is made, released or undone."""
    _ask("pg_advisory_xact_lock_shared", FILES, brand)


def alone_with_creditor(creditor: int) -> None:
    """Until the end of the transaction nothing else is planned for, or paid by, the creditor."""
    _ask("pg_advisory_xact_lock", CREDITOR, creditor)


def _ask(function: str, what: str, key: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtext(%s), %s)", [what, key])
