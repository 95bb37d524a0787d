"""What may still be added to a claim once it is filed, and what follows from it."""

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from dossiers import threads
from dossiers.enums import ItemKind, Phase
from dossiers.models import Dossier, Item, Voice
from dossiers.services import Locked, add_item, lock
from procedures.services import advance, refusals

# Before the registered letter fixes an amount: afterwards it is another claim, with its own letter and its own month.
STILL_OPEN = (Phase.SUBMITTED, Phase.AMIABLE)


def obstacle(dossier: Dossier, kind: str) -> str:
    """Why nothing of the kind can be added now, as a sentence that says what to do; empty when it can."""
    if dossier.is_ended:
        return _("Ce dossier est terminé : aucun élément ne peut y être ajouté.")
    if kind == ItemKind.INVOICE and dossier.phase not in STILL_OPEN:
        return _("Le montant réclamé est déjà fixé par la procédure : créez un nouveau dossier pour cette facture.")
    return ""


@transaction.atomic
def add(dossier: Dossier, item: Item, *, file: UploadedFile | None, by: Actor, now: datetime) -> Item:
    """Keep it and tell the office; a claim that nothing is left of stops at once. Letters that left keep their amounts.

    Raises Locked (the phase, a credit note above the balance) or documents.sniffing.Refused, each with its sentence.
    """
    dossier = lock(dossier)
    if why := obstacle(dossier, item.kind):
        raise Locked(why)
    if item.kind == ItemKind.CREDIT_NOTE and item.gross > dossier.balance().amount:
        raise Locked(_("L’avoir dépasse le solde du dossier : vérifiez son montant."))
    item = add_item(dossier, item, file=file, by=str(by), now=now)
    told = _("%(item)s ajouté par le créancier : %(effect)s. Nouveau solde : %(balance)s.") % {
        "item": item, "effect": item.effect.format_fr(), "balance": dossier.balance().format_fr(),
    }  # fmt: skip
    threads.write(dossier, text=told, files=[], voice=Voice.CREDITOR, by=str(by), now=now)
    if not refusals(dossier, "settle", by=by, now=now):
        advance(dossier, "settle", by=by, now=now)
    return item
