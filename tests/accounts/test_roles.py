"""Who may do what at a creditor, shown on the pages themselves."""

from typing import Any

import pytest

from accounts.models import Membership
from accounts.roles import PERMISSIONS, Permission, Role
from dossiers.enums import Phase
from mandates.models import Mandate
from tests import factories
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db

P = Permission
TABLE = {
    Role.OWNER: set(P),
    Role.MANAGER: {P.DOSSIER_READ, P.DOSSIER_FILE, P.DOSSIER_ADVANCE, P.DOSSIER_SHARE, P.PROFILE_READ},
    Role.FILER: {P.DOSSIER_READ, P.DOSSIER_FILE},
    Role.ACCOUNTANT: {P.DOSSIER_READ, P.PROFILE_READ, P.PAYOUT_CHANGE, P.FEES_PAY},
    Role.READER: {P.DOSSIER_READ},
}


def test_the_table_is_the_one_agreed() -> None:
    assert PERMISSIONS == TABLE


@pytest.mark.parametrize("role", list(Role))
def test_every_page_follows_the_table(role: str, creditor: Any) -> None:
    draft = factories.dossier(creditor, creditor_reference="B")
    offered = factories.dossier(creditor, phase=Phase.INJONCTION_OFFERED)
    base, other = f"/espace/dossiers/{draft.reference}", f"/espace/dossiers/{offered.reference}"
    browser = AppClient()
    browser.force_login(factories.member(creditor, role), backend="allauth.account.auth_backends.AuthenticationBackend")
    attempts = [
        (P.DOSSIER_READ, "get", "/espace/"), (P.DOSSIER_READ, "get", "/espace/dossiers/"), (P.DOSSIER_READ, "get", f"{other}/"),
        (P.DOSSIER_FILE, "get", "/espace/dossiers/creer"), (P.DOSSIER_FILE, "get", f"{base}/creer"),
        (P.DOSSIER_FILE, "get", f"{base}/debiteur"), (P.DOSSIER_FILE, "get", f"{base}/elements"),
        (P.DOSSIER_FILE, "get", f"{base}/validation"), (P.DOSSIER_FILE, "post", f"{other}/paiement"),
        (P.DOSSIER_FILE, "post", f"{other}/pieces"), (P.DOSSIER_ADVANCE, "get", f"{other}/action/request_injonction"),
        (P.DOSSIER_ADVANCE, "post", f"{other}/action/request_injonction"), (P.MANDATE_SIGN, "get", "/espace/mandat/"),
        (P.MANDATE_SIGN, "post", "/espace/mandat/code"), (P.MANDATE_SIGN, "post", "/espace/mandat/signature"),
        (P.MANDATE_SIGN, "post", "/espace/mandat/refus"), (P.ACCOUNT_COMPLETE, "get", "/espace/finalisation"),
        (P.PEOPLE_MANAGE, "post", "/espace/compte/personnes/inviter"),
        (P.PEOPLE_MANAGE, "post", "/espace/compte/personnes/1/role"),
        (P.PEOPLE_MANAGE, "post", "/espace/compte/personnes/1/retirer"),
        (P.PEOPLE_MANAGE, "post", "/espace/compte/invitations/1/annuler"),
        (P.DOSSIER_SHARE, "get", "/espace/compte/partages"),
        (P.DOSSIER_SHARE, "post", "/espace/compte/partages/1/revoquer"),
    ]  # fmt: skip
    for permission, method, path in attempts:
        status = getattr(browser, method)(path).status_code
        assert (status == 403) == (permission not in TABLE[role]), f"{role} {method} {path}: {status}"


@pytest.mark.parametrize("role", [Role.READER, Role.ACCOUNTANT])
def test_a_menu_shows_only_what_the_role_may_open(role: str, creditor: Any) -> None:
    browser = AppClient()
    browser.force_login(factories.member(creditor, role), backend="allauth.account.auth_backends.AuthenticationBackend")
    page = browser.get("/espace/").content.decode()
    assert 'href="/espace/dossiers/creer"' not in page and 'href="/espace/mandat/"' not in page


@pytest.mark.req("ATR-78")
def test_one_person_acts_for_several_creditors_with_the_role_she_has_at_each(creditor: Any) -> None:
    second = factories.creditor(creditor.brand, company="Autre maison")
    person = factories.member(creditor, Role.OWNER)
    Membership.objects.create(user=person, creditor=second, brand=creditor.brand, role=Role.READER)
    browser = AppClient()
    browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.get("/espace/mandat/").status_code == 200
    browser.post("/espace/creancier", {"creditor": second.pk})
    assert browser.get("/espace/").context["request"].creditor == second
    assert browser.get("/espace/mandat/").status_code == 403


@pytest.mark.attack("T06")
def test_a_reader_of_one_creditor_does_not_file_for_it_by_choosing_it_in_the_form(creditor: Any) -> None:
    """The role looked at is that of the creditor whose dossier is made, not of the one on screen."""
    second = factories.creditor(creditor.brand, company="Autre maison")
    person = factories.member(creditor, Role.OWNER)
    Membership.objects.create(user=person, creditor=second, brand=creditor.brand, role=Role.READER)
    offered = factories.dossier(second, phase=Phase.INJONCTION_OFFERED)
    browser = AppClient()
    browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = browser.post("/espace/dossiers/creer", {"creditor": second.pk, "currency": "EUR", "origin": "invoice"})
    assert answer.status_code in (403, 422)
    browser.post(f"/espace/dossiers/{offered.reference}/action/request_injonction")
    offered.refresh_from_db()
    assert offered.phase == Phase.INJONCTION_OFFERED


@pytest.mark.req("CRE-56")
def test_a_dossier_of_a_creditor_without_mandate_is_not_begun_from_another_one(creditor: Any) -> None:
    second = factories.creditor(creditor.brand, company="Sans mandat")
    Mandate.objects.filter(creditor=second).update(state="revoked")
    person = factories.member(creditor)
    Membership.objects.create(user=person, creditor=second, brand=creditor.brand)
    browser = AppClient()
    browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    browser.post("/espace/dossiers/creer", {"creditor": second.pk, "currency": "EUR", "origin": "invoice"})
    assert not second.dossiers.exclude(phase=Phase.DRAFT).exists()


def test_every_action_needs_a_person(creditor: Any, client: AppClient) -> None:
    for path in ("/espace/", "/etude/", "/espace/mandat/", "/espace/finalisation"):
        assert client.get(path)["Location"].startswith("/connexion?next=")


def test_a_person_without_any_role_finds_no_door_but_may_open_a_space_of_her_own(brand: Any) -> None:
    browser = AppClient()
    browser.force_login(factories.user(), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.get("/espace/")["Location"] == "/rejoindre"
    assert browser.get("/espace/dossiers/").status_code == browser.get("/etude/").status_code == 404


def test_a_refusal_says_why_and_whom_to_ask(creditor: Any) -> None:
    answer = browser_of(factories.member(creditor, Role.READER)).get("/espace/dossiers/creer")
    assert answer.status_code == 403 and "Demandez-le au responsable de votre compte" in words(answer)
