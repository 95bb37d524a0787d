"""What the debtor is written, read from the letters' own text."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.template.loader import render_to_string

from core.money import Money
from dossiers.enums import Phase
from tests import factories

pytestmark = pytest.mark.django_db
LETTERS = {
    Phase.AMIABLE: "letters/amiable/notice.2026-01-01.html",
    Phase.PSRPC: "letters/psrpc/invitation.2026-04-25.html",
}


def letter(phase: str) -> str:
    dossier = factories.dossier(phase=phase, balance="1200.00")
    context = {
        "brand": dossier.brand, "office": dossier.office, "creditor": dossier.creditor, "debtor": dossier.debtor, "dossier": dossier,
        "items": dossier.items.all(), "balance": Money(Decimal("1200.00"), "EUR"), "recipient": {"lines": ["Paul Durand"]},
        "delivery": "", "day": date(2026, 3, 2), "first_letter_on": date(2026, 2, 2), "access_code": "AAAAA-BBBBB",
        "room_url": "http://x/debiteur/", "texts": [],
    }  # fmt: skip
    return " ".join(render_to_string(LETTERS[Phase(phase)], context).split())


@pytest.mark.req("LEG-11")
@pytest.mark.parametrize("phase", list(LETTERS))
def test_no_letter_asks_for_costs(phase: str) -> None:
    text = letter(phase)
    assert (
        "Aucun frais de recouvrement n’est mis à votre charge" in text or "à la charge exclusive du créancier" in text
    )
    assert text.count("1 200,00") >= 2, "the sum is that of the elements, nothing added"


@pytest.mark.req("LEG-04", "LEG-07")
def test_the_invitation_says_what_the_code_wants_said() -> None:
    text = letter(Phase.PSRPC)
    for mention in (
        "Étude Morel", "Me Claire Morel", "4 rue de la Bourse", "Menuiserie Martin", "12 rue de la République", "Principal",
        "Intérêts", "libre d’accepter ou de refuser", "dans le mois de l’envoi", "formulaire d’acceptation", "émargez",
        "spécialement mandatée", "par tout autre moyen", "silence vaut refus implicite", "saisir le juge",
        "Aucun paiement ne peut avoir lieu", "Formulaire d’acceptation", "Formulaire de refus", "02/02/2026",
    ):  # fmt: skip
        assert mention in text, mention
    assert "virement" not in text and "chèque" not in text, "no way to pay is given during the procedure (R125-7)"


@pytest.mark.req("LEG-09")
def test_the_first_letter_says_who_acts_for_whom_and_how_to_pay() -> None:
    text = letter(Phase.AMIABLE)
    for mention in (
        "Étude Morel", "4 rue de la Bourse", "pour le compte de Menuiserie Martin", "SIRET 73282932000074", "à l’amiable",
        "activité de recouvrement", "quinze jours", "virement", "chèque à l’ordre de l’étude", "AAAAA-BBBBB",
    ):  # fmt: skip
        assert mention in text, mention


@pytest.mark.parametrize("phase", list(LETTERS))
def test_a_name_is_never_read_as_markup(phase: str, brand: Any) -> None:
    factories.office(brand)
    dossier = factories.dossier(phase=phase, debtor={"last_name": "<b>Durand</b>"})
    assert dossier.debtor
    shown = render_to_string(
        LETTERS[Phase(phase)],
        {"debtor": dossier.debtor, "creditor": dossier.creditor, "office": dossier.office, "dossier": dossier,
         "balance": dossier.balance(), "recipient": {"lines": [dossier.debtor.name]}, "items": [], "day": date(2026, 3, 2)},
    )  # fmt: skip
    assert "<b>Durand" not in shown and "&lt;b&gt;Durand" in shown
