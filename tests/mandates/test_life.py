"""The mandate's life: chosen, amended, revoked, lapsed; what the database holds and what the pages say."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts.adapter import FactorAdapter
from accounts.management.commands import rotate_keys
from accounts.models import BankAccount, Creditor, OfficeProfile, PayoutAccount, TrustedPhone, User
from core import clock, crypto
from core.actors import Actor, Side
from core.identifiers import bic_candidates
from core.models import AuditEntry
from mandates import services
from mandates.models import Mandate, MandateState, Mode
from mandates.services import Choice, MandateRefused, prepare
from mandates.tasks import lapse_mandates
from notifications.models import Message
from payments.services import announce
from signatures.models import Challenge
from tests import factories
from tests.accounts.test_completion import COMPLETION, dump
from tests.accounts.test_profile import as_support
from tests.accounts.test_sign_up import page_of, words
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import post_out
from tests.mandates.test_mandate import ask, code_of, sign
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db
PAGE = "/espace/mandat/"
CHOICE = f"{PAGE}choix"
OTHER_IBAN = "FR7630006000011234567890189"
ACCOUNT = {"source": "other", "signatory_civility": "M", "signatory_last_name": "Petit", "signatory_first_name": "Luc",
           "iban": OTHER_IBAN, "bic": "AGRIFRPPXXX"}  # fmt: skip


@pytest.fixture
def newcomer(brand: Any) -> Creditor:
    made = factories.creditor(brand, completed_at=None)
    Creditor.objects.filter(pk=made.pk).update(completed_at=datetime(2026, 1, 5, tzinfo=UTC))
    factories.bank_account(made)
    made.refresh_from_db()
    return made


@pytest.fixture
def person(newcomer: Creditor) -> User:
    return factories.member(newcomer)


@pytest.fixture
def browser(person: User) -> AppClient:
    return browser_of(person)


def choose(browser: AppClient, **fields: Any) -> Any:
    return browser.post(CHOICE, {"mode": "one_off", "source": "remembered"} | fields)


def sign_now(browser: AppClient, settings: Any, **way: Any) -> Mandate:
    ask(browser, **way)
    sign(browser, code_of(settings))
    return Mandate.objects.signed().select_related("brand", "creditor", "account").get()


def draft(of: Creditor, **choice: Any) -> Mandate:
    account = choice.pop("account", None) or of.bank_accounts.current()
    return prepare(of, Choice(account, **choice), now=datetime(2026, 3, 2, 8, tzinfo=UTC))


# --- choosing ----------------------------------------------------------------------------------------------------------
@pytest.mark.req("IDE-11", "IDE-12")
def test_both_modes_are_offered_and_one_off_is_preselected(browser: AppClient) -> None:
    page = page_of(browser.get(CHOICE))
    offered = {field["value"]: field.has_attr("checked") for field in page.find_all("input", {"name": "mode"})}
    assert offered == {"one_off": True, "automatic": False}
    assert "sans retour" in words(browser.get(CHOICE))


@pytest.mark.req("IDE-14")
def test_the_email_of_the_record_is_prefilled_and_may_change_at_any_time(
    browser: AppClient, newcomer: Creditor, settings: Any
) -> None:
    field = page_of(browser.get(CHOICE)).find("input", {"name": "email"})
    assert field["value"] == newcomer.email
    choose(browser, email="compta@martin.example")
    assert Mandate.objects.get().notices_to == "compta@martin.example"
    for state, address in (("draft", "avant@martin.example"), ("signed", "apres@martin.example")):
        if state == "signed":
            sign_now(browser, settings)
        former = Mandate.objects.get().notices_to
        assert browser.post(f"{PAGE}courriel", {"email": address}).status_code == 302
        mandate = Mandate.objects.get()
        assert (mandate.state, mandate.notices_to) == (state, address)
        told = Message.objects.filter(kind="mandate_email_changed").latest("created_at")
        assert told.recipient["email"] == former, "whoever is no longer told learns it"
        assert page_of(browser.get(PAGE)).find("input", {"name": "email"})["value"] == address
    factories.fee(newcomer)
    announce(newcomer, now=datetime(2026, 3, 2, 8, tzinfo=UTC))
    assert Message.objects.get(kind="collection_announced").recipient["email"] == "apres@martin.example"
    post_out()
    assert "autre adresse" in Message.objects.filter(kind="mandate_email_changed").latest("created_at").subject


@pytest.mark.req("IDE-14")
@pytest.mark.parametrize("typed", ["", "pas une adresse", "x@" + "y" * 300 + ".fr"])
def test_an_email_that_is_none_changes_nothing_and_says_so(typed: str, browser: AppClient) -> None:
    choose(browser)
    before = Mandate.objects.values().get()
    assert browser.post(f"{PAGE}courriel", {"email": typed}).status_code == 422
    assert Mandate.objects.values().get() == before


@pytest.mark.req("IDE-13")
def test_automatic_is_warned_of_and_without_return(browser: AppClient, newcomer: Creditor) -> None:
    refused = choose(browser, mode="automatic")
    assert refused.status_code == 422 and "sans retour : cochez cette case" in words(refused)
    assert choose(browser, mode="automatic", understood="on").status_code == 302
    assert Mandate.objects.get().mode == Mode.AUTOMATIC
    back = choose(browser, mode="one_off")
    assert back.status_code == 422 and Mandate.objects.get().mode == Mode.AUTOMATIC
    assert "plus de retour au mode ponctuel" in words(browser.get(CHOICE))
    with pytest.raises(MandateRefused, match="plus de retour"):
        draft(newcomer, mode=Mode.ONE_OFF)


@pytest.mark.req("IDE-13")
def test_the_database_itself_refuses_the_way_back_to_one_off(newcomer: Creditor) -> None:
    made = draft(newcomer, mode=Mode.AUTOMATIC)
    with pytest.raises(IntegrityError, match="irreversible"), transaction.atomic():
        Mandate.objects.filter(pk=made.pk).update(mode=Mode.ONE_OFF)
    with pytest.raises(IntegrityError, match="irreversible"), transaction.atomic():
        Mandate.objects.create(
            brand=made.brand, creditor=newcomer, account=made.account, rum="AUTRE-01", ics=made.ics, mode=Mode.ONE_OFF,
            state=MandateState.REVOKED, unsigned=made.unsigned,
        )  # fmt: skip


@pytest.mark.req("IDE-15", "IDE-16")
def test_the_amount_may_be_changed_but_not_above_the_balance(browser: AppClient, newcomer: Creditor) -> None:
    factories.fee(newcomer, "120.00")
    field = page_of(browser.get(CHOICE)).find("input", {"name": "amount"})
    assert field["value"] == "120,00"
    over = choose(browser, amount="120,01")
    assert over.status_code == 422 and "supérieur au solde (120,00 €)" in words(over)
    assert choose(browser, amount="80,50").status_code == 302
    assert Mandate.objects.get().amount == Decimal("80.50") and "80,50 €" in words(browser.get(PAGE))


@pytest.mark.req("IDE-28", "IDE-29")
def test_three_months_only_in_automatic_mode(browser: AppClient, newcomer: Creditor) -> None:
    factories.fee(newcomer, "300.00")
    refused = choose(browser, amount="300", is_spread="on")
    assert refused.status_code == 422 and "n'existe qu'en mode automatique" in words(refused)
    assert choose(browser, mode="automatic", understood="on", amount="300", is_spread="on").status_code == 302
    assert "300,00 € en trois prélèvements mensuels" in words(browser.get(PAGE))
    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.update(amount=None)


@pytest.mark.req("IDE-08", "IDE-10")
@pytest.mark.parametrize("typed", ["FR14 2004 1010 0505 0001 3M02 607", "FR", "1234", "XX00", "FR76' OR 1=1"])
def test_a_malformed_iban_is_told_in_the_words_of_the_seed(typed: str, browser: AppClient) -> None:
    answer = choose(browser, **(ACCOUNT | {"iban": typed}))
    assert answer.status_code == 422 and "Format de l'IBAN incorrect" in words(answer)
    assert not Mandate.objects.exists()


@pytest.mark.req("IDE-09")
def test_the_proposed_bic_is_shown_and_the_persons_correction_is_kept(browser: AppClient) -> None:
    proposed = choose(browser, **(ACCOUNT | {"bic": ""}))
    first = bic_candidates(OTHER_IBAN)[0]
    assert proposed.status_code == 422 and page_of(proposed).find("input", {"name": "bic"})["value"] == first
    assert choose(browser, **(ACCOUNT | {"bic": "CMCIFR2AXXX"})).status_code == 302
    assert BankAccount.objects.latest("pk").bic == "CMCIFR2AXXX"


@pytest.mark.req("IDE-26")
def test_the_account_given_before_is_remembered_by_its_last_four(browser: AppClient) -> None:
    shown = words(browser.get(CHOICE))
    assert "•••• 2606" in shown and factories.IBAN not in browser.get(CHOICE).content.decode()
    assert choose(browser).status_code == 302
    assert Mandate.objects.get().account == BankAccount.objects.get()


@pytest.mark.parametrize("bic", ["BCADNCNN", "SOCBPFTXXXX", "CEPAWFWF"])
def test_an_account_of_the_french_pacific_is_told_to_be_outside_sepa(bic: str, browser: AppClient) -> None:
    answer = choose(browser, **(ACCOUNT | {"bic": bic}))
    assert answer.status_code == 422 and "le prélèvement SEPA ne l'atteint pas" in words(answer)
    assert not Mandate.objects.exists()


@pytest.mark.parametrize("iban", ["MC5811222000010123456789030", "DE89370400440532013000", "BE68539007547034"])
def test_accounts_of_the_sepa_area_are_taken(iban: str, browser: AppClient) -> None:
    bic = (bic_candidates(iban) or ["CMCIMC2XXXX"])[0]
    assert choose(browser, **(ACCOUNT | {"iban": iban, "bic": bic})).status_code == 302


def test_registration_refuses_an_account_outside_sepa_before_it_ends(brand: Any) -> None:
    creditor = factories.creditor(brand, completed_at=None)
    answer = browser_of(factories.member(creditor)).post("/espace/finalisation", COMPLETION | {"bic": "BCADNCNN"})
    creditor.refresh_from_db()
    assert answer.status_code == 422 and "Nouvelle-Calédonie" in words(answer) and not creditor.is_complete


def test_without_a_creditor_identifier_no_mandate_is_drawn_up(browser: AppClient, newcomer: Creditor) -> None:
    type(newcomer.brand).objects.update(creditor_id_sepa="FR00ZZZ123456")
    answer = choose(browser)
    assert answer.status_code == 422 and "identifiant créancier SEPA" in words(answer)


# --- the paper ------------------------------------------------------------------------------------------------------------
@pytest.mark.req("IDE-27", "IDE-30", "IDE-32")
def test_one_off_and_automatic_have_papers_of_their_own(newcomer: Creditor, tmp_path: Any) -> None:
    one_off = text_of_pdf(draft(newcomer, mode=Mode.ONE_OFF).unsigned.read(), tmp_path)
    automatic = text_of_pdf(draft(newcomer, mode=Mode.AUTOMATIC).unsigned.read(), tmp_path)
    assert "Mandat ponctuel, schéma CORE" in one_off and "Ponctuel" in one_off and "s’éteint après" in one_off
    assert "Mandat récurrent, schéma CORE" in automatic and "trente-six mois" in automatic
    for text in (one_off, automatic):
        assert "14 jours calendaires" in text and "2026-11-21" in text and "contact@credicys.example" in text
        assert "FR1420041010050500013M02606" in text and "FR72ZZZ123456" in text


def text_of_pdf(content: bytes, folder: Any) -> str:
    import subprocess  # noqa: PLC0415

    path = folder / "paper.pdf"
    path.write_bytes(content)
    told: str = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True, text=True).stdout
    return " ".join(told.split())


@pytest.mark.attack("O32")
def test_another_iban_in_the_signing_form_changes_nothing(browser: AppClient, settings: Any, tmp_path: Any) -> None:
    choose(browser)
    ask(browser)
    shown = Mandate.objects.select_related("unsigned").get().unsigned.sha256
    fields = {"code": code_of(settings), "shown": shown, "iban": OTHER_IBAN, "account": "1"}
    browser.post(f"{PAGE}signature", fields)
    made = Mandate.objects.select_related("account", "signed").get()
    assert made.is_signed and made.account.iban() == factories.IBAN and made.signed
    assert OTHER_IBAN not in text_of_pdf(made.signed.read(), tmp_path)


@pytest.mark.attack("O32")
def test_a_code_for_one_account_does_not_sign_another(browser: AppClient, settings: Any) -> None:
    choose(browser)
    ask(browser)
    code, shown = code_of(settings), Mandate.objects.select_related("unsigned").get().unsigned.sha256
    choose(browser, **ACCOUNT)
    answer = browser.post(f"{PAGE}signature", {"code": code, "shown": shown})
    assert answer.status_code == 422 and "a changé depuis que vous l'avez lu" in words(answer)
    fresh = Mandate.objects.select_related("unsigned").get().unsigned.sha256
    assert browser.post(f"{PAGE}signature", {"code": code, "shown": fresh}).status_code == 422
    assert Mandate.objects.get().state == MandateState.DRAFT


# --- the way of the code ---------------------------------------------------------------------------------------------------
@pytest.mark.attack("O10")
def test_a_number_that_is_not_on_record_gets_no_code(brand: Any) -> None:
    creditor = factories.creditor(brand, phone="+33612345678")
    browser = browser_of(factories.member(creditor))
    assert choose(browser, mode="automatic").status_code == 302
    swapped = ask(browser, channel="sms", phone="06 98 76 54 32")
    assert swapped.status_code == 422 and "n'est pas celui de votre fiche (+336…78)" in words(swapped)
    assert not Challenge.objects.exists()
    assert ask(browser, channel="sms").status_code == 302
    assert Message.objects.get(kind="signature_code").recipient["phone"] == "+33612345678"


@pytest.mark.attack("O13")
def test_above_a_threshold_the_code_comes_by_sms_only(browser: AppClient, newcomer: Creditor) -> None:
    factories.fee(newcomer, "2000.00")
    choose(browser, amount="1500")
    answer = ask(browser)
    assert answer.status_code == 422 and "envoyé par SMS" in words(answer)
    Creditor.objects.update(phone="+33612345678")
    assert ask(browser, channel="sms").status_code == 302


@pytest.mark.attack("O13", "O10")
def test_above_a_threshold_a_number_typed_now_receives_no_code(
    browser: AppClient, person: Any, newcomer: Creditor
) -> None:
    factories.fee(newcomer, "2000.00")
    choose(browser, amount="1500")
    assert "numéro confirmé trois jours à l'avance" in words(browser.get(PAGE))
    typed = ask(browser, channel="sms", phone="06 12 34 56 78")
    assert typed.status_code == 422 and "une boîte aux lettres volée suffirait" in words(typed)
    fresh = factories.trusted_phone(person, usable_at=clock.now() + timedelta(hours=1))
    assert "à partir du" in words(ask(browser, channel="sms", phone=str(fresh.number)))
    assert not Challenge.objects.exists()
    TrustedPhone.objects.update(usable_at=clock.now())
    assert ask(browser, channel="sms", phone="06 98 76 54 32").status_code == 422
    assert ask(browser, channel="sms").status_code == 302
    assert Message.objects.get(kind="signature_code").recipient["phone"] == str(fresh.number)


@pytest.mark.attack("O13")
@pytest.mark.parametrize(("number", "by_sms"), [("+33612345678", True), ("+33142345678", False), ("", False)])
def test_without_a_ceiling_the_code_comes_by_sms_as_soon_as_a_mobile_is_on_record(
    browser: AppClient, newcomer: Creditor, number: str, by_sms: bool
) -> None:
    """Nobody is kept from her first mandate for want of a mobile (docs/adr/0015)."""
    Creditor.objects.update(phone=number)
    choose(browser, mode="automatic", understood="on")
    assert ("un mandat automatique n'a pas de plafond" in words(browser.get(PAGE)).lower()) == by_sms
    answer = ask(browser)
    assert answer.status_code == (422 if by_sms else 302)
    assert Challenge.objects.exists() != by_sms
    if by_sms:
        assert ask(browser, channel="sms").status_code == 302


def test_a_one_off_mandate_is_bounded_by_the_fees_that_are_due(browser: AppClient, newcomer: Creditor) -> None:
    Creditor.objects.update(phone="+33612345678")
    choose(browser)
    assert ask(browser).status_code == 302


def test_below_the_threshold_a_number_may_still_be_typed(browser: AppClient) -> None:
    choose(browser, amount="1499.99")
    assert ask(browser, channel="sms", phone="06 12 34 56 78").status_code == 302


@pytest.mark.attack("W22")
def test_bank_fields_are_not_remembered_by_the_browser_and_the_code_is_filled_by_the_telephone(
    browser: AppClient, settings: Any
) -> None:
    page = page_of(browser.get(CHOICE))
    assert {page.find("input", {"name": name})["autocomplete"] for name in ("iban", "bic", "amount")} == {"off"}
    choose(browser)
    ask(browser)
    assert page_of(browser.get(PAGE)).find("input", {"name": "code"})["autocomplete"] == "one-time-code"
    outside = [
        tag for tag in page.find_all(["script", "link", "img"]) if "//" in str(tag.get("src") or tag.get("href"))
    ]
    assert not outside and browser.get(CHOICE)["Referrer-Policy"] == "same-origin"


# --- life -----------------------------------------------------------------------------------------------------------------
@pytest.mark.req("IDE-25", "IDE-26", "IDE-30")
def test_an_amendment_is_a_version_under_the_same_reference(
    browser: AppClient, newcomer: Creditor, settings: Any
) -> None:
    choose(browser, mode="automatic", understood="on")
    first = sign_now(browser, settings)
    assert choose(browser, mode="automatic", **ACCOUNT).status_code == 302
    assert "reste en vigueur jusqu'à votre signature" in words(browser.get(PAGE))
    assert Mandate.objects.signed().get() == first
    second = sign_now(browser, settings)
    first.refresh_from_db()
    assert (second.rum, second.version, second.replaces) == (first.rum, 2, first)
    assert (first.state, first.account.iban_last4, second.account.iban_last4) == ("amended", "2606", "0189")
    history = words(browser.get(PAGE))
    assert "v2" in history and "v1" in history and "Remplacé" in history


def test_from_one_off_to_automatic_a_new_reference_is_drawn(
    newcomer: Creditor, browser: AppClient, settings: Any
) -> None:
    choose(browser)
    first = sign_now(browser, settings)
    choose(browser, mode="automatic", understood="on")
    second = sign_now(browser, settings)
    assert second.rum != first.rum and second.version == 1
    assert Mandate.objects.get(pk=first.pk).state == MandateState.AMENDED


def test_a_reference_is_never_used_again(newcomer: Creditor, browser: AppClient, settings: Any) -> None:
    rums = []
    for _ in range(3):
        choose(browser)
        made = sign_now(browser, settings)
        rums.append(made.rum)
        browser.post(f"{PAGE}revocation", {"sure": "on"})
    assert len(set(rums)) == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.create(
            brand=made.brand, creditor=factories.creditor(newcomer.brand, completed_at=None), account=made.account,
            rum=rums[0], ics=made.ics, unsigned=made.unsigned,
        )  # fmt: skip


def test_a_revoked_mandate_is_over_and_a_new_one_is_asked_for(browser: AppClient, settings: Any) -> None:
    choose(browser)
    sign_now(browser, settings)
    assert "Cochez cette case" in words(browser.post(f"{PAGE}revocation"))
    answer = browser.post(f"{PAGE}revocation", {"sure": "on"}, follow=True)
    assert "Votre mandat est révoqué" in words(answer) and "signez-en un nouveau" in words(answer)
    assert Message.objects.filter(kind="mandate_revoked").count() == 1
    assert browser.get("/espace/dossiers/creer")["Location"] == PAGE
    assert choose(browser).status_code == 302
    assert sign_now(browser, settings).is_signed


@pytest.mark.parametrize(
    "values",
    [{"rum": "AUTRE"}, {"amount": Decimal(5)}, {"signed_at": datetime(2020, 1, 1, tzinfo=UTC)}, {"state": "draft"}],
)
def test_what_was_signed_never_changes(values: dict[str, Any], creditor: Creditor) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.filter(creditor=creditor).update(**values)


@pytest.mark.parametrize("state", ["revoked", "lapsed", "used", "amended"])
def test_an_ended_mandate_stays_ended(state: str, creditor: Creditor) -> None:
    Mandate.objects.update(state=state)
    for other in {"signed", "draft", "revoked", "lapsed"} - {state}:
        with pytest.raises(IntegrityError), transaction.atomic():
            Mandate.objects.update(state=other)


@pytest.mark.parametrize(
    ("last", "at", "lapsed"),
    [
        (None, datetime(2029, 1, 5, 12, tzinfo=UTC), 0),
        (None, datetime(2029, 1, 6, 12, tzinfo=UTC), 1),
        (date(2027, 2, 28), datetime(2030, 2, 28, 22, tzinfo=UTC), 0),
        (date(2027, 2, 28), datetime(2030, 3, 1, 12, tzinfo=UTC), 1),
    ],
)
def test_it_lapses_36_months_after_the_last_collection_or_the_signature(
    last: date | None, at: datetime, lapsed: int, creditor: Creditor
) -> None:
    Mandate.objects.update(last_collected_on=last)  # signed on 5 January 2026
    assert services.lapse(now=at) == lapsed
    assert Mandate.objects.get().state == ("lapsed" if lapsed else "signed")
    assert Message.objects.filter(kind="mandate_lapsed").count() == lapsed
    assert services.lapse(now=at) == 0


def test_the_task_acts_with_the_workers_rights(creditor: Creditor) -> None:
    assert lapse_mandates() == 0


def test_support_sees_states_only(creditor: Creditor) -> None:
    page = as_support().get(f"/admin/mandates/mandate/{creditor.mandates.get().pk}/change/").content.decode()
    assert "CRD-" in page and "2606" not in page and "/espace/documents/" not in page


# --- the IBAN at rest ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def two_keys(settings: Any, monkeypatch: Any) -> Any:
    monkeypatch.setattr(rotate_keys, "as_migrator", lambda: None)  # the suite is the owner already
    settings.FIELD_KEYS = ["old:secret-one"]
    settings.INDEX_KEY = "stable"
    return settings


def test_keys_are_rotated_and_the_old_one_may_be_thrown_away(two_keys: Any, brand: Any) -> None:
    creditors = [factories.creditor(brand) for _ in range(3)]
    prints = list(BankAccount.objects.order_by("pk").values_list("iban_fingerprint", flat=True))
    two_keys.FIELD_KEYS = ["new:secret-two", "old:secret-one"]
    out = io.StringIO()
    call_command("rotate_keys", stdout=out)
    assert "3" in out.getvalue() and "« old »" in out.getvalue()
    two_keys.FIELD_KEYS = ["new:secret-two"]
    assert {account.iban() for account in BankAccount.objects.all()} == {factories.IBAN}
    assert list(BankAccount.objects.order_by("pk").values_list("iban_fingerprint", flat=True)) == prints
    call_command("rotate_keys", stdout=out)
    assert len(creditors) == 3


def test_a_rotation_forgets_nothing_that_is_sealed(two_keys: Any, brand: Any) -> None:
    """The operator is told to throw the old key away: whatever it still seals would be lost, second factors first."""
    creditor, office = factories.creditor(brand), factories.office(brand)
    clerk = factories.clerk(office)
    RecoveryCodes.activate(clerk)
    payout = factories.payout_account(creditor)
    profile = OfficeProfile(office=office, brand=brand, changed_at=None)
    profile.seal_third_party(factories.IBAN)
    profile.save()
    assert {"accounts_bankaccount", "accounts_payoutaccount", "accounts_officeprofile", "mfa_authenticator"} <= holding(
        "1|old|"
    )
    two_keys.FIELD_KEYS = ["new:secret-two", "old:secret-one"]
    call_command("rotate_keys", stdout=io.StringIO())
    assert holding("1|old|") == set()
    two_keys.FIELD_KEYS = ["new:secret-two"]
    assert (
        PayoutAccount.objects.get(pk=payout.pk).iban()
        and OfficeProfile.objects.get().third_party_iban() == factories.IBAN
    )
    totp = clerk.authenticator_set.get(type="totp")
    assert FactorAdapter().decrypt(totp.data["secret"]) == factories.TOTP_SECRET
    assert clerk.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()


def holding(text: str) -> set[str]:
    """The tables with this text anywhere in a row."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE position(%s in t::text) > 0", [text])
            found |= {table} if cursor.fetchone()[0] else set()
    return found


def test_a_rotation_stops_at_what_it_cannot_read_and_loses_nothing(two_keys: Any, brand: Any) -> None:
    factories.creditor(brand)
    two_keys.FIELD_KEYS = ["new:secret-two"]
    before = BankAccount.objects.values().get()
    with pytest.raises(SystemExit):
        call_command("rotate_keys", stdout=io.StringIO(), stderr=io.StringIO())
    assert BankAccount.objects.values().get() == before


@pytest.mark.attack("G03")
def test_an_account_is_found_by_its_whole_iban_through_a_blind_index(brand: Any) -> None:
    one, other = factories.creditor(brand), factories.creditor(brand)
    found = services.accounts_holding(factories.IBAN, [one, other])
    assert {account.creditor_id for account in found} == {one.pk, other.pk}
    prints = set(BankAccount.objects.values_list("iban_fingerprint", flat=True))
    assert len(prints) == 2, "the same IBAN of two creditors cannot be told to be the same"
    assert factories.IBAN not in dump()
    assert crypto.fingerprint("x", purpose="a") != crypto.fingerprint("x", purpose="b")


@pytest.mark.attack("G05")
def test_opening_an_iban_leaves_a_trace_with_its_reason(creditor: Creditor, now: datetime) -> None:
    account, by = creditor.bank_accounts.get(), Actor(Side.SUPPORT, "Adrien")
    with pytest.raises(MandateRefused, match="Dites pourquoi"):
        services.reveal_iban(account, by=by, reason=" ", now=now)
    assert services.reveal_iban(account, by=by, reason="réclamation 12", now=now) == factories.IBAN
    entry = AuditEntry.objects.get(action="iban_revealed")
    assert (entry.actor, entry.reason, entry.subject) == (str(by), "réclamation 12", f"bank_account:{account.pk}")
    assert factories.IBAN not in str(AuditEntry.objects.values().get())


def test_a_draft_that_waits_for_months_dies_with_its_code_only(newcomer: Creditor, now: datetime) -> None:
    made = draft(newcomer)
    assert services.lapse(now=now + timedelta(days=4000)) == 0 and Mandate.objects.get() == made


# --- notice ------------------------------------------------------------------------------------------------------------------
@pytest.mark.attack("H18")
def test_a_shorter_notice_is_a_clause_that_is_read_signed_and_applied(
    browser: AppClient, newcomer: Creditor, settings: Any, tmp_path: Any
) -> None:
    factories.fee(newcomer, "300.00")
    choose(browser, mode="automatic", understood="on", short_notice="on")
    page = words(browser.get(PAGE))
    assert "5 jours calendaires avant chaque prélèvement" in page
    paper = Mandate.objects.get().unsigned.read()
    assert "5 jours calendaires au moins avant" in text_of_pdf(paper, tmp_path)
    sign_now(browser, settings)
    signed_on = clock.today(newcomer.brand.zone)
    [planned] = announce(newcomer, now=clock.now())
    assert signed_on + timedelta(days=6) <= planned.due_on <= signed_on + timedelta(days=13)


def test_without_the_clause_the_notice_has_fourteen_days(browser: AppClient, newcomer: Creditor) -> None:
    choose(browser)
    assert Mandate.objects.get().notice_days == 14
    assert page_of(browser.get(CHOICE)).find("input", {"name": "short_notice"}).get("checked") is None
