"""Official texts: dated, named when missing, never those of another day."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError

from core.actors import Actor, Side
from dossiers.enums import Phase
from notifications.contents import CONTENTS
from notifications.models import Message
from procedures import letters
from procedures.legal_texts import AMIABLE_TEXTS, PSRPC_TEXTS, TextMissing, in_force, missing
from procedures.models import LegalText
from procedures.services import TransitionRefused, advance
from tests import factories

pytestmark = pytest.mark.django_db

OFFICE = Actor(Side.OFFICE, "Claire Morel")
DAY = date(2026, 3, 2)


def text(article: str = "CPCE X", valid_from: date = date(2026, 1, 1), **fields: Any) -> LegalText:
    return LegalText.objects.create(article=article, valid_from=valid_from, source="essai", **({"text": "…"} | fields))


def test_a_text_holds_from_its_first_day_to_its_last_one() -> None:
    text(valid_from=date(2026, 3, 2), valid_to=date(2026, 3, 4))
    days = [date(2026, 3, n) for n in range(1, 6)]
    assert [missing(["CPCE X"], on=day) == [] for day in days] == [False, True, True, True, False]


def test_texts_come_in_the_order_in_which_they_are_asked() -> None:
    for article in ("B", "C", "A"):
        text(article)
    assert [found.article for found in in_force(["C", "A", "B"], on=DAY)] == ["C", "A", "B"]


def test_of_two_wordings_the_newer_one_holds() -> None:
    text(valid_from=date(2026, 3, 1), text="nouveau")
    text(valid_from=date(2020, 1, 1), text="ancien")
    assert in_force(["CPCE X"], on=DAY)[0].text == "nouveau"
    assert in_force(["CPCE X"], on=date(2026, 2, 28))[0].text == "ancien"


def test_every_missing_text_is_named_and_no_other() -> None:
    text("A")
    with pytest.raises(TextMissing, match="^B, C$"):
        in_force(["B", "A", "C"], on=DAY)
    assert missing(["B", "A", "C"], on=DAY) == ["B", "C"]


def test_one_article_has_one_wording_a_day() -> None:
    text()
    with pytest.raises(IntegrityError, match="one_wording_per_day"):
        text()


def test_a_wording_cannot_end_before_it_begins() -> None:
    with pytest.raises(IntegrityError, match="text_valid_in_order"):
        text(valid_to=date(2025, 12, 31))


@pytest.mark.parametrize(("kind", "articles"), [("amiable_letter", AMIABLE_TEXTS), ("psrpc_letter", PSRPC_TEXTS)])
def test_a_letter_reproduces_the_texts_of_the_day_on_which_it_was_decided(
    kind: str, articles: tuple[str, ...], now: datetime, monkeypatch: Any
) -> None:
    printed: dict[str, Any] = {}
    monkeypatch.setattr(letters, "pdf_of", lambda template, context: printed.update(context) or b"%PDF-")
    phase, move = {
        "amiable_letter": (Phase.SUBMITTED, "accept"),
        "psrpc_letter": (Phase.AMIABLE, "open_psrpc"),
    }[kind]
    dossier = factories.dossier(phase=phase)
    advance(dossier, move, by=OFFICE, now=now)
    LegalText.objects.create(article=articles[0], valid_from=date(2026, 3, 3), text="de demain", source="essai")
    CONTENTS[kind](Message.objects.select_related("brand", "office").get(kind=kind))
    assert [found.article for found in printed["texts"]] == list(articles)
    assert printed["texts"][0].text == "Texte."
    assert printed["day"] == date(2026, 3, 2)


def test_the_office_cannot_open_the_procedure_without_its_texts_either(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    LegalText.objects.filter(article="CPCE L111-2").delete()
    with pytest.raises(TransitionRefused, match="CPCE L111-2"):
        advance(dossier, "open_psrpc", by=OFFICE, now=now)


def test_no_dossier_is_accepted_while_the_text_of_its_letter_is_missing(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    LegalText.objects.filter(article="CPCE L111-8").delete()
    with pytest.raises(TransitionRefused, match="CPCE L111-8"):
        advance(dossier, "accept", by=OFFICE, now=now)
