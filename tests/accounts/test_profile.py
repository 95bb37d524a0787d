"""The locked profile: read by the creditor, changed by support, with the value before kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts import profile
from accounts.models import ChangeRequest, Creditor, PayoutAccount
from accounts.models.profile import Decision
from accounts.profile import FIELDS
from accounts.roles import Role
from core import clock
from core.models import AuditEntry
from notifications.models import Message
from tenants.context import Audience, Context, acting_as
from tests import factories
from tests.accounts.test_people import browser_of
from tests.conftest import AppClient

pytestmark = pytest.mark.django_db
CHANGE, PAYOUT = "/espace/compte/modification", "/espace/compte/versement"


def form_of(creditor: Creditor, **fields: Any) -> dict[str, Any]:
    """What the page sends: every field as it stands, but those given."""
    known = {name: value for name, value in profile.values(creditor).items() if value not in (False, "")}
    return known | {"explanation": "Nous avons déménagé.", "acting_for": creditor.pk} | fields


def support() -> Any:
    person = factories.user(is_staff=True, is_superuser=True, first_name="Adrien", last_name="Support")
    factories.second_factor(person)
    return person


def as_support() -> AppClient:
    return browser_of(support())


def ask(creditor: Creditor, **fields: Any) -> Any:
    return browser_of(factories.member(creditor)).post(CHANGE, form_of(creditor, **fields))


@pytest.mark.req("CRE-29")
def test_no_form_of_the_creditor_changes_its_identity_and_the_database_refuses_too(creditor: Any) -> None:
    before = profile.values(creditor)
    assert ask(creditor, town="Villeurbanne", postcode="69100").status_code == 302
    assert profile.values(Creditor.objects.get(pk=creditor.pk)) == before
    context = Context(Audience.PORTAL, brand=creditor.brand_id, creditors=(creditor.pk,))
    with pytest.raises(ProgrammingError), transaction.atomic(), acting_as(context), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_creditor SET town = 'Ailleurs'")


@pytest.mark.req("CRE-29")
def test_support_approves_with_a_reason_and_the_value_before_is_kept(creditor: Any) -> None:
    paper = creditor.mandates.get().signed
    bytes_before = paper.read()
    file = SimpleUploadedFile("kbis.pdf", factories.pdf(), "application/pdf")
    ask(creditor, town="Villeurbanne", postcode="69100", papers=file)
    asked = ChangeRequest.objects.get()
    assert (asked.before, asked.after) == (
        {"postcode": "69002", "town": "Lyon"},
        {"postcode": "69100", "town": "Villeurbanne"},
    )
    assert asked.papers.get().document.name == "kbis.pdf"
    browser = as_support()
    page = browser.get(f"/admin/accounts/changerequest/{asked.pk}/decision/").content.decode()
    assert "Villeurbanne" in page and "Lyon" in page and "kbis.pdf" in page
    assert browser.get(f"/admin/pieces/{asked.papers.get().document_id}").status_code == 200
    browser.post(
        f"/admin/accounts/changerequest/{asked.pk}/decision/", {"answer": "approve", "reason": "Kbis conforme"}
    )
    creditor.refresh_from_db()
    asked.refresh_from_db()
    assert (creditor.town, creditor.postcode) == ("Villeurbanne", "69100")
    assert (asked.state, asked.decided_by, asked.reason) == ("approved", "Adrien Support", "Kbis conforme")
    assert asked.decided_at and asked.before["town"] == "Lyon"
    assert paper.read() == bytes_before, "a paper keeps what it says"
    assert Message.objects.get(kind="change_decided").recipient["email"] == creditor.email


@pytest.mark.req("CRE-29")
def test_support_refuses_with_a_reason_and_nothing_changes(creditor: Any) -> None:
    ask(creditor, town="Villeurbanne")
    asked, browser = ChangeRequest.objects.get(), as_support()
    path = f"/admin/accounts/changerequest/{asked.pk}/decision/"
    assert browser.post(path, {"answer": "refuse", "reason": " "}).status_code == 422
    browser.post(path, {"answer": "refuse", "reason": "Pièce illisible"})
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == ("refused", "Pièce illisible")
    assert Creditor.objects.get(pk=creditor.pk).town == "Lyon"
    assert browser.post(path, {"answer": "approve", "reason": "si"}).status_code == 422
    assert Creditor.objects.get(pk=creditor.pk).town == "Lyon", "answered once"


def test_one_request_at_a_time_and_none_about_nothing(creditor: Any) -> None:
    assert ask(creditor).status_code == 422
    assert ask(creditor, town="Villeurbanne").status_code == 302
    assert ask(creditor, town="Caluire").status_code == 422
    assert ChangeRequest.objects.count() == 1


def test_a_hostile_proof_is_refused_and_nothing_is_half_done(creditor: Any) -> None:
    file = SimpleUploadedFile("kbis.pdf", b"MZ not a pdf", "application/pdf")
    answer = ask(creditor, town="Villeurbanne", papers=file)
    assert answer.status_code == 422 and "n’est pas accepté" in answer.content.decode()
    assert not ChangeRequest.objects.exists() and not Message.objects.filter(kind="change_asked").exists()


def test_a_correction_by_support_needs_a_reason_and_leaves_the_same_trace(creditor: Any) -> None:
    browser = as_support()
    path = f"/admin/accounts/creditor/{creditor.pk}/change/"
    browser.post(path, {"look_reason": "Appel du créancier ce matin"})
    form = form_of(creditor, town="Caluire")
    assert browser.post(path, form).status_code == 200, "without a reason the form comes back"
    assert not ChangeRequest.objects.exists()
    assert browser.post(path, form | {"reason": "Faute de frappe à l’inscription"}).status_code == 302
    made = ChangeRequest.objects.get()
    assert (made.before, made.after, made.state) == ({"town": "Lyon"}, {"town": "Caluire"}, Decision.APPROVED)
    assert Creditor.objects.get(pk=creditor.pk).town == "Caluire"


def test_an_identity_corrected_meanwhile_is_not_overwritten(creditor: Any) -> None:
    asked = factories.change_request(creditor)
    Creditor.objects.update(town="Bron")
    with pytest.raises(profile.ChangeRefused, match="a changé depuis"):
        profile.decide_change(asked, approve=True, reason="ok", by=support(), now=clock.now())
    assert Creditor.objects.get(pk=creditor.pk).town == "Bron"


@pytest.mark.attack("T06")
def test_fields_that_are_not_identity_are_ignored(creditor: Any) -> None:
    other = factories.brand("autre")
    ask(creditor, town="Villeurbanne", brand=other.pk, parent=1, id=99, terms=1, completed_at="2020-01-01")
    assert set(ChangeRequest.objects.get().after) == {"town"}
    assert not {"brand", "parent", "terms", "id"} & set(FIELDS)


@pytest.mark.parametrize("role", [Role.FILER, Role.READER, Role.MANAGER])
def test_only_who_answers_for_the_account_asks(role: str, creditor: Any) -> None:
    assert browser_of(factories.member(creditor, role)).get(CHANGE).status_code == 403


@pytest.mark.req("CRE-52")
def test_the_accepted_terms_are_shown_as_they_were_accepted(creditor: Any) -> None:
    terms = creditor.brand.terms.get()
    Creditor.objects.update(terms=terms, terms_accepted_at=factories.LONG_AGO)
    creditor.brand.terms.create(version="2.0", published_on="2026-06-01", text="Un autre texte.")
    page = browser_of(factories.member(creditor)).get("/espace/compte/conditions").content.decode()
    assert "Conditions générales." in page and "Un autre texte" not in page and "Version 1.0" in page


# --- where recovered money goes -----------------------------------------------------------------------------------
NEW = {"holder": "Menuiserie Martin", "iban": "FR76 3000 6000 0112 3456 7890 189", "bic": "AGRIFRPPXXX"}


def propose(person: Any, creditor: Creditor) -> PayoutAccount:
    browser_of(person).post(PAYOUT, NEW | {"acting_for": creditor.pk})
    return PayoutAccount.objects.get()


@pytest.mark.attack("S13")
def test_a_second_person_confirms_the_account_and_it_serves_a_day_later(creditor: Any) -> None:
    owner, accountant = factories.member(creditor), factories.member(creditor, Role.ACCOUNTANT)
    account = propose(owner, creditor)
    told = {message.recipient["email"] for message in Message.objects.filter(kind="payout_proposed")}
    assert told == {accountant.email, creditor.email}, "the old contact knows at once"
    answer = f"{PAYOUT}/{account.pk}/reponse"
    browser_of(owner).post(answer, {"answer": "approve"})
    account.refresh_from_db()
    assert account.state == Decision.WAITING, "who proposes does not confirm"
    browser_of(accountant).post(answer, {"answer": "approve"})
    account.refresh_from_db()
    assert account.state == Decision.APPROVED and account.decider == accountant
    now = account.decided_at
    assert creditor.payout_accounts.in_force(now + timedelta(hours=23)) is None
    assert creditor.payout_accounts.in_force(now + timedelta(hours=24)) == account
    assert Message.objects.filter(kind="payout_decided", recipient__email=creditor.email).exists()


@pytest.mark.attack("S13")
def test_the_earlier_account_serves_until_the_new_one_does(creditor: Any) -> None:
    old = factories.payout_account(
        creditor, state=Decision.APPROVED, decided_by="Anne", decider=factories.user(), decided_at=factories.LONG_AGO,
        effective_at=factories.LONG_AGO,
    )  # fmt: skip
    new = factories.payout_account(creditor, proposed_at=clock.now())
    assert creditor.payout_accounts.in_force(clock.now()) == old
    profile.decide_payout(new, approve=False, by=factories.user(), now=clock.now())
    assert creditor.payout_accounts.in_force(clock.now() + timedelta(days=9)) == old


@pytest.mark.attack("S13")
def test_the_database_refuses_one_person_alone(creditor: Any) -> None:
    account = factories.payout_account(creditor)
    with pytest.raises(IntegrityError), transaction.atomic():
        PayoutAccount.objects.filter(pk=account.pk).update(
            state="approved", decider=account.proposer, decided_by="x", decided_at=clock.now(), effective_at=clock.now()
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        PayoutAccount.objects.filter(pk=account.pk).update(
            state="approved", decided_by="x", decided_at=clock.now(), effective_at=clock.now()
        )


def test_support_is_the_second_person_of_somebody_alone(creditor: Any) -> None:
    owner = factories.member(creditor)
    account = propose(owner, creditor)
    page = browser_of(owner).get("/espace/compte/").content.decode()
    assert "le support confirmera" in page
    browser, path = as_support(), f"/admin/accounts/payoutaccount/{account.pk}/decision/"
    assert browser.post(path, {"answer": "approve"}).status_code == 422
    browser.post(path, {"answer": "approve", "reason": "Rappelée au 04 72 00 00 00"})
    account.refresh_from_db()
    assert account.state == Decision.APPROVED
    assert "Rappelée" in AuditEntry.objects.get(action="compte de versement confirmé").reason


@pytest.mark.attack("G05", "S05")
def test_the_number_shows_nowhere_but_its_last_four_signs(creditor: Any) -> None:
    owner = factories.member(creditor)
    account = propose(owner, creditor)
    iban = NEW["iban"].replace(" ", "")
    assert account.iban() == iban
    browser = as_support()
    pages = [
        browser_of(owner).get("/espace/compte/"), browser.get(f"/admin/accounts/payoutaccount/{account.pk}/decision/"),
        browser.get("/admin/accounts/payoutaccount/"), browser.get("/admin/core/auditentry/"),
    ]  # fmt: skip
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200 and iban not in text and account.iban_sealed not in text
    assert "0189" in pages[0].content.decode()
    assert iban not in str(list(Message.objects.values())) + str(list(AuditEntry.objects.values()))
