"""A creditor is told before filing what she has entrusted already."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Creditor
from dossiers.duplicates import warnings_of
from dossiers.enums import Phase
from dossiers.models import Dossier, Item
from tests import factories

pytestmark = pytest.mark.django_db


def claim(creditor: Creditor, number: str, phase: str = Phase.DRAFT, gross: str = "100", **debtor: Any) -> Dossier:
    made = factories.dossier(creditor, phase=phase, debtor=debtor or {"last_name": f"Durand {number}"})
    Item.objects.filter(dossier=made).update(number=number, gross=Decimal(gross), net=None)
    return made


def test_the_same_invoice_in_another_dossier_is_told_by_its_reference(creditor: Creditor) -> None:
    earlier, draft = claim(creditor, "F-1", Phase.AMIABLE, last_name="Petit"), claim(creditor, "F-1")
    assert any(earlier.reference in sentence and "F-1" in sentence for sentence in warnings_of(draft))


def test_the_same_number_for_another_amount_is_another_invoice(creditor: Creditor) -> None:
    claim(creditor, "F-1", Phase.AMIABLE, last_name="Petit")
    assert warnings_of(claim(creditor, "F-1", gross="101")) == []


def test_another_open_dossier_against_the_same_siren_is_told(creditor: Creditor) -> None:
    earlier = claim(creditor, "F-1", Phase.AMIABLE, company="Perrin", siren="552100554")
    draft = claim(creditor, "F-2", company="Perrin SARL", siren="552100554")
    [sentence] = warnings_of(draft)
    assert earlier.reference in sentence


def test_an_ended_dossier_against_the_same_debtor_is_no_matter(creditor: Creditor) -> None:
    claim(creditor, "F-1", Phase.SETTLED, company="Perrin", siren="552100554")
    assert warnings_of(claim(creditor, "F-2", company="Perrin", siren="552100554")) == []


def test_two_people_of_one_name_elsewhere_are_two(creditor: Creditor) -> None:
    claim(creditor, "F-1", Phase.AMIABLE, last_name="Durand", first_name="Paul", postcode="69001")
    assert warnings_of(claim(creditor, "F-2", last_name="Durand", first_name="Paul", postcode="75001")) == []


def test_somebody_elses_dossiers_are_never_told(creditor: Creditor) -> None:
    claim(factories.creditor(creditor.brand), "F-1", Phase.AMIABLE, company="Perrin", siren="552100554")
    assert warnings_of(claim(creditor, "F-1", company="Perrin", siren="552100554")) == []


def test_the_last_step_shows_it_and_lets_the_person_decide(creditor: Creditor, office: Any, as_creditor: Any) -> None:
    earlier = claim(creditor, "F-1", Phase.AMIABLE, company="Perrin", siren="552100554")
    draft = claim(creditor, "F-1", company="Perrin", siren="552100554")
    page = as_creditor().get(reverse("wizard-check", args=[draft.reference]))
    assert earlier.reference in page.content.decode()
