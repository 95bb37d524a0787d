"""What support may look at, and what it says before it looks."""

from typing import Any

import pytest

from core import clock, looking
from core.models import AuditEntry
from dossiers.enums import Phase
from tests import factories
from tests.accounts.test_people import browser_of
from tests.accounts.test_profile import as_support

pytestmark = pytest.mark.django_db


@pytest.mark.attack("S07")
def test_a_personal_file_opens_after_a_reason_which_is_noted(creditor: Any) -> None:
    browser, path = as_support(), f"/admin/accounts/creditor/{creditor.pk}/change/"
    closed = browser.get(path).content.decode()
    assert creditor.street not in closed and "Pourquoi" in closed
    assert browser.post(path, {"look_reason": "oui"}).status_code == 422
    assert not AuditEntry.objects.filter(action=looking.ACTION).exists()
    assert creditor.street in browser.post(path, {"look_reason": "Appel du 2 mars"}, follow=True).content.decode()
    trace = AuditEntry.objects.get(action=looking.ACTION)
    assert (trace.actor, trace.subject, trace.reason) == (
        "Adrien Support",
        f"accounts.creditor:{creditor.pk}",
        "Appel du 2 mars",
    )


@pytest.mark.attack("S07")
def test_a_reason_holds_for_one_file_and_for_half_an_hour(creditor: Any, monkeypatch: Any) -> None:
    other = factories.creditor(creditor.brand, street="9 rue Secrète")
    browser = as_support()
    browser.post(f"/admin/accounts/creditor/{creditor.pk}/change/", {"look_reason": "Appel du 2 mars"})
    assert "9 rue Secrète" not in browser.get(f"/admin/accounts/creditor/{other.pk}/change/").content.decode()
    assert creditor.street in browser.get(f"/admin/accounts/creditor/{creditor.pk}/change/").content.decode()
    later = clock.now() + looking.GOOD_FOR
    monkeypatch.setattr(clock, "now", lambda: later)
    assert creditor.street not in browser.get(f"/admin/accounts/creditor/{creditor.pk}/change/").content.decode()


@pytest.mark.attack("S16")
def test_reading_in_bulk_is_stopped_noted_and_told(creditor: Any, settings: Any, caplog: Any) -> None:
    settings.SUPPORT_LOOKS = 3
    browser = as_support()
    people = [factories.user() for _ in range(4)]
    answers = [browser.post(f"/admin/accounts/user/{p.pk}/change/", {"look_reason": "vérification"}) for p in people]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 422]
    assert AuditEntry.objects.filter(action=looking.TOO_MANY).count() == 1
    assert "opened 3 personal files" in caplog.text


@pytest.mark.attack("S09")
def test_support_gives_itself_no_right(creditor: Any) -> None:
    browser = as_support()
    person = factories.user()
    path = f"/admin/accounts/user/{person.pk}/change/"
    browser.post(path, {"look_reason": "Nom mal orthographié"})
    form = {"civility": "M", "last_name": "Neuf", "first_name": "Paul", "is_active": "on", "is_superuser": "on",
            "is_staff": "on", "password": "x", "groups": "1"}  # fmt: skip
    assert browser.post(path, form).status_code == 302
    person.refresh_from_db()
    assert person.last_name == "Neuf" and not person.is_superuser and not person.is_staff


@pytest.mark.attack("S06", "S04")
@pytest.mark.parametrize(
    "query",
    ["_popup=1&_to_field=password", "_to_field=iban_sealed", "creditor__memberships__user__password__startswith=a"],
)
def test_a_list_takes_no_look_up_that_was_not_given_to_it(query: str, creditor: Any) -> None:
    for model in ("bankaccount", "user", "payoutaccount"):
        assert as_support().get(f"/admin/accounts/{model}/?{query}").status_code in (302, 400)


def test_a_person_without_support_rights_finds_no_admin(creditor: Any) -> None:
    browser = browser_of(factories.member(creditor))
    for path in ("/admin/", "/admin/accounts/creditor/", f"/admin/accounts/creditor/{creditor.pk}/change/"):
        assert browser.get(path).status_code in (302, 404)


@pytest.mark.attack("S02")
def test_nothing_legal_is_changed_or_removed_from_the_admin(creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE)
    browser = as_support()
    for path in (f"dossiers/dossier/{dossier.pk}", f"mandates/mandate/{creditor.mandates.get().pk}"):
        browser.post(f"/admin/{path}/change/", {"look_reason": "Appel du 2 mars"})
        assert browser.post(f"/admin/{path}/change/", {"phase": "settled", "state": "revoked"}).status_code == 403
        assert browser.post(f"/admin/{path}/delete/", {"post": "yes"}).status_code == 403
    assert creditor.mandates.get().is_signed


@pytest.mark.attack("S07")
def test_a_debtor_opens_for_a_reason_and_is_not_changed(creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE)
    browser, path = as_support(), f"/admin/dossiers/debtor/{dossier.debtor_id}/change/"
    assert "3 place Bellecour" not in browser.get(path).content.decode()
    assert "3 place Bellecour" in browser.post(path, {"look_reason": "Réclamation 42"}, follow=True).content.decode()
    assert browser.post(path, {"street": "x"}).status_code == 403
    assert browser.get("/admin/dossiers/debtor/?q=Durand").status_code == 200
