"""The certificate of irrecoverability, free, and the VAT that it gives back, to the cent."""

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.actors import Actor, Side
from documents.services import store
from dossiers.enums import Phase
from dossiers.models import Dossier
from notifications.models import Message, Outcome
from notifications.relay import dispatch_next
from payments.models import Fee
from procedures import irrecoverable
from procedures.irrecoverable import NotIrrecoverable, pack, unpaid
from procedures.services import TransitionRefused, advance
from procedures.vat import Overpaid, split_payments
from tests import factories
from tests.walls.test_tenancy import browser_of

OFFICE = Actor(Side.OFFICE, "Claire Morel")
CENTS = st.integers(min_value=1, max_value=10_000_000)


def euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


# --- the split, pure -----------------------------------------------------------------------------------------------
@given(st.data())
def test_the_parts_of_all_payments_and_what_is_left_are_the_invoice_to_the_cent(data: st.DataObject) -> None:
    gross = data.draw(CENTS)
    net = data.draw(st.integers(min_value=0, max_value=gross))
    cuts = sorted(data.draw(st.lists(st.integers(min_value=0, max_value=gross), max_size=6)))
    payments = [euros(b - a) for a, b in zip([0, *cuts], cuts, strict=False) if b > a]
    parts, left = split_payments(euros(gross), euros(net), payments)
    assert [part.gross for part in parts] == payments
    assert sum((part.net for part in parts), left.net) == euros(net)
    assert sum((part.vat for part in parts), left.vat) == euros(gross - net)
    assert left.net >= 0 and left.vat >= 0
    assert all(part.net >= 0 and part.vat >= 0 for part in parts)


@given(CENTS, st.integers(min_value=0, max_value=100))
def test_an_invoice_wholly_paid_leaves_neither_price_nor_tax(gross: int, percent: int) -> None:
    net = euros(gross * percent // 100)
    _, left = split_payments(euros(gross), net, [euros(gross)])
    assert (left.net, left.vat) == (0, 0)


def test_a_third_of_an_invoice_at_twenty_percent() -> None:
    [part], left = split_payments(Decimal("1200.00"), Decimal("1000.00"), [Decimal("400.00")])
    assert (part.net, part.vat) == (Decimal("333.33"), Decimal("66.67"))
    assert (left.net, left.vat) == (Decimal("666.67"), Decimal("133.33"))
    assert left.mention == (
        "Facture demeurée impayée pour la somme de 666,67 euros (prix net) et pour la somme de 133,33 euros (TVA "
        "correspondante) qui ne peut faire l’objet d’une déduction (article 272 du CGI)."
    )


def test_more_than_the_invoice_is_no_split() -> None:
    with pytest.raises(Overpaid):
        split_payments(Decimal(10), Decimal(8), [Decimal(11)])


# --- the certificate -------------------------------------------------------------------------------------------------
@pytest.fixture
def dossier(db: None) -> Dossier:
    """A title that nobody paid but for 400 of 1 200 euros."""
    made: Dossier = factories.dossier(phase=Phase.TITLE, balance="0")
    keys = {"brand": made.brand, "creditor_id": made.creditor_id, "dossier_id": made.pk}
    paper = store(factories.pdf(), name="facture.pdf", media_type="application/pdf", **keys)
    factories.item(made, "1200.00", net=Decimal("1000.00"), document=paper, number="F-2025-1")
    factories.item(made, "400.00", kind="payment")
    return made


def certified(dossier: Dossier, now: datetime) -> Message:
    advance(dossier, "certify", by=OFFICE, now=now, reason="Exécution restée sans effet.")
    while dispatch_next(now=now):
        pass
    return Message.objects.get(kind="irrecoverability", dossier_id=dossier.pk)


@pytest.mark.req("NUM-13", "NUM-16")
def test_after_the_failure_the_office_certifies_free_of_charge_and_the_creditor_is_told(
    dossier: Dossier, now: datetime
) -> None:
    paper = certified(dossier, now)
    assert paper.outcome == Outcome.SENT and paper.document is not None and not paper.document.for_debtor
    assert Dossier.objects.get(pk=dossier.pk).phase == Phase.CLOSED
    assert Message.objects.get(kind="certificate_made", dossier_id=dossier.pk).outcome == Outcome.SENT
    assert not Fee.objects.exists(), "free of charge"


def test_a_path_that_is_not_exhausted_gives_no_certificate(now: datetime, db: None) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    hold = factories.hold(dossier, "insolvency")
    with pytest.raises(TransitionRefused, match="n’est pas épuisée"):
        advance(dossier, "certify", by=OFFICE, now=now, reason="motif")
    hold.state, hold.proof, hold.decided_at, hold.decided_by = "confirmed", "BODACC", now, "x"
    hold.save()
    advance(dossier, "certify", by=OFFICE, now=now, reason="Clôture pour insuffisance d’actif.")


def test_a_closed_dossier_is_certified_once_and_a_paid_one_never(now: datetime, db: None) -> None:
    closed = factories.dossier(phase=Phase.CLOSED, office=factories.office())
    irrecoverable.certify_closed(closed, reason="Requête rejetée.", by=OFFICE, now=now)
    while dispatch_next(now=now):
        pass
    with pytest.raises(NotIrrecoverable, match="déjà établi"):
        irrecoverable.certify_closed(closed, reason="x", by=OFFICE, now=now)
    for phase in (Phase.AMIABLE, Phase.SETTLED):
        with pytest.raises(NotIrrecoverable):
            irrecoverable.certify_closed(factories.dossier(phase=phase), reason="x", by=OFFICE, now=now)


# --- the pack ----------------------------------------------------------------------------------------------------------
@pytest.mark.req("NUM-14", "NUM-15")
def test_one_click_gives_certificate_duplicates_statement_and_accounting_lines(dossier: Dossier, now: datetime) -> None:
    certified(dossier, now)
    browser = browser_of(factories.member(dossier.creditor))
    page = browser.get(f"/espace/dossiers/{dossier.reference}/").content.decode()
    assert f"/espace/dossiers/{dossier.reference}/tva.zip" in page
    answer = browser.get(f"/espace/dossiers/{dossier.reference}/tva.zip")
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as whole:
        assert set(whole.namelist()) == {
            "certificat-irrecouvrabilite.pdf", "etat-recapitulatif.pdf", "etat-recapitulatif.csv", "ecritures.csv",
            "duplicatas/01-facture.pdf",
        }  # fmt: skip
        assert "666,67" in whole.read("etat-recapitulatif.csv").decode("utf-8-sig")
        lines = whole.read("ecritures.csv").decode("utf-8-sig").splitlines()
        assert [line.split(";")[0] for line in lines[1:]] == ["654", "44571", "411"]
        assert lines[3].endswith(";800,00")
        with pikepdf.open(io.BytesIO(whole.read("duplicatas/01-facture.pdf"))) as duplicate:
            assert len(duplicate.pages) == 2, "the sheet with the mention, and the invoice itself"


def test_before_the_certificate_there_is_no_pack(dossier: Dossier) -> None:
    with pytest.raises(NotIrrecoverable):
        pack(dossier)
    page = browser_of(factories.member(dossier.creditor))
    answer = page.get(f"/espace/dossiers/{dossier.reference}/tva.zip", follow=True)
    assert "pas encore établi" in answer.content.decode()


def test_an_invoice_whose_net_nobody_entered_is_named_not_guessed(dossier: Dossier) -> None:
    factories.item(dossier, "100.00")
    rows: list[Any] = unpaid(dossier)
    assert [row.left is None for row in rows] == [False, True]
