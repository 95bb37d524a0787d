"""Who saw whom: every page with a debtor's data leaves its line, answers a leak in one command, and goes after a year."""

import time
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core import clock
from core.models import Reading
from dossiers.enums import Phase
from procedures import access
from tenants.context import Audience, Context
from tenants.tasks import forget_readings
from tests import factories
from tests.conftest import AppClient
from tests.walls.test_row_security import refused, rows, run, speaking_as
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db


def at(person: Any) -> AppClient:
    browser = browser_of(person)
    browser.defaults["REMOTE_ADDR"] = "192.0.2.7"
    return browser


@pytest.mark.attack("G14")
def test_a_hundred_views_of_debtors_leave_a_hundred_lines(creditor: Any, office: Any) -> None:
    dossiers = [factories.dossier(creditor, phase=Phase.AMIABLE) for _ in range(5)]
    person, clerk = factories.member(creditor), factories.clerk(office)
    desk, room = at(person), browser_of(clerk)
    seen = []
    for n in range(96):
        one = dossiers[n % 5]
        browser, reader, path = ((desk, person, "/espace/dossiers/"), (room, clerk, "/etude/dossiers/"))[n % 2]
        page = path + ["", f"{one.reference}/"][n // 2 % 2]
        assert browser.get(page).status_code == 200
        seen.append(
            (
                f"user:{reader.pk}",
                f"GET {page}",
                [one.pk] if page.endswith(f"{one.reference}/") else [d.pk for d in dossiers],
            )
        )
    letter = factories.store(b"%PDF-", name="l.pdf", media_type="application/pdf", brand=creditor.brand, creditor_id=creditor.pk,
                             dossier_id=dossiers[0].pk, for_debtor=True)  # fmt: skip
    stranger = AppClient()
    stranger.post("/debiteur/", {"reference": dossiers[0].reference, "code": access.code(dossiers[0])})
    last = ((desk, f"user:{person.pk}", "/espace/"), (desk, f"user:{person.pk}", f"/espace/documents/{letter.pk}"),
            (stranger, f"debtor:{dossiers[0].pk}", "/debiteur/dossier"), (stranger, f"debtor:{dossiers[0].pk}", f"/debiteur/documents/{letter.pk}"))  # fmt: skip
    for browser, who, path in last:
        assert browser.get(path).status_code == 200
        seen.append((who, f"GET {path}", [d.pk for d in dossiers] if path == "/espace/" else [dossiers[0].pk]))
    kept = list(Reading.objects.order_by("pk"))
    assert [(r.reader, r.page, r.dossiers) for r in kept] == seen and len(kept) == 100
    assert {r.ip for r in kept if r.reader == f"user:{person.pk}"} == {"192.0.2.7"}
    assert kept[0].name == f"{person} <{person.email}>"


@pytest.mark.attack("G14")
def test_what_was_refused_was_not_read(creditor: Any, office: Any) -> None:
    theirs = factories.dossier(factories.creditor(creditor.brand), phase=Phase.AMIABLE)
    assert browser_of(factories.member(creditor)).get(f"/espace/dossiers/{theirs.reference}/").status_code == 404
    assert not Reading.objects.exists()


@pytest.mark.attack("G14")
def test_readings_last_between_six_months_and_a_year() -> None:
    for days in (1, 181, 364, 366, 800):
        Reading.objects.create(
            at=clock.now() - timedelta(days=days), reader="user:1", name="x", page="/", dossiers=[days]
        )
    with speaking_as(Context(Audience.WORKER)):
        assert run("DELETE FROM core_reading WHERE at > now() - interval '179 days'") == 0
    forget_readings()
    assert sorted(r.dossiers[0] for r in Reading.objects.all()) == [1, 181, 364]


@pytest.mark.attack("G14")
def test_nobody_rewrites_what_was_read_and_only_support_looks_at_it() -> None:
    Reading.objects.create(at=clock.now(), reader="user:1", name="x", page="/", dossiers=[1])
    for audience in Audience:
        with speaking_as(Context(audience)):
            with refused():
                run("UPDATE core_reading SET reader = 'user:2'")
            if audience == Audience.SUPPORT:
                assert len(rows("SELECT 1 FROM core_reading")) == 1
            elif audience == Audience.WORKER:
                assert not rows("SELECT 1 FROM core_reading")
            else:
                with refused():
                    rows("SELECT 1 FROM core_reading")


@pytest.mark.attack("G19")
def test_one_command_tells_which_debtors_somebody_saw(creditor: Any, office: Any) -> None:
    seen = factories.dossier(creditor, phase=Phase.AMIABLE, debtor={"company": "Menuiserie Vue"})
    factories.dossier(creditor, phase=Phase.AMIABLE, debtor={"company": "Menuiserie Cachée"})
    person, other = factories.member(creditor), factories.member(creditor)
    at(person).get(f"/espace/dossiers/{seen.reference}/")
    browser_of(other).get("/espace/dossiers/")
    before, now = time.monotonic(), clock.now()
    told = answer(person.email, now - timedelta(hours=1), now + timedelta(hours=1))
    assert time.monotonic() - before < 60
    assert "1 débiteur(s), 1 dossier(s), 1 page(s)" in told and f"{seen.reference} Menuiserie Vue" in told
    assert "192.0.2.7" in told and "Cachée" not in told
    assert "Vue" not in answer(person.email, now - timedelta(days=2), now - timedelta(days=1))
    with pytest.raises(CommandError, match="personne@nulle.part"):
        answer("personne@nulle.part", now, now)


def answer(email: str, start: Any, end: Any) -> str:
    out = StringIO()
    call_command("readings", email, start=start, end=end, stdout=out)
    return out.getvalue()
