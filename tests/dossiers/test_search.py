"""Finding a dossier again: by whatever is written on it, and never somebody else's."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import ProgrammingError

from core.actors import Actor, Side
from dossiers import search, services
from dossiers.enums import Phase
from dossiers.models import Debtor, Dossier, Item
from procedures.services import advance, submit
from tenants.context import WORKER, Audience, Context, acting_as
from tests import factories

pytestmark = pytest.mark.django_db


def portal(*dossiers: Dossier) -> Context:
    return Context(Audience.PORTAL, brand=dossiers[0].brand_id, creditors=tuple({d.creditor_id for d in dossiers}))


def office(dossier: Dossier) -> Context:
    return Context(Audience.OFFICE, brand=dossier.brand_id, office=dossier.office_id)


def found(words: str, context: Context, most: int = 100, **options: Any) -> list[Dossier]:
    """The dossiers found, as far as the context may read them, in the order in which they were given."""
    with acting_as(context):
        keys = search.found(search.Query(words, **options), most=most)
        rows = Dossier.objects.in_bulk(keys)
    return [rows[key] for key in keys if key in rows]


@pytest.fixture
def dossier(db: None) -> Dossier:
    made: Dossier = factories.dossier(
        phase=Phase.SUBMITTED, creditor_reference="CLI-7 bis", policy_number="POL-9", claim_reference="SIN-8",
        debtor={"company": "Boulangerie Élodie", "siren": "732829320", "vat_number": "FR83404833048", "town": "Vénissieux"},
    )  # fmt: skip
    services.add_item(
        made,
        Item(kind="invoice", number="FAC/2026-31", issued_on=date(2026, 1, 1), due_on=date(2026, 1, 1), gross=Decimal(1)),
        file=None, by="x", now=factories.LONG_AGO,
    )  # fmt: skip
    return made


@pytest.mark.req("ATR-42", "ATR-43", "ATR-44", "ATR-45", "ATR-46", "ATR-47")
@pytest.mark.parametrize(
    "words",
    [
        "CLI-7", "cli-7 BIS", "POL-9", "SIN-8", "Élodie", "elodie", "ÉLODIE", "boulangerie elo", "732829320",
        "FR83404833048", "venissieux", "FAC/2026-31", "2026-31", "paul@durand",
    ],
)  # fmt: skip
def test_a_dossier_is_found_by_what_is_written_on_it(words: str, dossier: Dossier) -> None:
    assert found(words, portal(dossier)) == [dossier]
    assert found(words, office(dossier)) == [dossier]


@pytest.mark.req("ATR-42")
def test_a_dossier_is_found_by_its_reference_and_by_a_piece_of_it(dossier: Dossier) -> None:
    assert found(dossier.reference, portal(dossier)) == [dossier]
    assert found(dossier.reference[:4].lower(), portal(dossier)) == [dossier]


@pytest.mark.req("ATR-49")
@pytest.mark.parametrize("words", ["boul%lodie", "FAC%31", "%"])
def test_the_percent_sign_stands_for_any_letters(words: str, dossier: Dossier) -> None:
    assert found(words, portal(dossier)) == [dossier]


@pytest.mark.attack("T10")
@pytest.mark.parametrize("words", ["_OUL", "B_u", "\\", "' OR 1=1 --", "$$", "%zzz%", "{}", "zzz", "*"])
def test_other_signs_stand_for_themselves(words: str, dossier: Dossier) -> None:
    assert found(words, portal(dossier)) == []


@pytest.mark.attack("T10")
@pytest.mark.parametrize("words", ["%", "", "_", "durand", "%%%%", "x" * 10_000])
def test_no_words_find_the_dossiers_of_others(words: str, dossier: Dossier) -> None:
    stranger = factories.dossier(phase=Phase.SUBMITTED, office=factories.office(name="Autre"))
    assert dossier not in found(words, portal(stranger))
    assert dossier not in found(words, office(stranger))


@pytest.mark.req("ATR-78")
def test_a_person_with_two_creditors_finds_the_dossiers_of_both(dossier: Dossier) -> None:
    second = factories.dossier(debtor={"company": "Boulangerie Zoé"})
    assert set(found("boulangerie", portal(dossier, second))) == {dossier, second}


@pytest.mark.parametrize(
    "context", [WORKER, Context(Audience.PUBLIC), Context(Audience.DEBTOR), Context(Audience.SUPPORT)]
)
def test_nobody_else_may_ask(context: Context, dossier: Dossier) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        found("boulangerie", context)


@pytest.mark.attack("T15")
@pytest.mark.parametrize("audience", [Audience.PORTAL, Audience.OFFICE])
def test_who_has_no_key_finds_nothing(audience: Audience, dossier: Dossier) -> None:
    assert found("%", Context(audience, brand=dossier.brand_id)) == []


def test_an_office_does_not_find_a_draft_that_was_taken_back(office: Any, now: datetime) -> None:
    dossier = factories.dossier()
    submit(dossier, by=Actor(Side.CREDITOR, "x"), now=now)
    mine = Context(Audience.OFFICE, brand=dossier.brand_id, office=office.pk)
    assert found("durand", mine) == [dossier]
    advance(dossier, "withdraw", by=Actor(Side.CREDITOR, "x"), now=now)
    assert found("durand", mine) == []


def test_what_was_corrected_is_found_by_its_new_name_and_not_by_the_old_one() -> None:
    dossier = factories.dossier(creditor_reference="ANCIEN-1")
    services.correct_draft(dossier, creditor_reference="NOUVEAU-2")
    debtor = Debtor.objects.get()
    debtor.last_name = "Legrand"
    services.identify_debtor(dossier, debtor)
    assert [found(words, portal(dossier)) for words in ("nouveau-2", "legrand")] == [[dossier], [dossier]]
    assert [found(words, portal(dossier)) for words in ("ancien-1", "durand ")] == [[], []]


def test_an_item_that_was_taken_out_no_longer_finds_the_dossier(now: datetime) -> None:
    dossier = factories.dossier()
    item = Item(kind="invoice", number="ERREUR-1", issued_on=now.date(), due_on=now.date(), gross=Decimal(1))
    services.add_item(dossier, item, file=None, by="x", now=now)
    assert found("erreur-1", portal(dossier)) == [dossier]
    services.remove_item(dossier, item)
    assert found("erreur-1", portal(dossier)) == []


# --- page by page --------------------------------------------------------------------------------------------
@pytest.fixture
def four() -> list[Dossier]:
    """Four dossiers of one creditor, the oldest first."""
    owner = factories.creditor()
    return [factories.dossier(owner, created_at=datetime(2026, 1, n, tzinfo=UTC)) for n in range(1, 5)]


def test_of_too_many_the_newest_are_found(four: list[Dossier]) -> None:
    assert found("durand", portal(*four), most=2) == [four[3], four[2]]


def test_the_next_page_begins_after_the_last_dossier_of_this_one(four: list[Dossier]) -> None:
    here = {"at": four[2].created_at, "key": four[2].pk}
    assert found("durand", portal(*four), most=1, **here) == [four[1]]
    assert found("durand", portal(*four), **here) == [four[1], four[0]]


def test_the_page_before_ends_where_this_one_begins(four: list[Dossier]) -> None:
    here = {"at": four[1].created_at, "key": four[1].pk, "newer": True}
    assert found("durand", portal(*four), most=1, **here) == [four[2]]


def test_dossiers_of_the_same_instant_are_told_apart_by_their_keys() -> None:
    owner = factories.creditor()
    first, second = (factories.dossier(owner, created_at=factories.LONG_AGO) for _ in range(2))
    assert found("durand", portal(first), at=second.created_at, key=second.pk) == [first]


def test_a_phase_narrows_what_is_found() -> None:
    owner = factories.creditor()
    draft, filed = factories.dossier(owner), factories.dossier(owner, phase=Phase.SUBMITTED)
    assert found("durand", portal(draft), phase="draft") == [draft]
    assert found("durand", portal(draft), phase="submitted") == [filed]
    assert found("durand", portal(draft), phase="' OR true --") == []


@pytest.mark.attack("T10")
def test_a_phase_or_a_page_opens_no_other_creditors_dossiers(dossier: Dossier) -> None:
    stranger = factories.dossier(phase=Phase.SUBMITTED)
    far = datetime(2030, 1, 1, tzinfo=UTC)
    assert found("%", portal(stranger), phase="submitted", at=far, key=10**9) == [stranger]
