"""Each guard alone: pure judgments on a case, without a database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Creditor
from core.money import Money
from dossiers.enums import Origin
from dossiers.models import Debtor, Dossier
from procedures import guards
from procedures.cases import Case
from tenants.models import Brand, Office

TODAY = date(2026, 5, 4)


def case(*, debtor: dict[str, Any] | None = None, creditor: dict[str, Any] | None = None, **fields: Any) -> Case:
    """A case in which nothing is wrong, but for what the test says."""
    brand = Brand(pk=1, currency=fields.pop("brand_currency", "EUR"))
    person = Debtor(
        **(
            {"last_name": "Durand", "street": "1 rue", "postcode": "69002", "town": "Lyon", "territory": "FR"}
            | (debtor or {})
        )
    )
    dossier = Dossier(
        brand=brand, creditor=Creditor(pk=1, brand=brand, **(creditor or {})), debtor=person, is_attested=True,
        office=Office(pk=1, brand=brand, court_of_appeal="Lyon"), origin=Origin.INVOICE,
    )  # fmt: skip
    found = Case(dossier, Money(Decimal("1200.00"), "EUR"), TODAY, True, date(2025, 12, 31), ())
    return replace(found, **fields)


@pytest.mark.parametrize("part", ["street", "postcode", "town"])
def test_nobody_is_pursued_whom_no_letter_reaches(part: str) -> None:
    assert "adresse" in str(guards.names_a_debtor(case(debtor={part: ""})))


def euros(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def test_a_sound_case_passes_every_guard_but_that_of_payment() -> None:
    every = [
        guards.names_a_debtor, guards.is_unpaid, guards.is_attested, guards.has_mandate, guards.is_not_prescribed,
        guards.office_is_competent, guards.fits_the_psrpc, guards.psrpc_exists_here,
        guards.is_not_invoiced_between_commercants, guards.psrpc_texts_are_entered, guards.amiable_text_is_entered,
    ]  # fmt: skip
    assert [guard.__name__ for guard in every if guard(case())] == []


def test_a_claim_is_against_somebody() -> None:
    nobody = case()
    nobody.dossier.debtor = None
    assert guards.names_a_debtor(nobody) == "Identifiez le débiteur à l’étape 2."


def test_guards_about_the_debtor_leave_an_unnamed_one_to_the_guard_that_asks_for_him() -> None:
    nobody = case()
    nobody.dossier.debtor = None
    assert guards.office_is_competent(nobody) is None
    assert guards.is_not_prescribed(nobody) is None


@pytest.mark.req("CRE-10")
@pytest.mark.parametrize(("balance", "refused"), [("0.01", False), ("0.00", True), ("-0.01", True)])
def test_nothing_is_asked_of_who_owes_nothing_or_paid_too_much(balance: str, refused: bool) -> None:
    assert bool(guards.is_unpaid(case(balance=euros(balance)))) == refused


@pytest.mark.parametrize(("balance", "refused"), [("0.01", True), ("0.00", False), ("-0.01", False)])
def test_only_what_is_wholly_paid_is_settled(balance: str, refused: bool) -> None:
    assert bool(guards.is_settled(case(balance=euros(balance)))) == refused


@pytest.mark.req("REL-48")
def test_the_creditor_answers_for_the_claim() -> None:
    unattested = case()
    unattested.dossier.is_attested = False
    assert "Attestez" in (guards.is_attested(unattested) or "")


@pytest.mark.req("CRE-56", "CRE-57")
def test_no_dossier_is_filed_before_the_mandate_is_signed() -> None:
    assert "mandat" in (guards.has_mandate(case(has_signed_mandate=False)) or "")


def test_a_brand_in_pacific_francs_needs_no_mandate() -> None:
    assert guards.has_mandate(case(has_signed_mandate=False, brand_currency="XPF")) is None


@pytest.mark.req("LEG-14")
@pytest.mark.parametrize(
    ("due_on", "is_consumer", "refused"),
    [
        (date(2021, 5, 4), False, False),
        (date(2021, 5, 3), False, True),
        (date(2024, 5, 4), True, False),
        (date(2024, 5, 3), True, True),
        (date(2024, 5, 3), False, False),
    ],
)
def test_a_claim_lives_five_years_and_two_against_a_consumer(due_on: date, is_consumer: bool, refused: bool) -> None:
    old = case(oldest_due_on=due_on, debtor={"is_consumer": is_consumer})
    assert bool(guards.is_not_prescribed(old)) == refused


def test_a_claim_without_an_invoice_is_judged_by_its_balance_alone() -> None:
    assert guards.is_not_prescribed(case(oldest_due_on=None)) is None


def test_the_last_day_of_a_prescription_is_not_extended_by_a_weekend() -> None:
    born = date(2021, 5, 2)  # five years later: Sunday 3 May is too late, Saturday 2 May is the last day
    assert guards.is_not_prescribed(case(oldest_due_on=born, today=date(2026, 5, 2))) is None
    assert "02/05/2026" in (guards.is_not_prescribed(case(oldest_due_on=born, today=date(2026, 5, 3))) or "")


@pytest.mark.req("CRE-06", "LEG-02")
@pytest.mark.parametrize(
    ("postcode", "words"),
    [
        ("69002", ""),
        ("42000", ""),
        ("01000", ""),
        ("75001", "Paris"),
        ("98800", "Nouméa"),
        ("99999", "code postal"),
    ],
)
def test_only_an_office_of_the_debtors_court_of_appeal_may_act(postcode: str, words: str) -> None:
    reason = guards.office_is_competent(case(debtor={"postcode": postcode}))
    assert words in reason if words and reason else reason is None and not words


def test_without_an_office_nobody_is_competent() -> None:
    orphan = case()
    orphan.dossier.office = None
    assert "Aucune étude compétente" in (guards.office_is_competent(orphan) or "")


@pytest.mark.req("CRE-03", "LEG-03")
@pytest.mark.parametrize(
    ("balance", "today", "refused"),
    [
        ("5000.00", TODAY, False),
        ("5000.01", TODAY, True),
        ("4000.01", date(2019, 12, 31), True),
        ("4000.00", date(2019, 12, 31), False),
        ("4000.01", date(2020, 1, 1), False),
    ],
)
def test_the_ceiling_is_included_and_is_that_of_the_day(balance: str, today: date, refused: bool) -> None:
    assert bool(guards.fits_the_psrpc(case(balance=euros(balance), today=today))) == refused


def test_the_procedure_is_open_to_euros_only() -> None:
    pacific = case()
    pacific.dossier.currency = "XPF"
    assert "euros" in (guards.fits_the_psrpc(pacific) or "")


@pytest.mark.parametrize(
    ("place", "exists"),
    [
        ("FR", True), ("ALSACE-MOSELLE", True), ("GUADELOUPE", True), ("MARTINIQUE", True), ("GUYANE", True),
        ("REUNION", True), ("MAYOTTE", True), ("WF", True), ("NC", False), ("PF", False), ("ABROAD", False),
    ],
)  # fmt: skip
def test_the_procedure_exists_where_the_code_extends_it(place: str, exists: bool) -> None:
    assert (guards.psrpc_exists_here(case(debtor={"territory": place})) is None) == exists


@pytest.mark.req("LEG-28")
@pytest.mark.parametrize(
    ("creditor", "debtor", "origin", "today", "refused"),
    [
        (True, True, Origin.INVOICE, date(2026, 4, 25), True),
        (True, True, Origin.INVOICE, date(2026, 4, 24), False),
        (False, True, Origin.INVOICE, date(2026, 4, 25), False),
        (True, False, Origin.INVOICE, date(2026, 4, 25), False),
        (True, True, Origin.CHEQUE, date(2026, 4, 25), False),
        (True, True, Origin.RENT, date(2026, 4, 25), False),
    ],
)
def test_invoices_between_commercants_are_excluded_since_25_april_2026(
    creditor: bool, debtor: bool, origin: str, today: date, refused: bool
) -> None:
    found = case(creditor={"is_commercant": creditor}, debtor={"is_commercant": debtor}, today=today)
    found.dossier.origin = origin
    assert bool(guards.is_not_invoiced_between_commercants(found)) == refused


def test_each_letter_asks_for_its_own_texts_and_names_those_that_are_missing() -> None:
    bare = case(texts_missing=("CPCE L111-8", "CPCE L111-2", "C. civ. 2238"))
    assert "CPCE L111-2, C. civ. 2238." in (guards.psrpc_texts_are_entered(bare) or "")
    assert "envoi : CPCE L111-8." in (guards.amiable_text_is_entered(bare) or "")


def test_the_texts_of_one_letter_do_not_keep_the_other_from_leaving() -> None:
    assert guards.psrpc_texts_are_entered(case(texts_missing=("CPCE L111-8",))) is None
    assert guards.amiable_text_is_entered(case(texts_missing=("CPCE L111-2",))) is None
