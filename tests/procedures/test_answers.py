"""The debtor's answers, the agreement within the month, the finding and the title (CPCE R125-2 to R125-8)."""

import io
import subprocess
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pikepdf
import pytest

from core.actors import Actor, Side
from core.money import Money
from dossiers import journal
from dossiers.enums import Phase
from dossiers.models import Dossier
from notifications.models import Message, Outcome
from notifications.relay import dispatch_next
from procedures import answers
from procedures.answers import AnswerRefused, Reply
from procedures.models import Answer, Deadline, Offer
from procedures.services import TransitionRefused, advance, advance_overdue
from tests import factories

pytestmark = pytest.mark.django_db

OFFICE = Actor(Side.OFFICE, "Claire Morel")
CREDITOR = Actor(Side.CREDITOR, "Jeanne Martin")
DAY = timedelta(days=1)


@pytest.fixture
def dossier(now: datetime) -> Dossier:
    """In the procédure simplifiée, its invitation posted ten days ago."""
    made: Dossier = factories.dossier(phase=Phase.PSRPC)
    factories.month(made, now.date() - 10 * DAY)
    return made


def reply(now: datetime, kind: str = "accept", means: str = "online", **fields: Any) -> Reply:
    values = (
        {"text": "", "instalments": 3, "first_on": now.date() + 20 * DAY} if kind == "accept" else {"text": "Voici."}
    )
    return Reply(kind, means, **({"received_on": now.date()} | values | fields))


def say(dossier: Dossier, now: datetime, kind: str = "accept", **fields: Any) -> Answer:
    return answers.record(dossier, reply(now, kind, **fields), by="le débiteur, en ligne", now=now)


def fresh(dossier: Dossier) -> Dossier:
    return Dossier.objects.get(pk=dossier.pk)


def agreed(dossier: Dossier, now: datetime) -> Offer:
    say(dossier, now)
    offer = dossier.offers.current()
    answers.agree_as_creditor(offer, by=CREDITOR, now=now)
    return Offer.objects.get(pk=offer.pk)


def everything_leaves(now: datetime) -> None:
    while dispatch_next(now=now):
        pass


@pytest.mark.req("LEG-05")
@pytest.mark.parametrize("kind", ["refuse", "contest", "paid", "time", "difficulty", "deceased"])
def test_every_answer_is_kept_told_at_once_and_moves_nothing(kind: str, dossier: Dossier, now: datetime) -> None:
    say(dossier, now, kind)
    told = set(Message.objects.about(dossier.pk).values_list("kind", flat=True))
    assert told == {"answer_receipt", "debtor_answered", "debtor_answered_office"}
    assert fresh(dossier).phase == Phase.PSRPC
    assert dossier.events.last().detail["answer"] == kind and journal.holds(fresh(dossier))


@pytest.mark.req("LEG-05")
def test_an_acceptance_brings_the_terms_that_the_debtor_proposes(dossier: Dossier, now: datetime) -> None:
    say(dossier, now)
    offer = dossier.offers.current()
    assert (offer.total, offer.instalments) == (Money(Decimal(1200), "EUR"), 3)
    assert offer.debtor_agreed_on == now.date() and offer.creditor_agreed_on is None


def test_the_schedule_is_monthly_and_sums_to_the_whole() -> None:
    offer = Offer(amount=Decimal("100.00"), currency="EUR", instalments=3, first_on=date(2026, 1, 31))
    days, amounts = zip(*offer.schedule(), strict=True)
    assert days == (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31))
    assert [amount.amount for amount in amounts] == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]


@pytest.mark.req("LEG-04")
def test_an_acceptance_by_telephone_is_none_but_a_refusal_is_one(dossier: Dossier, now: datetime) -> None:
    with pytest.raises(AnswerRefused, match="R125-2"):
        say(dossier, now, means="other")
    assert say(dossier, now, "refuse", means="other")


@pytest.mark.req("LEG-01")
def test_no_acceptance_after_the_strict_month_although_silence_is_found_later(dossier: Dossier, now: datetime) -> None:
    month = answers.month(dossier)
    assert month
    late = now + timedelta(days=(month.strict_on - now.date()).days + 1)
    with pytest.raises(AnswerRefused, match="aucun accord ne peut plus"):
        say(dossier, late, received_on=month.strict_on + DAY)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"instalments": 25}, "24 versements"),
        ({"instalments": 0}, "24 versements"),
        ({"first_on": date(2026, 1, 1)}, "date à venir"),
        ({"first_on": date(2027, 1, 1)}, "trois mois"),
        ({"instalments": None}, "nombre de versements"),
        ({"received_on": date(2030, 1, 1)}, "futur"),
    ],
)
def test_terms_that_cannot_be_are_told(fields: dict[str, Any], sentence: str, dossier: Dossier, now: datetime) -> None:
    with pytest.raises(AnswerRefused, match=sentence):
        say(dossier, now, **fields)
    assert not dossier.answers.exists() and not dossier.offers.exists()


def test_before_the_posting_nothing_can_be_accepted(now: datetime) -> None:
    with pytest.raises(AnswerRefused, match="ne court pas"):
        say(factories.dossier(phase=Phase.PSRPC), now)


@pytest.mark.parametrize("phase", [Phase.AMIABLE, Phase.INJONCTION_OFFERED, Phase.SETTLED])
def test_the_answers_of_the_procedure_exist_in_it_only(phase: str, now: datetime) -> None:
    with pytest.raises(AnswerRefused):
        say(factories.dossier(phase=phase), now)


@pytest.mark.req("LEG-05")
def test_the_title_needs_both_consents(dossier: Dossier, now: datetime) -> None:
    with pytest.raises(TransitionRefused, match="pas accepté de participer"):
        advance(dossier, "record_agreement", by=OFFICE, now=now)
    say(dossier, now)
    with pytest.raises(TransitionRefused, match="accord manque"):
        advance(dossier, "record_agreement", by=OFFICE, now=now)
    answers.agree_as_creditor(dossier.offers.current(), by=CREDITOR, now=now)
    advance(dossier, "record_agreement", by=OFFICE, now=now)
    assert fresh(dossier).phase == Phase.TITLE
    assert not Deadline.objects.pending().filter(dossier=dossier).exists()


@pytest.mark.req("LEG-05")
def test_consents_to_different_terms_are_no_agreement(dossier: Dossier, now: datetime) -> None:
    agreed(dossier, now)
    answers.propose(dossier, instalments=6, first_on=now.date() + 30 * DAY, by=OFFICE, now=now)
    with pytest.raises(TransitionRefused, match="accord manque"):
        advance(dossier, "record_agreement", by=OFFICE, now=now)


def test_terms_that_were_replaced_can_no_longer_be_agreed_to(dossier: Dossier, now: datetime) -> None:
    say(dossier, now)
    first = dossier.offers.current()
    answers.propose(dossier, instalments=6, first_on=now.date() + 30 * DAY, by=OFFICE, now=now)
    with pytest.raises(AnswerRefused, match="plus récente"):
        answers.agree_as_creditor(first, by=CREDITOR, now=now)


def test_terms_proposed_by_the_office_need_the_debtor_too(dossier: Dossier, now: datetime) -> None:
    say(dossier, now, means="post", instalments=None, first_on=None)
    offer = answers.propose(dossier, instalments=2, first_on=now.date() + 9 * DAY, by=OFFICE, now=now)
    answers.agree_as_creditor(offer, by=CREDITOR, now=now)
    answers.agree_as_debtor(offer, by="le débiteur, en ligne", now=now)
    advance(dossier, "record_agreement", by=OFFICE, now=now)
    assert fresh(dossier).phase == Phase.TITLE


@pytest.mark.req("LEG-01", "LEG-05")
def test_an_agreement_made_in_time_is_not_lost_when_nobody_wrote_the_finding(dossier: Dossier, now: datetime) -> None:
    agreed(dossier, now)
    later = now + timedelta(days=60)
    advance_overdue(now=later)
    assert fresh(dossier).phase == Phase.PSRPC and "Un accord a été conclu" in str(dossier.events.last().detail)
    advance(dossier, "record_agreement", by=OFFICE, now=later)
    assert fresh(dossier).phase == Phase.TITLE


@pytest.mark.req("LEG-01")
def test_an_acceptance_without_agreement_ends_with_the_month(dossier: Dossier, now: datetime) -> None:
    say(dossier, now)
    advance_overdue(now=now + timedelta(days=60))
    assert fresh(dossier).phase == Phase.INJONCTION_OFFERED


@pytest.mark.req("LEG-05")
def test_terms_are_refused_only_by_who_takes_part(dossier: Dossier, now: datetime) -> None:
    with pytest.raises(TransitionRefused, match="pas accepté de participer"):
        advance(dossier, "record_terms_refusal", by=OFFICE, now=now, reason="montant")
    say(dossier, now)
    advance(dossier, "record_terms_refusal", by=OFFICE, now=now, reason="montant")
    assert fresh(dossier).phase == Phase.INJONCTION_OFFERED


def text_of(document: Any) -> str:
    found = subprocess.run(["pdftotext", "-", "-"], input=document.read(), capture_output=True, check=True)
    return " ".join(found.stdout.decode().split())


@pytest.mark.req("LEG-05", "LEG-06")
@pytest.mark.parametrize(
    ("move", "words"),
    [
        ("record_psrpc_refusal", "refusé de participer"),
        ("record_terms_refusal", "refusé le montant"),
        ("record_agreement", "accord a été conclu"),
        ("record_psrpc_silence", "sans accord"),
    ],
)
def test_each_outcome_has_its_sealed_finding(move: str, words: str, dossier: Dossier, now: datetime) -> None:
    if move == "record_psrpc_silence":
        advance_overdue(now=now + timedelta(days=60))
    else:
        agreed(dossier, now)
        advance(dossier, move, by=OFFICE, now=now, reason="motif")
    everything_leaves(now + timedelta(days=61))
    found = Message.objects.get(kind="psrpc_statement")
    assert (found.outcome, found.channel) == (Outcome.SENT, "file")
    assert words in text_of(found.document)
    with pikepdf.open(io.BytesIO(found.document.read())) as pdf:
        assert pdf.Root.AcroForm.SigFlags, "a finding is sealed"


@pytest.mark.req("LEG-06", "LEG-08")
def test_the_title_recounts_the_steps_and_its_copy_is_the_same_bytes(dossier: Dossier, now: datetime) -> None:
    agreed(dossier, now)
    advance(dossier, "record_agreement", by=OFFICE, now=now)
    everything_leaves(now)
    title, copy = Message.objects.get(kind="psrpc_title"), Message.objects.get(kind="title_copy")
    assert copy.document.read() == title.document.read() and copy.channel == "letter"
    text = text_of(title.document)
    for said in ("400,00", "Réponse du débiteur", "R125-8", "exclusive du créancier", "2 versements"):
        assert said in text, said


@pytest.mark.req("LEG-07")
def test_no_word_of_payment_leaves_between_the_answer_and_the_finding(dossier: Dossier, now: datetime) -> None:
    agreed(dossier, now)
    assert not Message.objects.about(dossier.pk).filter(channel__in=["letter", "registered", "sms"]).exists()
