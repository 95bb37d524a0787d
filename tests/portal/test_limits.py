"""Each invoice says until when it may be claimed in court."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from dossiers.enums import Phase
from dossiers.models import Item
from portal.limits import items_with_limits
from tests import factories

pytestmark = pytest.mark.django_db
DUE = date(2024, 3, 31)


def dossier_due(creditor: Any, **debtor: Any) -> Any:
    made = factories.dossier(creditor, phase=Phase.AMIABLE, debtor={"last_name": "Durand", **debtor})
    Item.objects.filter(dossier=made).update(issued_on=DUE, due_on=DUE)
    return made


@pytest.mark.parametrize(
    "is_consumer, today, limit, tone",
    [
        (True, date(2024, 6, 1), "31/03/2026", "muted"),
        (True, date(2025, 12, 1), "31/03/2026", "warning"),
        (True, date(2026, 3, 31), "31/03/2026", "warning"),
        (True, date(2026, 4, 1), "31/03/2026", "danger"),
        (False, date(2026, 4, 1), "31/03/2029", "muted"),
    ],
)
def test_two_years_against_a_consumer_else_five(
    creditor: Any, is_consumer: bool, today: date, limit: str, tone: str
) -> None:
    [item] = items_with_limits(dossier_due(creditor, is_consumer=is_consumer), today=today)
    assert limit in item.limit  # type: ignore[attr-defined]
    assert item.limit_tone == tone  # type: ignore[attr-defined]


def test_a_payment_is_never_barred(creditor: Any) -> None:
    made = dossier_due(creditor)
    Item.objects.filter(dossier=made).update(kind="payment")
    [item] = items_with_limits(made, today=DUE)
    assert not hasattr(item, "limit")


def test_the_page_of_the_dossier_shows_it(creditor: Any, office: Any, as_creditor: Any) -> None:
    made = dossier_due(creditor)
    page = as_creditor().get(reverse("dossier", args=[made.reference])).content.decode()
    assert "31/03/2029 (C. civ. 2224)" in page
