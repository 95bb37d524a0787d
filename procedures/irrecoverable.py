"""The certificate that a claim cannot be recovered, free of charge, and the papers that give its VAT back (CGI 272-1)."""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pikepdf
from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.money import Money
from documents.pdf import letter as pdf_of
from dossiers import journal
from dossiers.enums import ItemKind, Phase
from dossiers.models import Dossier, Item
from dossiers.services import held
from notifications.models import Message
from procedures.letters import certificate, certificate_to_creditor, queue_letters
from procedures.vat import Split, split_payments

DUPLICATE = "letters/irrecoverable/duplicate.2026-01-01.html"
RECAP = "letters/irrecoverable/recap.2026-01-01.html"
STAMPS = "letters/injonction/tampons.2026-04-01.html"


class NotIrrecoverable(ValueError):
    """The certificate cannot be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Unpaid:
    """One invoice with what was paid on it and what is left, as price and tax; `left` is None where its net is not known."""

    item: Item
    paid: Decimal
    left: Split | None

    @property
    def rest(self) -> Money:
        return Money(self.item.gross - self.paid, self.item.currency)


@transaction.atomic
def certify_closed(dossier: Dossier, *, reason: str, by: Actor, now: datetime) -> None:
    """The certificate of a dossier that failed and is closed; living ones get theirs by the move « certify »."""
    dossier = held(dossier)
    if dossier.phase != Phase.CLOSED or dossier.balance().amount <= 0:
        raise NotIrrecoverable(_("Le certificat suit l’échec : ce dossier est en cours, ou réglé."))
    if not reason.strip():
        raise NotIrrecoverable(_("Indiquez le motif."))
    if certificate_of(dossier):
        raise NotIrrecoverable(_("Ce certificat est déjà établi : il figure dans l’historique."))
    entry = journal.Entry(dossier, "certificate_asked", detail={"reason": reason.strip()[:2000]})
    [event] = journal.append([entry], by=str(by), at=now)
    queue_letters(dossier, [certificate, certificate_to_creditor], f"{event.dossier_id}:{event.seq}", now)


def may_certify(dossier: Dossier) -> bool:
    """Closed, still owed, and no certificate yet."""
    return dossier.phase == Phase.CLOSED and dossier.balance().amount > 0 and certificate_of(dossier) is None


def certificate_of(dossier: Dossier) -> Message | None:
    """The certificate as it was sealed; None before."""
    made = Message.objects.about(dossier.pk).filter(kind="irrecoverability", document__isnull=False)
    return made.select_related("document").last()


def unpaid(dossier: Dossier) -> list[Unpaid]:
    """What is left of each invoice: credit notes and payments cover the oldest first (C. civ. 1342-10)."""
    items = sorted(dossier.items.select_related("document"), key=lambda item: (item.due_on, item.pk))
    given = [item.gross for item in items if item.kind != ItemKind.INVOICE]
    found = []
    for invoice in (item for item in items if item.kind == ItemKind.INVOICE):
        taken, given = _taken(invoice.gross, given)
        left = None if invoice.net is None else split_payments(invoice.gross, invoice.net, taken)[1]
        found.append(Unpaid(invoice, sum(taken, Decimal(0)), left))
    return [one for one in found if one.rest.amount > 0]


def pack(dossier: Dossier) -> bytes:
    """ZIP: certificate, a duplicate of each invoice with the mention of art. 272, recapitulative statement, accounting lines."""
    made = certificate_of(dossier)
    if made is None or made.document is None:
        raise NotIrrecoverable(_("Le certificat n’est pas encore établi."))
    rows = unpaid(dossier)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("certificat-irrecouvrabilite.pdf", made.document.read())
        whole.writestr("etat-recapitulatif.pdf", pdf_of(RECAP, _context(dossier) | {"rows": rows}))
        whole.writestr("etat-recapitulatif.csv", _csv(rows))
        whole.writestr("ecritures.csv", _entries(dossier, rows))
        for number, row in enumerate(rows, 1):
            if row.left is not None:
                whole.writestr(f"duplicatas/{number:02}-facture.pdf", _duplicate(dossier, row))
    return out.getvalue()


def _taken(owed: Decimal, given: list[Decimal]) -> tuple[list[Decimal], list[Decimal]]:
    """What of the sums given goes to this invoice, and what is left of them."""
    taken, left = [], []
    for amount in given:
        part = min(amount, owed)
        owed -= part
        taken += [part] if part else []
        left += [amount - part] if amount > part else []
    return taken, left


def _context(dossier: Dossier) -> dict[str, object]:
    made = certificate_of(dossier)
    return {"dossier": dossier, "creditor": dossier.creditor, "debtor": dossier.debtor, "office": dossier.office,
            "day": made.written_on if made else None}  # fmt: skip


def _duplicate(dossier: Dossier, row: Unpaid) -> bytes:
    """A sheet with the invoice's data and the mention, then the invoice itself, stamped on each page."""
    sheet = pdf_of(DUPLICATE, _context(dossier) | {"row": row})
    document = row.item.document
    if document is None or document.media_type != "application/pdf" or row.left is None:
        return sheet
    with pikepdf.open(io.BytesIO(sheet)) as whole, pikepdf.open(io.BytesIO(document.read())) as original:
        first = len(whole.pages)
        whole.pages.extend(original.pages)
        labels = [f"DUPLICATA – impayée, art. 272 CGI : HT {row.left.net}, TVA {row.left.vat}"] * len(original.pages)
        with pikepdf.open(io.BytesIO(pdf_of(STAMPS, {"labels": labels}))) as stamps:
            for number, page in enumerate(list(whole.pages)[first:]):
                page.add_overlay(stamps.pages[number], None)
            out = io.BytesIO()
            whole.save(out)
    return out.getvalue()


def _csv(rows: list[Unpaid]) -> str:
    heads = ["Facture", "Libellé", "Date", "TTC", "Payé", "Reste HT", "Reste TVA", "Mention"]
    lines = [
        [
            row.item.number, str(row.item), f"{row.item.issued_on:%d/%m/%Y}", row.item.gross, row.paid,
            row.left.net if row.left else "", row.left.vat if row.left else "", row.left.mention if row.left else "HT non renseigné",
        ]
        for row in rows
    ]  # fmt: skip
    return _sheet(heads, lines)


def _entries(dossier: Dossier, rows: list[Unpaid]) -> str:
    """The accounting lines: loss on the price (654), VAT to be recovered (44571), client credited (411)."""
    known = [row.left for row in rows if row.left]
    net = sum((left.net for left in known), Decimal(0))
    vat = sum((left.vat for left in known), Decimal(0))
    name = dossier.debtor.name if dossier.debtor else ""
    return _sheet(
        ["Compte", "Libellé", "Débit", "Crédit"],
        [
            ["654", f"Créance irrécouvrable {name}", net, ""], ["44571", f"TVA récupérée {name}", vat, ""],
            ["411", f"Client {name}", "", net + vat],
        ],
    )  # fmt: skip


def _sheet(heads: list[str], lines: Sequence[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(heads)
    writer.writerows([_cell(value) for value in line] for line in lines)
    return "\ufeff" + out.getvalue()


def _cell(value: object) -> str:
    """Sums as French spreadsheets read them; no text that people wrote is taken for a formula."""
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
