"""The commandement de payer between commerçants (CPCE L126-1 to L126-4): shut without its decree, ended by any word of the debtor."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.middleware import DEBTOR_KEY
from core.actors import Actor, Side
from dossiers.enums import Phase
from dossiers.models import Dossier
from notifications.models import Message
from procedures import access
from procedures.answers import Reply, record
from procedures.models import AnswerKind, Deadline, LegalText, Means
from procedures.services import TransitionRefused, advance, advance_overdue, refusals
from tests import factories
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import post_out

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
CREDITOR, OFFICE = Actor(Side.CREDITOR, "Jeanne"), Actor(Side.OFFICE, "Étude")
FIRST = datetime(2026, 10, 1, 10, tzinfo=PARIS)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=PARIS)


def offered(**fields: Any) -> Dossier:
    made: Dossier = factories.dossier(phase=Phase.INJONCTION_OFFERED, **(factories.l126_open() | fields))
    return made


def served(on: date = date(2026, 10, 5)) -> Dossier:
    dossier = offered()
    advance(dossier, "request_commandement", by=CREDITOR, now=FIRST)
    advance(dossier, "record_commandement", by=OFFICE, now=at(on), on=on.isoformat())
    return dossier


def phase(dossier: Dossier) -> str:
    return Dossier.objects.values_list("phase", flat=True).get(pk=dossier.pk)


def pending(dossier: Dossier) -> Deadline:
    return Deadline.objects.pending().get(dossier=dossier)


# --- the gate ---------------------------------------------------------------------------------------------------------
@pytest.mark.req("LEG-28")
def test_the_route_is_shut_until_its_decree_holds_on_that_day() -> None:
    dossier = offered()
    assert not refusals(dossier, "request_commandement", by=CREDITOR, now=FIRST)
    LegalText.objects.filter(article="Décret L126").update(valid_from=date(2026, 10, 2))
    [reason] = refusals(dossier, "request_commandement", by=CREDITOR, now=FIRST)
    assert "pas encore ouverte" in reason and "Décret L126" in reason
    assert not refusals(dossier, "request_commandement", by=CREDITOR, now=FIRST + timedelta(days=1))


@pytest.mark.req("LEG-28")
@pytest.mark.parametrize("fields", [{"debtor": {}}, {"origin": "rent"}])
def test_it_is_for_invoices_between_commercants_only(fields: dict[str, Any]) -> None:
    dossier = offered(**fields)
    [reason] = refusals(dossier, "request_commandement", by=CREDITOR, now=FIRST)
    assert "réservée aux factures entre commerçants" in reason


# --- the path ---------------------------------------------------------------------------------------------------------
@pytest.mark.req("LEG-28")
def test_from_the_mandate_to_the_clerks_title() -> None:
    dossier = offered()
    advance(dossier, "request_commandement", by=CREDITOR, now=FIRST)
    assert (pending(dossier).kind, pending(dossier).due_on) == ("l126_service", date(2026, 11, 2))
    advance(dossier, "record_commandement", by=OFFICE, now=at(date(2026, 10, 5)), on="2026-10-05")
    term = pending(dossier)
    assert (term.kind, term.transition, term.due_on) == (
        "l126_pv_earliest",
        "record_non_contestation",
        date(2026, 11, 13),
    )
    with pytest.raises(TransitionRefused, match="court encore"):
        advance(dossier, "record_non_contestation", by=OFFICE, now=at(date(2026, 11, 13)))
    day = date(2026, 11, 14)
    advance(dossier, "record_non_contestation", by=OFFICE, now=at(day))
    post_out()
    paper = Message.objects.get(kind="l126_record").document
    assert paper and paper.read().startswith(b"%PDF") and paper.for_debtor
    advance(dossier, "record_clerk_title", by=OFFICE, now=at(date(2026, 11, 20)), on="2026-11-20")
    assert (pending(dossier).kind, pending(dossier).due_on) == ("l126_title_service", date(2027, 5, 20))
    advance(dossier, "record_title_service", by=OFFICE, now=at(date(2026, 12, 1)), on="2026-12-01")
    assert phase(dossier) == Phase.L126_ENFORCEABLE and not Deadline.objects.pending().exists()


@pytest.mark.parametrize(("on", "words"), [("2026-11-03", "s’achevait le"), ("2026-09-30", "précède l’acte d’avant")])
def test_a_commandement_is_served_within_the_month_of_the_mandate(on: str, words: str) -> None:
    dossier = offered()
    advance(dossier, "request_commandement", by=CREDITOR, now=FIRST)
    with pytest.raises(TransitionRefused, match=words):
        advance(dossier, "record_commandement", by=OFFICE, now=at(date(2026, 11, 5)), on=on)


def test_a_title_that_was_not_served_in_time_gives_the_choice_back(now: datetime) -> None:
    dossier = served()
    advance(dossier, "record_non_contestation", by=OFFICE, now=at(date(2026, 11, 14)))
    advance(dossier, "record_clerk_title", by=OFFICE, now=at(date(2026, 11, 20)), on="2026-11-20")
    late = at(date(2027, 5, 21))
    with pytest.raises(TransitionRefused, match="s’achevait le"):
        advance(dossier, "record_title_service", by=OFFICE, now=late, on="2027-05-21")
    advance(dossier, "record_title_lapsed", by=OFFICE, now=late, reason="Non signifié.")
    assert phase(dossier) == Phase.INJONCTION_OFFERED


@pytest.mark.req("LEG-28")
def test_the_machine_never_draws_the_record_of_silence_itself() -> None:
    dossier = served()
    assert advance_overdue(now=at(date(2026, 12, 31))) == 1
    assert phase(dossier) == Phase.L126_SERVED and not Message.objects.filter(kind="l126_record").exists()


# --- any contestation ends it -------------------------------------------------------------------------------------------
@pytest.mark.req("LEG-28")
@pytest.mark.parametrize("record_first", [False, True])
def test_any_contestation_ends_it_at_once_before_and_after_the_record(record_first: bool) -> None:  # noqa: FBT001
    dossier, day = served(), date(2026, 11, 16)
    if record_first:
        advance(dossier, "record_non_contestation", by=OFFICE, now=at(day))
    reply = Reply(
        AnswerKind.CONTEST, Means.OTHER, day, "Trois mots.", item=dossier.items.first() if record_first else None
    )
    record(dossier, reply, by="Étude", now=at(day))
    assert phase(dossier) == Phase.INJONCTION_OFFERED and not Deadline.objects.pending().exists()
    assert Message.objects.filter(kind="commandement_contested").count() == 1


def test_elsewhere_a_contestation_still_moves_nothing() -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    record(dossier, Reply(AnswerKind.CONTEST, Means.OTHER, FIRST.date(), "Non."), by="Étude", now=FIRST)
    assert phase(dossier) == Phase.AMIABLE


@pytest.mark.req("LEG-28")
def test_the_debtor_has_a_button_for_it_in_his_room(settings: Any) -> None:
    dossier = factories.dossier(phase=Phase.L126_SERVED, **factories.l126_open())
    browser = AppClient()
    session = browser.session
    session[DEBTOR_KEY] = dossier.pk
    session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    page = browser.get("/debiteur/dossier")
    assert "JE CONTESTE" in words(page) and "?reponse=contest" in page.content.decode()
    assert "met fin aussitôt" in words(browser.get("/debiteur/repondre?reponse=contest"))
    form = {"text": "La livraison manque.", "code": access.code(dossier), "reason": "not_delivered"}
    assert browser.post("/debiteur/repondre?reponse=contest", form).status_code == 302
    assert phase(dossier) == Phase.INJONCTION_OFFERED
    assert "JE CONTESTE" not in words(browser.get("/debiteur/dossier"))
