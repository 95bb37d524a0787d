"""What a draft may repeat: the same paper in another dossier, another dossier against the same debtor."""

from django.utils.translation import gettext as _

from dossiers.enums import ENDED, ItemKind
from dossiers.models import Dossier, Item


def warnings_of(dossier: Dossier) -> list[str]:
    """A sentence for each thing that its creditor has entrusted already; nothing is refused by it."""
    return [*_papers_elsewhere(dossier), *_same_debtor(dossier)]


def _papers_elsewhere(dossier: Dossier) -> list[str]:
    own = {(item.kind, item.number.casefold(), item.gross): item for item in dossier.items.exclude(number="")}
    if not own:
        return []
    numbers = [item.number for item in own.values()]
    others = Item.objects.filter(creditor=dossier.creditor_id, number__in=numbers).exclude(dossier=dossier)
    sentence = _(
        "%(item)s figure déjà, pour le même montant, dans le dossier %(reference)s : ne réclamez pas deux fois."
    )
    return [
        sentence % {"item": item, "reference": item.dossier.reference}
        for item in others.exclude(kind=ItemKind.PAYMENT).select_related("dossier").order_by("pk")[:10]
        if (item.kind, item.number.casefold(), item.gross) in own
    ]


def _same_debtor(dossier: Dossier) -> list[str]:
    """By the register's number; by name and postcode for whoever has none."""
    debtor = dossier.debtor
    if debtor is None:
        return []
    if debtor.siren:
        same = {"debtor__siren": debtor.siren}
    else:
        same = {
            "debtor__siren": "", "debtor__company__iexact": debtor.company, "debtor__postcode": debtor.postcode,
            "debtor__last_name__iexact": debtor.last_name, "debtor__first_name__iexact": debtor.first_name,
        }  # fmt: skip
    others = (
        Dossier.objects.filter(creditor=dossier.creditor_id, **same).exclude(pk=dossier.pk).exclude(phase__in=ENDED)
    )
    sentence = _("Le dossier %(reference)s (%(phase)s) vise déjà %(name)s : ajoutez-y la facture, ou continuez ici.")
    return [
        sentence % {"reference": other.reference, "phase": other.get_phase_display(), "name": debtor.name}
        for other in others.newest_first()[:5]
    ]
