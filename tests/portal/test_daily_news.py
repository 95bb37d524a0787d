"""What was done is read the day after: on the page of news at once, and by one mail a day for who asked for it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.db import connection

from accounts.models import DailyNews, Membership, User
from core import clock
from dossiers import journal
from dossiers.enums import Phase
from notifications.models import Message
from portal import daily_news
from tenants.context import WORKER, acting_as
from tests import factories
from tests.accounts.test_sign_up import words
from tests.journeys.test_sign_up_to_injonction import mails, post_out, text_of
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db
PAGE = "/espace/compte/nouvelles"
PARIS, NOUMEA = ZoneInfo("Europe/Paris"), ZoneInfo("Pacific/Noumea")
MONDAY = date(2026, 3, 2)


def at(day: date, hour: int, minute: int = 0, zone: Any = PARIS) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def happen(dossier: Any, moment: datetime, by: str = "l’étude") -> None:
    journal.note(dossier, "call_noted", by=by, at=moment, text="Le débiteur rappellera.")


def mornings(*moments: datetime) -> int:
    with acting_as(WORKER):
        return sum(daily_news.tell_due(now=moment) for moment in moments)


@pytest.fixture
def person(creditor: Any) -> User:
    made = factories.member(creditor)
    daily_news.subscribe(made, creditor.brand, today=MONDAY)
    return made


@pytest.fixture
def dossier(creditor: Any) -> Any:
    return factories.dossier(creditor, phase=Phase.AMIABLE)


@pytest.mark.req("NUM-10")
def test_what_was_done_is_on_the_extranet_at_once_and_in_a_mail_the_day_after(
    creditor: Any, dossier: Any, settings: Any
) -> None:
    person = factories.member(creditor)
    browser, now = browser_of(person), clock.now()
    assert "Recevoir ce courriel" in words(browser.get(PAGE))
    browser.post(f"{PAGE}/choix", {"answer": "start"})
    happen(dossier, now)
    page = words(browser.get(PAGE))
    assert dossier.reference in page and "Appel téléphonique" in page and "Ne plus le recevoir" in page
    today = clock.today(creditor.brand.zone)
    mornings(at(today + timedelta(days=1), 7, 5))
    Message.objects.filter(kind="daily_news").update(try_at=now)  # the post of tomorrow, opened today
    post_out()
    [mail] = [mail for mail in mails(settings) if "nouvelles" in mail["Subject"]]
    text = text_of(mail)
    assert person.email in mail["To"] and dossier.reference in text and "Appel téléphonique" in text
    assert dossier.debtor.last_name not in text and "rappellera" not in text, "a mail travels in the open"
    browser.post(f"{PAGE}/choix", {"answer": "stop"})
    assert not DailyNews.objects.exists()


@pytest.mark.req("NUM-10")
def test_there_is_one_mail_a_day_whatever_rings(person: User, dossier: Any) -> None:
    happen(dossier, at(MONDAY, 10))
    happen(dossier, at(MONDAY, 18))
    tuesday = MONDAY + timedelta(days=1)
    assert mornings(at(tuesday, 6, 59)) == 0, "not before the morning"
    assert mornings(at(tuesday, 7), at(tuesday, 7, 10), at(tuesday, 23)) == 1
    assert mornings(at(tuesday + timedelta(days=1), 8)) == 0, "nothing happened on Tuesday: no mail"


@pytest.mark.attack("D06")
def test_a_stopped_server_loses_no_day_and_repeats_none(person: User, dossier: Any) -> None:
    for days in range(7):
        happen(dossier, at(MONDAY + timedelta(days=days), 12))
    assert mornings(at(MONDAY + timedelta(days=7), 9), at(MONDAY + timedelta(days=7), 10)) == 1
    [mail] = Message.objects.filter(kind="daily_news")
    assert (mail.payload["first"], mail.payload["last"]) == ("2026-03-02", "2026-03-08")


def test_days_are_those_of_the_brand(brand: Any) -> None:
    """Half past eleven at night in Nouméa is still that day there, and already past noon in Paris."""
    island = factories.brand("relance-nc", time_zone="Pacific/Noumea", currency="XPF")
    creditor = factories.creditor(island)
    person = factories.member(creditor)
    daily_news.subscribe(person, island, today=MONDAY)
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE, office=factories.office(island))
    happen(dossier, at(MONDAY, 23, 30, NOUMEA))
    tuesday = MONDAY + timedelta(days=1)
    assert mornings(at(MONDAY, 18, 0)) == 0, "it is five in the morning of Tuesday there"
    assert mornings(at(tuesday, 7, 0, NOUMEA)) == 1
    assert Message.objects.get(kind="daily_news").payload["last"] == "2026-03-02"


@pytest.mark.parametrize("loss", ["role", "option", "account"])
def test_whoever_lost_the_right_or_the_wish_is_told_nothing(loss: str, person: User, dossier: Any) -> None:
    happen(dossier, at(MONDAY, 10))
    if loss == "account":
        User.objects.filter(pk=person.pk).update(is_active=False)
    mornings(at(MONDAY + timedelta(days=1), 8))
    if loss == "role":
        Membership.objects.filter(user=person).delete()
    if loss == "option":
        daily_news.unsubscribe(person, person.daily_news.get().brand)
    post_out()
    assert not Message.objects.filter(kind="daily_news", outcome="sent").exists()


def test_ones_own_acts_drafts_and_strangers_dossiers_are_no_news(person: User, creditor: Any, brand: Any) -> None:
    happen(factories.dossier(creditor), at(MONDAY, 10))
    happen(factories.dossier(factories.creditor(brand), phase=Phase.AMIABLE), at(MONDAY, 10))
    happen(factories.dossier(creditor, phase=Phase.AMIABLE), at(MONDAY, 10), by=str(person))
    assert mornings(at(MONDAY + timedelta(days=1), 8)) == 0


@pytest.mark.django_db(transaction=True, available_apps=list(django_settings.INSTALLED_APPS))
def test_two_workers_at_the_same_time_write_one_mail(brand: Any) -> None:
    creditor = factories.creditor(brand)
    person = factories.member(creditor)
    daily_news.subscribe(person, brand, today=MONDAY)
    happen(factories.dossier(creditor, phase=Phase.AMIABLE, office=factories.office(brand)), at(MONDAY, 10))

    def ring(_n: int) -> int:
        try:
            return mornings(at(MONDAY + timedelta(days=1), 8))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(ring, range(4))) == 1
    assert Message.objects.filter(kind="daily_news").count() == 1
