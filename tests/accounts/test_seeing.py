"""« Voir comme »: support sees what a person sees, for half an hour, and nothing can be done."""

from typing import Any

import pytest

from accounts import seeing
from core import clock
from core.models import AuditEntry
from dossiers.enums import Phase
from tests import factories
from tests.accounts.test_people import browser_of
from tests.accounts.test_profile import as_support
from tests.conftest import AppClient

pytestmark = [pytest.mark.django_db, pytest.mark.attack("S11")]


def seeing_as(person: Any) -> AppClient:
    browser = as_support()
    assert (
        browser.post(f"/admin/accounts/user/{person.pk}/voir/", {"look_reason": "Appel du 2 mars"}).status_code == 302
    )
    return browser


def test_support_sees_the_pages_with_a_banner_and_each_is_noted(creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE)
    person = factories.member(creditor)
    browser = seeing_as(person)
    page = browser.get("/espace/").content.decode()
    assert dossier.reference in page and "Vous voyez les pages de" in page
    browser.get(f"/espace/dossiers/{dossier.reference}/")
    traces = AuditEntry.objects.filter(subject=f"user:{person.pk}").order_by("pk")
    assert [(t.action, t.reason) for t in traces] == [
        ("voir comme : début", "Appel du 2 mars"), ("voir comme", "/espace/"),
        ("voir comme", f"/espace/dossiers/{dossier.reference}/"),
    ]  # fmt: skip
    assert {t.actor for t in traces} == {"Adrien Support"}


def test_nothing_is_signed_paid_nor_changed(creditor: Any) -> None:
    offered = factories.dossier(creditor, phase=Phase.INJONCTION_OFFERED)
    browser = seeing_as(factories.member(creditor))
    paths = ["/espace/mandat/code", "/espace/mandat/signature", "/espace/compte/versement", "/espace/compte/modification",
             "/espace/compte/personnes/inviter", f"/espace/dossiers/{offered.reference}/paiement",
             f"/espace/dossiers/{offered.reference}/action/request_injonction", "/espace/creancier"]  # fmt: skip
    assert [browser.post(path).status_code for path in paths] == [403] * len(paths)
    assert [browser.put(path).status_code for path in paths] == [403] * len(paths)
    offered.refresh_from_db()
    assert offered.phase == Phase.INJONCTION_OFFERED


def test_it_ends_after_half_an_hour_or_by_the_button(creditor: Any, monkeypatch: Any) -> None:
    person = factories.member(creditor)
    browser = seeing_as(person)
    assert browser.post("/voir-comme/finir").status_code == 302
    assert browser.get("/espace/").status_code == 404
    browser = seeing_as(person)
    later = clock.now() + seeing.LONGEST
    monkeypatch.setattr(clock, "now", lambda: later)
    assert browser.get("/espace/").status_code == 404


def test_an_office_is_seen_too_and_not_moved(office: Any, creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.SUBMITTED, office=office)
    browser = seeing_as(factories.clerk(office))
    assert dossier.reference in browser.get("/etude/").content.decode()
    assert browser.post(f"/etude/dossiers/{dossier.reference}/action/accept").status_code == 403


def test_without_a_reason_or_at_a_colleague_nobody_looks(creditor: Any) -> None:
    person, browser = factories.member(creditor), as_support()
    assert browser.post(f"/admin/accounts/user/{person.pk}/voir/", {"look_reason": "x"}).status_code == 422
    colleague = factories.user(is_staff=True)
    assert (
        browser.post(f"/admin/accounts/user/{colleague.pk}/voir/", {"look_reason": "Par curiosité"}).status_code == 422
    )
    assert browser.get("/espace/").status_code == 404


def test_who_is_not_support_sees_as_nobody(creditor: Any) -> None:
    stranger = factories.member(factories.creditor(creditor.brand))
    browser = browser_of(stranger)
    session = browser.session
    session[seeing.KEY] = {"user": factories.member(creditor).pk, "until": clock.now().timestamp() + 600}
    session.save()
    assert browser.get("/espace/").context["request"].creditor != creditor
    assert browser.post(f"/admin/accounts/user/{stranger.pk}/voir/", {"look_reason": "Par curiosité"}).status_code in (
        302,
        404,
    )
