"""Reading, refusing and signing the mandate: the code signs what was read, once, by the person who read it."""

import io
import logging
import re
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.conf import settings as django_settings
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from accounts.models import Creditor
from core import clock
from documents.models import Document, Tampered
from dossiers.models import Dossier
from mandates.models import Mandate, MandateState
from notifications.models import Message
from signatures.models import Challenge
from tests import factories
from tests.accounts.test_completion import COMPLETION, dump
from tests.accounts.test_sign_up import page_of, words
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import mails, post_out, text_of
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db
PAGE = "/espace/mandat/"
NOT_VALID = "Ce code n'est plus valable"


@pytest.fixture
def newcomer(brand: Any) -> Creditor:
    return factories.creditor(brand, completed_at=None)


@pytest.fixture
def person(newcomer: Creditor) -> Any:
    return factories.member(newcomer)


@pytest.fixture
def browser(person: Any) -> AppClient:
    """Somebody who has just finished her registration and stands before the mandate."""
    made = browser_of(person)
    assert made.post("/espace/finalisation", COMPLETION)["Location"] == PAGE
    return made


def ask(browser: AppClient, **fields: Any) -> Any:
    return browser.post(f"{PAGE}code", {"channel": "email"} | fields)


def code_of(settings: Any) -> str:
    """The code of the newest mail or SMS."""
    post_out()
    texts = [text_of(mail) for mail in mails(settings) if "code" in mail["Subject"]]
    found = re.search(r"\b\d{6}\b", texts[-1])
    assert found
    return found[0]


def sign(browser: AppClient, code: str) -> Any:
    shown = Mandate.objects.select_related("unsigned").latest("pk").unsigned.sha256
    return browser.post(f"{PAGE}signature", {"code": code, "shown": shown}, follow=True)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def state() -> str:
    return Mandate.objects.values_list("state", flat=True).get()


# --- before signing -----------------------------------------------------------------------------------------------
@pytest.mark.req("CRE-55", "CRE-56", "CRE-28", "IDE-18", "IDE-19", "IDE-31")
def test_the_mandate_is_read_before_it_is_signed(browser: AppClient, newcomer: Creditor) -> None:
    text = words(browser.get(PAGE))
    mandate = Mandate.objects.get()
    for told in (mandate.rum, "FR72ZZZ123456", newcomer.name, "12 rue de la République", "•••• 2606", "PSSTFRPPXXX",
                 "Madame Jeanne Martin", "Ponctuel", "seul moyen de paiement", "huit semaines", "treize mois"):  # fmt: skip
        assert told in text, told
    link = page_of(browser.get(PAGE)).find("a", href=f"/espace/documents/{mandate.unsigned_id}")
    paper = browser.get(link["href"])
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF-")
    assert "RECEVOIR LE CODE" in text and "Ne pas signer maintenant" in text


@pytest.mark.req("CRE-57")
def test_a_refused_mandate_is_signed_later_before_the_first_dossier(browser: AppClient, settings: Any) -> None:
    refusal = browser.post(f"{PAGE}refus", follow=True)
    assert "signer le mandat plus tard" in words(refusal) and state() == MandateState.REFUSED
    assert "Signez votre mandat" in words(browser.get("/espace/"))
    for answer in (browser.get("/espace/dossiers/creer"), browser.post("/espace/dossiers/creer", {"currency": "EUR"})):
        assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert "avant de créer votre premier dossier" in words(browser.get(PAGE)) and not Dossier.objects.exists()
    ask(browser)
    sign(browser, code_of(settings))
    assert state() == MandateState.SIGNED
    assert browser.get("/espace/dossiers/creer").status_code == 200


def test_a_signed_mandate_cannot_be_refused_nor_signed_again(browser: AppClient, settings: Any) -> None:
    ask(browser)
    sign(browser, code_of(settings))
    before = Mandate.objects.values().get()
    browser.post(f"{PAGE}refus")
    answer = ask(browser)
    assert Mandate.objects.values().get() == before
    if answer.status_code == 302 and Message.objects.filter(kind="signature_code").count() > 1:
        assert "déjà signé" in words(sign(browser, code_of(settings)))
    assert Mandate.objects.values().get() == before


# --- the code -------------------------------------------------------------------------------------------------------
@pytest.mark.req("IDE-17")
def test_choosing_the_way_of_the_code_is_compulsory(browser: AppClient) -> None:
    answer = browser.post(f"{PAGE}code", {})
    assert answer.status_code == 422 and "Choisissez comment recevoir le code." in words(answer)
    without = ask(browser, channel="sms")
    assert without.status_code == 422 and "Indiquez le numéro qui recevra le SMS." in words(without)
    assert ask(browser, channel="sms", phone="12").status_code == 422
    assert ask(browser, channel="pigeon").status_code == 422
    assert not Challenge.objects.exists()


@pytest.mark.req("IDE-17", "IDE-20", "IDE-22")
def test_a_code_by_sms_signs_too(browser: AppClient, settings: Any) -> None:
    assert ask(browser, channel="sms", phone="06 12 34 56 78").status_code == 302
    shown = words(browser.get(PAGE))
    assert "+336…78" in shown and "+33612345678" not in shown
    post_out()
    [sms] = settings.SMS_DIR.glob("*.json")
    found = re.search(r"\b\d{6}\b", sms.read_text(encoding="utf-8"))
    assert found
    sign(browser, found[0])
    assert state() == MandateState.SIGNED


@pytest.mark.req("IDE-21")
def test_a_wrong_code_is_told_with_the_tries_left_and_five_close_it(browser: AppClient, settings: Any) -> None:
    ask(browser)
    code = code_of(settings)
    for left in (4, 3, 2, 1, 0):
        answer = sign(browser, other_than(code))
        told = f"Il vous reste {left} essai" if left else "plus aucun essai"
        assert answer.status_code == 422 and re.search(rf"Code incorrect.*{told}", words(answer)), left
    assert NOT_VALID in words(sign(browser, code)), "the right one comes too late"
    assert state() == MandateState.DRAFT


@pytest.mark.req("IDE-21")
@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６x", "' OR 1=1"])
def test_what_is_no_code_costs_no_try(typed: str, browser: AppClient) -> None:
    ask(browser)
    assert sign(browser, typed).status_code == 422
    assert Challenge.objects.get().tries == 0


def test_spaces_around_the_code_do_not_matter(browser: AppClient, settings: Any) -> None:
    ask(browser)
    sign(browser, f"  {code_of(settings)} ")
    assert state() == MandateState.SIGNED


@pytest.mark.req("IDE-21")
def test_a_code_dies_after_ten_minutes(browser: AppClient, settings: Any, monkeypatch: Any) -> None:
    ask(browser)
    code = code_of(settings)
    monkeypatch.setattr(clock, "agrees_with_database", lambda tolerance: True)  # the database stays where it is
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1), tick=False):
        assert NOT_VALID in words(sign(browser, code))
    assert state() == MandateState.DRAFT


def test_a_fresh_code_voids_the_one_before(browser: AppClient, settings: Any) -> None:
    ask(browser)
    first = code_of(settings)
    assert browser.post(f"{PAGE}autre-code").status_code == 302
    assert "RECEVOIR LE CODE" in words(browser.get(PAGE))
    ask(browser)
    second = code_of(settings)
    assert first == second or "Code incorrect" in words(sign(browser, first))
    sign(browser, second)
    assert state() == MandateState.SIGNED


def test_a_code_is_asked_three_times_in_a_quarter_of_an_hour_at_most(browser: AppClient, settings: Any) -> None:
    for _ in range(3):
        ask(browser)
    refused = browser.post(f"{PAGE}code", {"channel": "email"}, follow=True)
    assert (refused.status_code, refused["Retry-After"]) == (429, "900")
    assert "Attendez 15 minutes" in words(refused) and Challenge.objects.count() == 3
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        ask(browser)
    assert Challenge.objects.count() == 4


def test_a_code_signs_in_the_session_that_asked_for_it_only(browser: AppClient, person: Any, settings: Any) -> None:
    ask(browser)
    code = code_of(settings)
    assert NOT_VALID in words(sign(browser_of(person), code))
    assert Challenge.objects.get().tries == 0, "another session cannot use up the tries"


def test_a_colleagues_code_does_not_sign(browser: AppClient, newcomer: Creditor, settings: Any) -> None:
    ask(browser)
    assert NOT_VALID in words(sign(browser_of(factories.member(newcomer)), code_of(settings)))


def test_a_code_serves_once(browser: AppClient, settings: Any) -> None:
    ask(browser)
    code = code_of(settings)
    sign(browser, code)
    before = Mandate.objects.values().get()
    assert "déjà signé" in words(sign(browser, code)) and Mandate.objects.values().get() == before


def test_the_code_stands_nowhere_once_it_is_sent(browser: AppClient, settings: Any, caplog: Any) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(browser)
        message = Message.objects.get(kind="signature_code")
        code = code_of(settings)
    assert code not in str(message.payload), "sealed while it waits"
    sent = Message.objects.get(kind="signature_code")
    assert (sent.payload, sent.text) == ({}, "")
    words_of_rows = set(re.findall(r"(?<![\d.])\d{6}(?![\d.])", dump()))
    assert code not in words_of_rows
    own = [r.getMessage() for r in caplog.records if not r.name.startswith("django.db")]
    assert not [line for line in own if re.search(rf"\b{code}\b", line)]


# --- what is signed ---------------------------------------------------------------------------------------------------
@pytest.fixture
def signed(browser: AppClient, settings: Any) -> Mandate:
    ask(browser)
    answer = sign(browser, code_of(settings))
    assert answer.status_code == 200
    return Mandate.objects.select_related("signed", "unsigned").get()


def pages(pdf: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [b"".join(part.read_bytes() for part in contents(page)) for page in opened.pages]


def contents(page: Any) -> list[Any]:
    return list(page.Contents) if isinstance(page.Contents, pikepdf.Array) else [page.Contents]


def seal_of(pdf: bytes) -> Any:
    """What a reader that checks signatures says."""
    [signature] = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    context = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    return async_to_sync(async_validate_pdf_signature)(signature, context)


@pytest.mark.req("IDE-22", "IDE-23", "CRE-56")
def test_the_signed_paper_begins_with_the_very_bytes_that_were_shown(signed: Mandate) -> None:
    assert signed.signed
    shown, kept = signed.unsigned.read(), signed.signed.read()
    assert kept.startswith(shown) and len(pages(kept)) == len(pages(shown)) + 1


@pytest.mark.req("IDE-23")
def test_the_signed_paper_is_sealed_whole(signed: Mandate) -> None:
    assert signed.signed
    status = seal_of(signed.signed.read())
    assert status.intact and status.valid and status.coverage.name == "ENTIRE_FILE"


@pytest.mark.parametrize("where", [0.1, 0.3, 0.5])
def test_one_byte_changed_breaks_the_seal(where: float, signed: Mandate) -> None:
    assert signed.signed
    content = bytearray(signed.signed.read())
    starts = [found.start() for found in re.finditer(rb"\d{10} \d{5} n|/Title|/Producer|stream\r?\n", bytes(content))]
    at = starts[int(len(starts) * where)] + 2
    content[at] ^= 1
    try:
        status = seal_of(bytes(content))
    except Exception:  # noqa: BLE001  a reader that can't even open it has seen the change
        return
    assert not (status.intact and status.valid)


def test_bytes_changed_on_the_disk_are_never_handed_over(signed: Mandate, browser: AppClient, settings: Any) -> None:
    assert signed.signed
    storage = signed.signed.file.storage
    path = storage.path(signed.signed.file.name)
    content = bytearray(signed.signed.read())
    content[100] ^= 1
    with open(path, "wb") as file:
        file.write(content)
    with pytest.raises(Tampered):
        signed.signed.read()
    assert browser.get(f"/espace/documents/{signed.signed_id}").status_code == 404


@pytest.mark.req("IDE-24")
def test_a_mail_confirms_with_the_signed_paper(signed: Mandate, settings: Any) -> None:
    post_out()
    mail = mails(settings)[-1]
    assert "est signé" in mail["Subject"] and signed.rum in mail["Subject"]
    [piece] = mail.iter_attachments()
    assert signed.signed and piece.get_content() == signed.signed.read()
    assert piece.get_content_type() == "application/pdf"


@pytest.mark.req("IDE-22", "IDE-23")
def test_the_page_shows_the_signature_and_hands_the_paper_over(signed: Mandate, browser: AppClient) -> None:
    page = browser.get(PAGE)
    text = words(page)
    assert "Signé le" in text and "RECEVOIR LE CODE" not in text
    paper = browser.get(f"/espace/documents/{signed.signed_id}")
    assert signed.signed and paper.content == signed.signed.read()


def test_the_evidence_says_who_when_and_how_and_never_the_code_nor_the_whole_address(
    signed: Mandate, person: Any
) -> None:
    assert signed.signature
    facts = signed.signature.evidence
    assert facts["document"]["sha256"] == signed.unsigned.sha256 and facts["code"]["channel"] == "email"
    assert facts["signer"]["person"] == f"user:{person.pk}" and facts["code"]["tries"] == 1
    assert facts["code"]["sent_at"] < facts["code"]["entered_at"]
    assert "…" in facts["code"]["destination"] and facts["level"]["name"] == "simple" and facts["request"]["ip"]
    assert facts["deed"]["details"]["rum"] == signed.rum and facts["deed"]["details"]["account"] == "•••• 2606"
    assert "j’autorise Credicys" in facts["consent"]["text"]


def test_the_code_signs_the_bytes_that_were_shown_and_no_others(browser: AppClient, settings: Any) -> None:
    """Another paper under the same mandate is not what was read: the code refuses."""
    ask(browser)
    code = code_of(settings)
    mandate = Mandate.objects.select_related("unsigned").get()
    other = Document(
        brand=mandate.brand, creditor_id=mandate.creditor_id, name="autre.pdf", media_type="application/pdf"
    )
    other.keep(factories.pdf())
    shown = mandate.unsigned.sha256
    Mandate.objects.update(unsigned=other)
    stale = browser.post(f"{PAGE}signature", {"code": code, "shown": shown}, follow=True)
    assert "a changé depuis que vous l’avez lu" in stale.content.decode()
    assert NOT_VALID in words(sign(browser, code))
    assert state() == MandateState.DRAFT


def test_the_mandate_is_drafted_once(browser: AppClient, newcomer: Creditor) -> None:
    browser.get(PAGE)
    browser.get(PAGE)
    assert Mandate.objects.filter(creditor=newcomer).count() == 1


def test_the_page_is_kept_by_no_cache(browser: AppClient) -> None:
    assert "no-store" in browser.get(PAGE)["Cache-Control"]


def test_only_get_and_post_are_answered(browser: AppClient) -> None:
    assert browser.post(PAGE).status_code == 405
    for path in ("code", "signature", "refus", "autre-code"):
        assert browser.get(f"{PAGE}{path}").status_code == 405


def test_the_session_key_never_stands_in_the_row(browser: AppClient) -> None:
    ask(browser)
    key = browser.cookies[django_settings.SESSION_COOKIE_NAME].value
    assert key not in str(Challenge.objects.values().get())
