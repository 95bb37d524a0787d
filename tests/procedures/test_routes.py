"""Which ways are open to a claim, with the reason and its article: before sign-up and on the dossier alike."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from time import perf_counter
from typing import Any

import pytest
from django.urls import reverse

from core.money import Money
from dossiers.enums import Origin, Phase
from dossiers.models import Dossier
from portal.simulator import SimulatorForm, shown
from procedures import guards
from procedures.cases import cases
from procedures.claims import outlook_of
from procedures.decompte import Part
from procedures.routes import Facts, Outlook, Route, outlook
from tests import factories
from tests.conftest import MONDAY, AppClient

ON = date(2026, 11, 23)
FACTS = Facts(
    amount=Money(Decimal("1000.00"), "EUR"), due_on=date(2026, 1, 10), origin=Origin.INVOICE, debtor_is_consumer=True,
    debtor_trades=False, creditor_trades=True, creditor_is_professional=True, territory="FR", town="Lyon",
)  # fmt: skip
TRADERS = replace(FACTS, debtor_is_consumer=False, debtor_trades=True)


def route(found: Outlook, name: str) -> Route:
    return next(route for route in found.routes if route.name == name)


def open_routes(facts: Facts, on: date = ON) -> list[str]:
    return [route.name for route in outlook(facts, on=on).routes if route.is_open]


@pytest.mark.req("NUM-04")
def test_a_civil_claim_on_a_person_has_the_amicable_way_the_psrpc_and_the_civil_judge() -> None:
    assert open_routes(FACTS) == ["amiable", "psrpc", "injonction"]
    assert "Tribunal judiciaire" in route(outlook(FACTS, on=ON), "injonction").reasons[0]


@pytest.mark.req("NUM-05")
def test_an_invoice_between_commercants_left_the_psrpc_and_goes_to_the_commercial_judge() -> None:
    found = outlook(TRADERS, on=ON)
    assert open_routes(TRADERS) == ["amiable", "injonction"]
    assert "loi du 23 avril 2026" in route(found, "psrpc").reasons[0]
    assert "activités économiques" in route(found, "injonction").reasons[0]
    assert "greffe" in route(found, "injonction").cost
    assert "psrpc" in open_routes(TRADERS, date(2026, 4, 24))


@pytest.mark.req("NUM-01")
@pytest.mark.parametrize("origin", [Origin.CHEQUE, Origin.DRAFT])
def test_an_unpaid_cheque_or_draft_between_commercants_was_not_invoiced(origin: str) -> None:
    assert "psrpc" in open_routes(replace(TRADERS, origin=origin))


def test_the_ceiling_is_included_and_a_cent_more_is_not() -> None:
    assert "psrpc" in open_routes(replace(FACTS, amount=Money(Decimal("5000.00"), "EUR")))
    above = outlook(replace(FACTS, amount=Money(Decimal("5000.01"), "EUR")), on=ON)
    assert "R125-1" in route(above, "psrpc").reasons[0]


@pytest.mark.parametrize("territory", ["NC", "PF", "ABROAD"])
def test_where_the_psrpc_does_not_exist_it_is_closed(territory: str) -> None:
    assert "psrpc" not in open_routes(replace(FACTS, territory=territory))
    assert "injonction" not in open_routes(replace(FACTS, territory=territory))


def test_a_claim_that_is_not_due_opens_nothing() -> None:
    assert open_routes(FACTS, FACTS.due_on) == []


def test_a_prescribed_claim_opens_nothing_and_says_by_which_article() -> None:
    last = outlook(FACTS, on=date(2028, 1, 10))
    assert last.risk == "soon" and route(last, "psrpc").is_open
    barred = outlook(FACTS, on=date(2028, 1, 11))
    assert barred.risk == "barred" and not any(route.is_open for route in barred.routes)
    assert "C. conso. L218-2" in route(barred, "amiable").reasons[0]


def test_the_procedure_of_2026_waits_for_its_decree() -> None:
    closed = route(outlook(TRADERS, on=ON), "l126")
    assert not closed.is_open and "décret d’application non paru" in closed.reasons[0]


def test_each_route_says_who_pays_and_by_which_articles() -> None:
    assert all(found.cost and found.articles and found.reasons for found in outlook(FACTS, on=ON).routes)


def test_the_calendar_is_that_of_the_terms() -> None:
    [term] = route(outlook(FACTS, on=ON), "amiable").calendar
    assert (term.kind, term.start_on, term.due_on) == ("amiable_wait_15d", ON, date(2026, 12, 8))


# --- one truth -----------------------------------------------------------------------------------------------
def same_claim(creditor: Any, office: Any, amount: str, consumer: bool, trades: bool, origin: str, due_on: date) -> Any:
    debtor = {"is_consumer": consumer, "is_commercant": trades, "legal_form": ""}
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE, office=office, debtor=debtor, origin=origin)
    dossier.items.all().delete()
    factories.item(dossier, amount, issued_on=due_on, due_on=due_on)
    return Dossier.objects.select_related("creditor", "debtor", "office", "brand").get(pk=dossier.pk)


CLAIMS = [
    (amount, consumer, trades, origin, due_on)
    for amount in ("120.00", "5000.00", "5000.01")
    for consumer, trades in ((True, False), (False, True), (False, False))
    for origin, due_on in ((Origin.INVOICE, date(2025, 7, 1)), (Origin.CHEQUE, date(2023, 9, 1)))
]


@pytest.mark.django_db
@pytest.mark.parametrize(("amount", "consumer", "trades", "origin", "due_on"), CLAIMS)
def test_the_simulator_and_the_dossier_say_the_same(
    creditor: Any, office: Any, amount: str, consumer: bool, trades: bool, origin: str, due_on: date
) -> None:
    dossier = same_claim(creditor, office, amount, consumer, trades, origin, due_on)
    kind = "consumer" if consumer else "trader" if trades else "professional"
    form = SimulatorForm(
        {
            "amount": amount,
            "due_on": due_on,
            "origin": origin,
            "debtor": kind,
            "creditor": "trader",
            "postcode": dossier.debtor.postcode,
        }
    )
    assert form.is_valid(), form.errors
    simulated, real = form.outlook(on=ON), outlook_of(dossier, on=ON)
    assert real is not None and simulated.account is not None and real.account is not None
    assert [(r.name, r.is_open, r.cost, r.calendar) for r in simulated.routes] == [
        (r.name, r.is_open, r.cost, r.calendar) for r in real.routes
    ]
    assert (simulated.limitation, simulated.risk) == (real.limitation, real.risk)
    assert [simulated.account.total(part) for part in Part] == [real.account.total(part) for part in Part]
    assert shown(simulated)["figures"] == shown(real)["figures"]


@pytest.mark.django_db
@pytest.mark.parametrize(("amount", "consumer", "trades", "origin", "due_on"), CLAIMS)
def test_the_psrpc_is_open_exactly_when_its_guards_let_it_pass(
    creditor: Any, office: Any, amount: str, consumer: bool, trades: bool, origin: str, due_on: date
) -> None:
    dossier = same_claim(creditor, office, amount, consumer, trades, origin, due_on)
    [case] = cases([dossier], now=MONDAY.replace(month=11, day=23), filing=True)
    asked = (
        guards.psrpc_exists_here,
        guards.fits_the_psrpc,
        guards.is_not_invoiced_between_commercants,
        guards.is_not_prescribed,
    )
    found = outlook_of(dossier, on=case.today)
    assert found is not None
    assert route(found, "psrpc").is_open == (not any(guard(case) for guard in asked))


# --- the pages -------------------------------------------------------------------------------------------------
ASKED = {
    "amount": "1 000,00",
    "due_on": "2026-01-10",
    "origin": "invoice",
    "debtor": "trader",
    "creditor": "trader",
    "postcode": "69002",
}


def test_anybody_gets_the_answer_from_an_address_within_a_second_and_nothing_is_kept(
    client: AppClient, brand: Any
) -> None:
    assert reverse("simulator") in client.get("/").content.decode()
    client.get(reverse("simulator"))
    start = perf_counter()
    answer = client.get(reverse("simulator"), ASKED)
    assert perf_counter() - start < 1
    page = answer.content.decode()
    assert answer.status_code == 200 and "Injonction de payer" in page and "Indemnité forfaitaire" in page
    assert not Dossier.objects.exists() and "sessionid" not in answer.cookies


def test_a_wrong_answer_is_said_beside_its_field(client: AppClient, brand: Any) -> None:
    answer = client.get(reverse("simulator"), ASKED | {"amount": "-5", "postcode": "00000"})
    assert answer.status_code == 422
    assert "Indiquez un montant supérieur à zéro." in answer.content.decode()


def test_the_dossier_shows_its_routes(creditor: Any, office: Any, as_creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE, office=office)
    browser = as_creditor()
    assert (
        reverse("dossier-routes", args=[dossier.reference]) in browser.get(dossier.get_absolute_url()).content.decode()
    )
    page = browser.get(reverse("dossier-routes", args=[dossier.reference])).content.decode()
    assert "Procédure simplifiée" in page and "Qui paie" in page
