"""What the mandate's page shows, ready made."""

from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import clock
from mandates import texts
from mandates.models import Mandate, MandateState
from mandates.services import needs_known_number
from payments.card_payments import is_open
from payments.models import Collection, CollectionState
from portal.mandate_forms import EmailForm
from portal.templatetags.ui import money
from signatures.models import Proof

TONES = {
    MandateState.DRAFT: "warning",
    MandateState.SIGNED: "success",
    MandateState.REFUSED: "warning",
    MandateState.LAPSED: "danger",
    MandateState.REVOKED: "danger",
}
COLLECTION_TONES = {
    CollectionState.ANNOUNCED: "info",
    CollectionState.BATCHED: "info",
    CollectionState.RELEASED: "success",
    CollectionState.RETURNED: "danger",
}
SHOWN = 24


def mandate_page(mandate: Mandate) -> dict[str, Any]:
    """The mandate with its facts, its papers and the way to sign it; then all versions and collections."""
    versions = list(_versions(mandate))
    in_force = next((version for version in versions if version.is_signed), None)
    return {
        "mandate": mandate,
        "creditor": mandate.creditor,
        "facts": _facts(mandate),
        "papers": _papers(mandate),
        "tone": TONES.get(MandateState(mandate.state), "neutral"),
        "consent": texts.consent(mandate.brand.name),
        "email_form": EmailForm(initial={"email": mandate.notices_to}),
        "fees_by_card": is_open(mandate.brand, now=clock.now()),
        "needs_known_number": needs_known_number(mandate),
        "in_force": in_force if in_force != mandate else None,
        "is_over": not mandate.is_signed and not mandate.is_waiting,
        "history_columns": [
            {"label": label} for label in (_("Référence"), _("Mode"), _("Compte"), _("Signé le"), _("État"))
        ],
        "collection_columns": [
            *({"label": label} for label in (_("Échéance"), _("Référence"), _("État"))),
            {"label": _("Montant"), "align": "right"},
        ],
        "history": [_version_row(version) for version in versions],
        "collections": [
            _collection_row(found) for found in mandate.creditor.collections.order_by("-due_on", "-pk")[:SHOWN]
        ],
    }


def _versions(mandate: Mandate) -> Any:
    return (
        Mandate.objects.filter(creditor=mandate.creditor_id)
        .select_related("account", "brand", "signature__proof")
        .order_by("-pk")
    )


def _facts(mandate: Mandate) -> list[dict[str, Any]]:
    brand, account = mandate.brand, mandate.account
    rows = [
        (_("Référence unique du mandat"), mandate.rum + (f" (v{mandate.version})" if mandate.version > 1 else "")),
        (_("Identifiant créancier SEPA"), mandate.ics),
        (_("Créancier du prélèvement"), ", ".join([brand.name, *brand.address_lines])),
        (_("Débiteur du prélèvement"), "\n".join(mandate.creditor.address_lines)),
        (_("Compte"), f"{account.masked} · {account.bic}"),
        (_("Signataire"), account.signatory),
        (_("Type de paiement"), _("Récurrent (automatique)") if mandate.is_automatic else _("Ponctuel")),
        (_("Montant"), _amount(mandate)),
        (
            _("Préavis"),
            _("%(n)d jours calendaires avant chaque prélèvement, par courriel") % {"n": mandate.notice_days},
        ),
        (
            _("Caduc sans prélèvement le"),
            date_format(mandate.lapses_on) if mandate.is_signed and mandate.lapses_on else "",
        ),
    ]
    return [{"term": term, "value": value} for term, value in rows if value]


def _amount(mandate: Mandate) -> str:
    if mandate.amount is None:
        return _("Les frais dus, annoncés avant chaque prélèvement")
    if mandate.is_spread:
        return _("%(sum)s en trois prélèvements mensuels") % {"sum": money(mandate.amount, mandate.brand.currency)}
    return money(mandate.amount, mandate.brand.currency)


def _papers(mandate: Mandate) -> list[dict[str, Any]]:
    """The papers to read or keep: the unsigned one until there is a signed one, then its proof too."""
    if mandate.signed is None:
        return [_paper(mandate.unsigned, _("PDF, non signé"), "file")]
    proof = Proof.objects.filter(signature=mandate.signature_id).select_related("stamped", "file", "bundle").first()
    if proof is None:
        return [_paper(mandate.signed, _("PDF signé"), "file-check")]
    return [
        _paper(proof.stamped, _("PDF signé et horodaté"), "file-check"),
        _paper(proof.file, _("Fichier de preuve, scellé"), "file-check"),
        _paper(proof.bundle, _("Preuve à vérifier hors ligne"), "file"),
    ]


def _paper(document: Any, kind: str, icon: str) -> dict[str, Any]:
    url = reverse("document", args=[document.pk])
    return {
        "name": document.name,
        "url": url,
        "kind": kind,
        "size": document.size,
        "sha256": document.sha256,
        "icon": icon,
    }


def _version_row(version: Mandate) -> dict[str, Any]:
    paper = version.signed_id or version.unsigned_id
    signed = date_format(localtime(version.signed_at), "SHORT_DATETIME_FORMAT") if version.signed_at else "–"
    cells = [
        {
            "label": _("Référence"),
            "text": version.rum,
            "url": reverse("document", args=[paper]),
            "sub": f"v{version.version}",
        },
        {"label": _("Mode"), "text": version.get_mode_display()},
        {"label": _("Compte"), "text": version.account.masked},
        {"label": _("Signé le"), "text": signed},
        {
            "label": _("État"),
            "text": version.get_state_display(),
            "badge_tone": TONES.get(MandateState(version.state), "neutral"),
        },
    ]
    return {"cells": cells}


def _collection_row(found: Collection) -> dict[str, Any]:
    tone = COLLECTION_TONES.get(CollectionState(found.state), "neutral")
    cells = [
        {"label": _("Échéance"), "text": date_format(found.due_on)},
        {"label": _("Référence"), "text": found.end_to_end_id},
        {"label": _("État"), "text": found.get_state_display(), "badge_tone": tone},
        {"label": _("Montant"), "text": money(found.amount, "EUR"), "num": True},
    ]
    return {"cells": cells}
