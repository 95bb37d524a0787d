"""Inviting somebody, changing a role, taking it back: for creditors."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from accounts.models import Invitation, Membership, User
from accounts.roles import LABELS, PERMISSIONS, Permission, Role
from core import clock
from core.models import AuditEntry
from notifications.models import Message
from notifications.relay import dispatch_next
from tests import factories
from tests.conftest import AppClient

pytestmark = pytest.mark.django_db
PEOPLE = "/espace/compte/personnes"


def browser_of(user: Any) -> AppClient:
    browser = AppClient()
    browser.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return browser


def mailed(tmp_path: Any) -> str:
    """What the last mail says, sent as it will be."""
    while dispatch_next(now=clock.now()):
        pass
    path = max((tmp_path / "mail").glob("*.eml"), key=lambda p: p.stat().st_mtime_ns)
    return factories.mail_text(path)


def invite(browser: AppClient, creditor: Any, email: str = "paul@neuf.example", role: str = "filer") -> Any:
    return browser.post(f"{PEOPLE}/inviter", {"email": email, "role": role, "acting_for": creditor.pk})


@pytest.mark.req("ATR-78", "IDE-05")
def test_an_invited_person_activates_her_space_with_the_code_of_the_mail(creditor: Any, tmp_path: Any) -> None:
    owner = factories.member(creditor)
    assert invite(browser_of(owner), creditor).status_code == 302
    text = mailed(tmp_path)
    [code] = re.findall(r"^([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})\s*$", text, re.MULTILINE)
    assert f"/invitation/{code}" in text and str(owner) in text and creditor.name in text
    new = AppClient()
    typed = new.post("/invitation", {"code": code.lower().replace("-", " ")})
    assert "paul@neuf.example" in new.get(typed["Location"]).content.decode()
    form = {"civility": "M", "last_name": "Neuf", "first_name": "Paul", "password": "un mot de passe long",
            "confirmation": "un mot de passe long"}  # fmt: skip
    assert new.post(f"/invitation/{code}", form)["Location"] == "/connexion"
    membership = Membership.objects.get(user__email="paul@neuf.example")
    assert (membership.creditor, membership.role) == (creditor, "filer")
    answer = new.post("/connexion", {"login": "paul@neuf.example", "password": "un mot de passe long"})
    assert answer.status_code == 302 and new.get("/espace/dossiers/creer").status_code == 200
    assert AuditEntry.objects.filter(action="invitation acceptée").exists()


def test_a_code_serves_once_and_only_for_its_address(creditor: Any) -> None:
    factories.invitation(creditor, "AAAA-BBBB-CCCC-DDDD", email="anne@exemple.fr")
    other, anne = factories.user(email="autre@exemple.fr"), factories.user(email="anne@exemple.fr")
    assert browser_of(other).post("/invitation/AAAA-BBBB-CCCC-DDDD").status_code == 422
    assert not other.memberships.exists()
    assert browser_of(anne).post("/invitation/AAAA-BBBB-CCCC-DDDD").status_code == 302
    assert anne.memberships.get().role == Role.READER
    anne.memberships.all().delete()
    assert browser_of(anne).post("/invitation/AAAA-BBBB-CCCC-DDDD").status_code == 410
    assert not anne.memberships.exists()


def test_somebody_with_an_account_is_asked_to_log_in_and_no_second_account_is_made(creditor: Any) -> None:
    factories.invitation(creditor, "AAAA-BBBB-CCCC-DDDD", email="anne@exemple.fr")
    factories.user(email="anne@exemple.fr")
    page = AppClient().get("/invitation/AAAA-BBBB-CCCC-DDDD").content.decode()
    assert "/connexion?next=/invitation/AAAA-BBBB-CCCC-DDDD" in page and 'type="password"' not in page
    form = {"civility": "M", "last_name": "X", "first_name": "Y", "password": "un mot de passe long",
            "confirmation": "un mot de passe long"}  # fmt: skip
    assert AppClient().post("/invitation/AAAA-BBBB-CCCC-DDDD", form).status_code == 422
    assert User.objects.filter(email="anne@exemple.fr").count() == 1 and not Membership.objects.exists()


@pytest.mark.parametrize("ended", [{"withdrawn_at": factories.LONG_AGO}, {"expires_at": factories.LONG_AGO}])
def test_a_withdrawn_or_old_invitation_opens_nothing(ended: dict[str, Any], creditor: Any) -> None:
    factories.invitation(creditor, "AAAA-BBBB-CCCC-DDDD", **ended)
    assert AppClient().get("/invitation/AAAA-BBBB-CCCC-DDDD").status_code == 410
    assert AppClient().get("/invitation/ZZZZ-ZZZZ-ZZZZ-ZZZZ").status_code == 410


def test_an_invitation_of_one_brand_opens_nothing_at_another(creditor: Any) -> None:
    factories.brand("autre")
    factories.invitation(creditor, "AAAA-BBBB-CCCC-DDDD")
    assert AppClient().get("/invitation/AAAA-BBBB-CCCC-DDDD", HTTP_HOST="autre.localhost").status_code == 410


def test_a_new_invitation_to_the_same_address_voids_the_earlier_code(creditor: Any) -> None:
    browser = browser_of(factories.member(creditor))
    invite(browser, creditor)
    invite(browser, creditor, role="reader")
    assert [i.role for i in Invitation.objects.filter(withdrawn_at=None)] == ["reader"]
    assert Invitation.objects.count() == 2


def test_the_code_stands_nowhere_in_clear(creditor: Any, tmp_path: Any) -> None:
    invite(browser_of(factories.member(creditor)), creditor)
    message = Message.objects.get(kind="invitation")
    code = re.findall(r"([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})", mailed(tmp_path))[0]
    message.refresh_from_db()
    assert code not in str(message.payload) + message.text + str(Invitation.objects.values().get())


def test_somebody_who_has_a_role_is_not_invited_again(creditor: Any) -> None:
    owner = factories.member(creditor)
    answer = invite(browser_of(owner), creditor, email=owner.email.upper())
    assert answer.status_code == 422 and "déjà un accès" in answer.content.decode()


# --- roles ------------------------------------------------------------------------------------------------------
@pytest.mark.attack("S15")
def test_taking_the_role_back_ends_the_access_at_the_next_click(creditor: Any) -> None:
    owner, leaver = factories.member(creditor), factories.member(creditor, Role.MANAGER)
    browser = browser_of(leaver)
    assert browser.get("/espace/").status_code == 200
    key = leaver.memberships.get().pk
    assert browser_of(owner).post(f"{PEOPLE}/{key}/retirer", {"acting_for": creditor.pk}).status_code == 302
    assert browser.get("/espace/")["Location"].startswith("/connexion"), "the session itself is over"
    assert browser_of(leaver).get("/espace/dossiers/").status_code == 404
    assert Message.objects.get(kind="access_removed").recipient["email"] == leaver.email
    assert AuditEntry.objects.get(action="accès retiré").reason == leaver.email


def test_a_new_role_holds_from_the_next_page_on(creditor: Any) -> None:
    owner, reader = factories.member(creditor), factories.member(creditor, Role.READER)
    browser, key = browser_of(reader), reader.memberships.get().pk
    assert browser.get("/espace/dossiers/creer").status_code == 403
    browser_of(owner).post(f"{PEOPLE}/{key}/role", {"role": "filer", "acting_for": creditor.pk})
    assert browser.get("/espace/dossiers/creer").status_code == 200


@pytest.mark.parametrize(("what", "data"), [("retirer", {}), ("role", {"role": "reader"})])
def test_a_creditor_always_keeps_somebody_who_answers_for_it(what: str, data: dict[str, str], creditor: Any) -> None:
    owner = factories.member(creditor)
    factories.member(creditor, Role.MANAGER)
    page = browser_of(owner).post(
        f"{PEOPLE}/{owner.memberships.get().pk}/{what}", data | {"acting_for": creditor.pk}, follow=True
    )
    assert owner.memberships.get().role == Role.OWNER and "seul responsable" in page.content.decode()


@pytest.mark.attack("S09")
def test_an_unknown_role_is_refused(creditor: Any) -> None:
    owner, other = factories.member(creditor), factories.member(creditor, Role.READER)
    key = other.memberships.get().pk
    browser_of(owner).post(f"{PEOPLE}/{key}/role", {"role": "superuser", "acting_for": creditor.pk})
    assert other.memberships.get().role == Role.READER


@pytest.mark.attack("T37")
def test_a_form_opened_for_one_creditor_is_not_taken_for_another(creditor: Any) -> None:
    second = factories.creditor(creditor.brand, company="Autre maison")
    person = factories.member(creditor)
    Membership.objects.create(user=person, creditor=second, brand=creditor.brand, role=Role.OWNER)
    browser = browser_of(person)
    browser.post("/espace/creancier", {"creditor": second.pk})
    page = browser.post(
        f"{PEOPLE}/inviter", {"email": "a@b.fr", "role": "owner", "acting_for": creditor.pk}, follow=True
    )
    assert "rien n’a été fait" in page.content.decode() and not Invitation.objects.exists()


@pytest.mark.req("ATR-78", "IDE-06")
def test_the_account_menu_leads_from_one_creditor_to_the_other(creditor: Any) -> None:
    second = factories.creditor(creditor.brand, company="Filiale du Nord", parent=creditor)
    person = factories.member(creditor)
    Membership.objects.create(user=person, creditor=second, brand=creditor.brand, role=Role.READER)
    browser = browser_of(person)
    page = browser.get("/espace/").content.decode()
    assert f'name="creditor" value="{second.pk}"' in page and "Filiale du Nord" in page
    page = browser.post("/espace/creancier", {"creditor": second.pk}, follow=True).content.decode()
    assert f'name="creditor" value="{creditor.pk}"' in page and f'value="{second.pk}"' not in page


def test_the_page_of_roles_shows_the_table_that_is_applied(creditor: Any) -> None:
    page = browser_of(factories.member(creditor, Role.READER)).get("/espace/compte/roles")
    assert [sum(row["granted"]) for row in page.context["rows"]] == [
        sum(right in PERMISSIONS[role] for role in Role) for right in Permission
    ]
    assert list(LABELS) == list(Permission)


def test_a_reader_sees_who_works_here_and_no_button(creditor: Any) -> None:
    owner = factories.member(creditor)
    page = browser_of(factories.member(creditor, Role.READER)).get(PEOPLE).content.decode()
    assert owner.email in page and "/retirer" not in page and "INVITER" not in page


def test_the_list_of_people_costs_the_same_for_two_as_for_twenty(creditor: Any, django_assert_num_queries: Any) -> None:
    browser = browser_of(factories.member(creditor))

    def queries() -> int:
        with factories.counted() as found:
            browser.get(PEOPLE)
        return len(found)

    browser.get(PEOPLE)
    few = queries()
    for _ in range(18):
        factories.member(creditor)
        factories.invitation(creditor)
    assert queries() == few


def test_invitations_are_void_after_a_week(creditor: Any) -> None:
    invite(browser_of(factories.member(creditor)), creditor)
    made = Invitation.objects.get()
    assert made.expires_at - made.created_at == timedelta(days=7)


@override_settings(DEBUG=False)
def test_a_person_without_any_role_left_is_sent_nowhere_private(creditor: Any) -> None:
    person = factories.user()
    assert browser_of(person).get("/entree")["Location"] == "/rejoindre"
