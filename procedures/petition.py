"""The file of an injonction de payer: petition, account, list of pieces, and the pieces, numbered and stamped (CPC 1407)."""

import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pikepdf
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image

from accounts.enums import PersonKind
from accounts.models import CivilStatus
from core.actors import Actor
from documents.models import Document
from documents.pdf import letter as pdf_of
from documents.pdf import without_last_pages
from dossiers import journal
from dossiers.models import Dossier
from dossiers.services import held
from notifications.models import Message
from procedures.claims import account_of, notice_day
from procedures.courts import Court, NoCourt, Parties, court_for
from procedures.decompte import Part
from procedures.effects import Stop, sentence
from procedures.letters import petition, queue_letters
from procedures.models import Hold
from procedures.parameters import MissingParameter
from procedures.places import located

PETITION = "letters/injonction/requete.2026-04-01.html"
STAMPS = "letters/injonction/tampons.2026-04-01.html"
LETTERS = ("amiable_letter", "psrpc_letter", "psrpc_statement")
SHOWN = ("application/pdf", "image/png", "image/jpeg")


@dataclass(frozen=True, slots=True)
class Piece:
    """One supporting document: what it is, and its pages; none when it must be joined apart from the file."""

    number: int
    name: str
    pdf: bytes
    pages: int


def missing(dossier: Dossier, *, on: date) -> list[str]:
    """What the judge would ask for and is not there yet (CPC 54, 57, 1407); empty when the file can be made."""
    kinds = Hold.objects.stops(dossier, Stop.ACTS)
    found = [sentence(kinds)] if kinds else []
    creditor = dossier.creditor
    if creditor.kind == PersonKind.NATURAL and not CivilStatus.objects.filter(creditor=creditor).exists():
        found.append(_("Date et lieu de naissance, nationalité et profession du créancier (CPC 54) : dans son profil."))
    if creditor.kind == PersonKind.LEGAL and not creditor.last_name:
        found.append(_("Nom du représentant légal du créancier (CPC 54)."))
    if not any(item.document_id for item in dossier.items.all()) and not dossier.attachments.exists():
        found.append(_("Aucune pièce : joignez au moins la facture ou le contrat (CPC 1407)."))
    try:
        court_of(dossier, on=on)
        account_of(dossier, on=on)
    except (NoCourt, MissingParameter) as error:
        found.append(str(error))
    return found


@transaction.atomic
def ask_for(dossier: Dossier, *, by: Actor, now: datetime) -> None:
    """Have the file made by the relay, as of today; NoCourt lists what is missing."""
    dossier = held(dossier)
    if absent := missing(dossier, on=now.astimezone(dossier.zone).date()):
        raise NoCourt(" ".join(absent))
    [event] = journal.append([journal.Entry(dossier, "petition_asked")], by=str(by), at=now)
    queue_letters(dossier, [petition], f"{event.dossier_id}:{event.seq}", now)


def court_of(dossier: Dossier, *, on: date) -> Court:
    """The judge of this dossier's claim; NoCourt says why there is none."""
    debtor = dossier.debtor
    if debtor is None:
        raise NoCourt(_("Identifiez le débiteur à l’étape 2."))
    creditor = dossier.creditor
    trades = creditor.is_commercant or creditor.commercial_by_form()
    place = located(debtor)
    known = place.commune if place and not place.doubts else None
    seats = (
        (known.tribunal, known.commercial, f"{known.source}, {known.edition_on:%d/%m/%Y}") if known else ("", "", "")
    )
    return court_for(Parties(trades, debtor.is_trader, dossier.origin, debtor.territory, debtor.town, *seats), on=on)


def build(dossier: Dossier, *, on: date) -> bytes:
    """The whole file as one PDF. Raises NoCourt or MissingParameter: ask `missing` first."""
    pieces = pieces_of(dossier)
    account = account_of(dossier, on=on)
    context: dict[str, Any] = {
        "dossier": dossier, "creditor": dossier.creditor, "debtor": dossier.debtor, "office": dossier.office, "day": on,
        "civil": CivilStatus.objects.filter(creditor=dossier.creditor).first(), "court": court_of(dossier, on=on),
        "account": account, "principal": account.total(Part.PRINCIPAL), "interest": account.total(Part.INTEREST),
        "indemnity": account.total(Part.INDEMNITY), "pieces": pieces, "notice_on": notice_day(dossier),
    }  # fmt: skip
    return _bound(pdf_of(PETITION, context), pieces)


def pieces_of(dossier: Dossier) -> list[Piece]:
    """Invoices and other items first, then attachments, then the letters and the finding, in the order of their days."""
    named: list[tuple[str, Document]] = [
        (str(item), item.document) for item in dossier.items.select_related("document") if item.document
    ]
    attached = dossier.attachments.select_related("document")
    named += [(f"{piece.get_kind_display()} : {piece.document.name}", piece.document) for piece in attached]
    letters = Message.objects.about(dossier.pk).filter(kind__in=LETTERS, document__isnull=False)
    named += [(_posted(letter), letter.document) for letter in letters.select_related("document") if letter.document]
    return [_piece(number, name, document) for number, (name, document) in enumerate(named, 1)]


def _posted(letter: Message) -> str:
    name = letter.document.name.removesuffix(".pdf") if letter.document else ""
    if not letter.posted_on:
        return name
    proof = f", envoi n° {letter.posting_number}" if letter.posting_number else ""
    return f"{name}, déposée à la poste le {letter.posted_on:%d/%m/%Y}{proof}"


def _piece(number: int, name: str, document: Document) -> Piece:
    if document.media_type not in SHOWN:
        return Piece(number, f"{name} (joint séparément)", b"", 0)
    content = document.read()
    if document.media_type != "application/pdf":
        content = _image_page(content)
    if document.secret_pages:  # what opens the debtor's room is no business of the court's file
        content = without_last_pages(content, document.secret_pages)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return Piece(number, name, content, len(pdf.pages))


def _image_page(content: bytes) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(content)) as image:
        image.convert("RGB").save(out, "PDF", resolution=150)
    return out.getvalue()


def _bound(written: bytes, pieces: list[Piece]) -> bytes:
    """The petition, then every piece, each of its pages stamped with its number."""
    labels = [
        f"Pièce n° {piece.number} – {page}/{piece.pages}" for piece in pieces for page in range(1, piece.pages + 1)
    ]
    stamps = pikepdf.open(io.BytesIO(pdf_of(STAMPS, {"labels": labels}))) if labels else None
    with pikepdf.open(io.BytesIO(written)) as whole:
        first = len(whole.pages)
        for piece in pieces:
            if piece.pdf:
                with pikepdf.open(io.BytesIO(piece.pdf)) as pdf:
                    whole.pages.extend(pdf.pages)
        for number, page in enumerate(list(whole.pages)[first:]):
            assert stamps is not None
            page.add_overlay(stamps.pages[number], None)
        out = io.BytesIO()
        whole.save(out)
    return out.getvalue()
