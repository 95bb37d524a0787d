"""Many rows by one statement: as many come out as went in."""

from datetime import datetime
from typing import Any

import pytest

from core.bulk import insert_all
from core.models import AuditEntry

pytestmark = pytest.mark.django_db


def entry(now: datetime, **fields: Any) -> AuditEntry:
    return AuditEntry(**({"action": "lu", "subject": "dossier:1", "actor": "Claire", "at": now} | fields))


@pytest.mark.parametrize("count", [1, 2, 50])
def test_rows_that_are_all_alike_are_still_as_many_rows(count: int, now: datetime) -> None:
    insert_all([entry(now) for _ in range(count)])
    assert AuditEntry.objects.count() == count


def test_each_row_keeps_its_own_values(now: datetime) -> None:
    insert_all([entry(now, subject=f"dossier:{number}") for number in range(3)])
    assert set(AuditEntry.objects.values_list("subject", flat=True)) == {"dossier:0", "dossier:1", "dossier:2"}


def test_nothing_is_nothing() -> None:
    insert_all([])
    assert not AuditEntry.objects.exists()
