"""A distributor brings creditors, sees how far they get, and sees nothing else (NUM-30)."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress

from accounts import partners
from accounts.models import Creditor, Introduction, Partner, PartnerMembership, User
from accounts.models.partner import Step
from accounts.roles import Role
from notifications.models import Message
from tests import factories
from tests.accounts.test_sign_up import errors, page_of, words
from tests.conftest import MONDAY, AppClient
from tests.journeys.test_sign_up_to_injonction import SIGN_UP
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner(brand: Any) -> Partner:
    return factories.partner(brand)


@pytest.fixture
def dealer(partner: Partner) -> AppClient:
    return browser_of(factories.dealer(partner))


# --- brought by a link or a code ----------------------------------------------------------------------------------
@pytest.mark.req("NUM-30")
def test_whoever_signs_up_by_the_link_is_attached_to_the_distributor(partner: Partner, client: AppClient) -> None:
    field = page_of(client.get(f"/inscription?par={partner.code}")).find("input", attrs={"name": "partner"})
    assert field and field["value"] == partner.code
    assert client.post("/inscription", SIGN_UP | {"partner": f" {partner.code.lower()} "}).status_code == 302
    made = Introduction.objects.get()
    assert (made.partner, made.creditor, made.name) == (partner, Creditor.objects.get(), Creditor.objects.get().name)
    assert made.created_at and not made.completed_at


def test_without_a_code_nobody_is_attached(partner: Partner, client: AppClient) -> None:
    client.post("/inscription", SIGN_UP)
    assert Creditor.objects.exists() and not Introduction.objects.exists()


def test_a_code_that_nobody_hands_out_is_told_and_nothing_is_lost(partner: Partner, client: AppClient) -> None:
    elsewhere = factories.partner(factories.brand("autre"))
    closed = factories.partner(partner.brand, is_open=False)
    for code in ("AAAAAAAA", elsewhere.code, closed.code, "<b>"):
        answer = client.post("/inscription", SIGN_UP | {"partner": code})
        assert answer.status_code == 422 and "Ce code partenaire n'existe pas" in words(answer), code
        assert page_of(answer).find("input", attrs={"name": "last_name"})["value"] == SIGN_UP["last_name"]
    assert not Creditor.objects.exists()


def test_a_person_of_another_brand_who_joins_is_attached_too(partner: Partner) -> None:
    person = factories.member(factories.creditor(factories.brand("autre")))
    sent = {name: value for name, value in SIGN_UP.items() if name not in ("email", "password", "confirmation")}
    answer = browser_of(person).post("/rejoindre", sent | {"partner": partner.code})
    assert answer.status_code == 302, errors(answer)
    assert Introduction.objects.get().partner == partner


# --- the distributor's page ---------------------------------------------------------------------------------------
@pytest.mark.req("NUM-30")
def test_the_page_tells_names_and_steps_and_nothing_of_their_own(
    partner: Partner, dealer: AppClient, creditor: Creditor
) -> None:
    factories.introduction(partner, creditor)
    dossier = factories.dossier(creditor, debtor={"last_name": "Durand"})
    partners.reached(creditor.pk, Step.FIRST_DOSSIER, now=MONDAY)
    said = words(dealer.get("/partenaire/"))
    assert creditor.name in said and "02/03/2026" in said and partner.code in said
    assert (
        dossier.reference not in said
        and "Durand" not in said
        and creditor.email not in said
        and creditor.siret not in said
    )


@pytest.mark.req("NUM-30")
def test_the_first_day_of_each_step_is_kept(partner: Partner, creditor: Creditor) -> None:
    made = factories.introduction(partner, creditor)
    for step in Step:
        partners.reached(creditor.pk, step, now=MONDAY)
        partners.reached(creditor.pk, step, now=factories.LONG_AGO)
    made.refresh_from_db()
    assert {getattr(made, step) for step in Step} == {MONDAY}


def test_a_page_without_anybody_says_what_to_do(dealer: AppClient) -> None:
    assert "Envoyez votre lien d'inscription" in words(dealer.get("/partenaire/"))


def test_the_list_is_searched_paged_and_exported(partner: Partner, dealer: AppClient, brand: Any) -> None:
    for n in range(30):
        factories.introduction(partner, factories.creditor(brand, company=f"Maison {n:02}", completed_at=None))
    first = page_of(dealer.get("/partenaire/"))
    assert len(first.select("tbody tr")) == 25 and first.find("a", rel="next") or "apres=" in str(first)
    found = page_of(dealer.get("/partenaire/?q=maison 07"))
    assert [row.th.get_text() for row in found.select("tbody tr")] == ["Maison 07"]
    assert "Aucun créancier ne porte ce nom" in words(dealer.get("/partenaire/?q=zzz"))
    lines = dealer.get("/partenaire/export.csv").content.decode().splitlines()
    assert len(lines) == 31 and "Premier dossier" in lines[0] and "2026-01-05" in lines[1]
    assert len(dealer.get("/partenaire/export.csv?q=07").content.decode().splitlines()) == 2


def test_a_name_that_could_be_a_formula_runs_nowhere(partner: Partner, dealer: AppClient, creditor: Creditor) -> None:
    factories.introduction(partner, creditor, name="=1+1")
    assert "'=1+1" in dealer.get("/partenaire/export.csv").content.decode()


def test_the_page_costs_the_same_for_one_and_for_twenty(partner: Partner, dealer: AppClient, brand: Any) -> None:
    factories.introduction(partner, factories.creditor(brand))
    dealer.get("/partenaire/")
    with factories.counted() as few:
        dealer.get("/partenaire/")
    for _ in range(19):
        factories.introduction(partner, factories.creditor(brand, completed_at=None))
    with factories.counted() as many:
        dealer.get("/partenaire/")
    assert len(few) == len(many)


# --- the walls ----------------------------------------------------------------------------------------------------
@pytest.mark.req("NUM-30")
@pytest.mark.attack("T01")
def test_a_distributor_has_no_door_but_its_own(partner: Partner, dealer: AppClient, creditor: Creditor) -> None:
    factories.introduction(partner, creditor)
    other = factories.introduction(
        factories.partner(partner.brand, name="Autre"), factories.creditor(partner.brand, company="Secret")
    )
    assert (
        other.name not in words(dealer.get("/partenaire/"))
        and other.name not in dealer.get("/partenaire/export.csv").content.decode()
    )
    assert [dealer.get(path).status_code for path in ("/espace/", "/etude/", "/espace/dossiers/")] == [404, 404, 404]
    assert dealer.get("/entree")["Location"] == "/partenaire/" and dealer.get("/rejoindre").status_code == 404
    there = factories.brand("autre").host
    assert dealer.get("/partenaire/", HTTP_HOST=there).status_code == 404
    for stranger in (factories.member(creditor), factories.clerk(factories.office(partner.brand))):
        assert browser_of(stranger).get("/partenaire/").status_code == 404
    assert AppClient().get("/partenaire/")["Location"].startswith("/connexion")


def test_a_distributor_needs_a_second_factor(partner: Partner) -> None:
    person = factories.user()
    PartnerMembership.objects.create(user=person, partner=partner, brand=partner.brand)
    assert browser_of(person).get("/partenaire/")["Location"] == "/compte/securite"


# --- the creditor's side -------------------------------------------------------------------------------------------
@pytest.mark.req("NUM-30")
def test_the_creditor_sees_who_brought_it_and_may_end_it(
    partner: Partner, dealer: AppClient, creditor: Creditor, as_creditor: Any
) -> None:
    factories.introduction(partner, creditor)
    owner = as_creditor()
    assert "Distributeur Lemoine vous a présenté" in words(owner.get("/espace/compte/"))
    assert owner.post("/espace/compte/partenaire/fin").status_code == 302
    ended = Introduction.objects.get()
    assert ended.ended_at and ended.ended_by == "Jeanne Martin"
    assert "vous a présenté" not in words(owner.get("/espace/compte/"))
    assert creditor.name not in words(dealer.get("/partenaire/"))
    partners.reached(creditor.pk, Step.MANDATE, now=MONDAY)
    ended.refresh_from_db()
    assert ended.mandate_at is None, "what comes later is not told"


def test_a_reader_does_not_end_it(partner: Partner, creditor: Creditor) -> None:
    factories.introduction(partner, creditor)
    reader = browser_of(factories.member(creditor, role=Role.MANAGER))
    assert "Mettre fin à ce lien" not in words(reader.get("/espace/compte/"))
    assert reader.post("/espace/compte/partenaire/fin").status_code == 403
    assert Introduction.objects.get().ended_at is None


# --- support ------------------------------------------------------------------------------------------------------
@pytest.fixture
def support(brand: Any) -> AppClient:
    made = factories.user(email="adrien@support.example", is_staff=True, is_superuser=True)
    factories.second_factor(made)
    return browser_of(made)


@pytest.mark.req("NUM-30")
def test_support_opens_a_distributor_and_lets_somebody_in(brand: Any, support: AppClient) -> None:
    support.post("/admin/accounts/partner/add/", {"brand": brand.pk, "name": "Réseau", "is_open": "on"})
    made = Partner.objects.get()
    sent = {"partner": made.pk, "email": "Paule@Reseau.example", "first_name": "Paule", "last_name": "Lemoine"}
    assert support.post("/admin/accounts/partnermembership/add/", sent).status_code == 302
    person = User.objects.get(email="paule@reseau.example")
    assert not person.has_usable_password() and EmailAddress.objects.get(user=person).verified
    assert Message.objects.filter(kind="password_recovery", recipient__email=person.email).count() == 1
    assert "déjà un accès" in words(support.post("/admin/accounts/partnermembership/add/", sent))
    member = PartnerMembership.objects.get()
    support.post(f"/admin/accounts/partnermembership/{member.pk}/delete/", {"post": "yes"})
    assert not PartnerMembership.objects.exists()
    support.post(f"/admin/accounts/partner/{made.pk}/change/", {"name": "Réseau", "is_open": ""})
    made.refresh_from_db()
    assert not made.is_open
