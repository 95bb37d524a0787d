"""What became of dropped invoices, ready to show."""

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from core.money import Money
from dossiers.enums import Phase
from dossiers.intake import JOINED, KNOWN, MADE, REFUSED, TO_TYPE

STATES = {
    MADE: ("success", gettext_noop("Brouillon prêt")),
    JOINED: ("success", gettext_noop("Ajoutée")),
    TO_TYPE: ("warning", gettext_noop("À saisir")),
    KNOWN: ("neutral", gettext_noop("Déjà là")),
    REFUSED: ("danger", gettext_noop("Refusée")),
}


def lines(outcomes: list[dict[str, Any]], phases: dict[str, str]) -> list[dict[str, Any]]:
    """One a file: badge, sentence, what to look at, and where to go on while the dossier is there."""
    return [_line(outcome, phases.get(outcome["reference"], "")) for outcome in outcomes]


def _line(outcome: dict[str, Any], phase: str) -> dict[str, Any]:
    tone, label = STATES[outcome["state"]]
    is_ready = outcome["state"] in (MADE, JOINED)
    url, action = _way(outcome, phase)
    shown_tone = "warning" if is_ready and outcome["notes"] else tone
    return outcome | {
        "tone": shown_tone,
        "label": _(label),
        "amount": _amount(outcome["amount"]),
        "url": url,
        "action": action,
    }


def _way(outcome: dict[str, Any], phase: str) -> tuple[str, str]:
    reference = outcome["reference"]
    if not phase:
        return "", ""
    if phase != Phase.DRAFT:
        return reverse("dossier", args=[reference]), _("Ouvrir le dossier %(reference)s") % {"reference": reference}
    if outcome["state"] in (MADE, JOINED) and outcome["is_addressed"]:
        return reverse("wizard-check", args=[reference]), _("Vérifier et valider %(reference)s") % {
            "reference": reference
        }
    if outcome["state"] == KNOWN:
        return reverse("wizard-items", args=[reference]), _("Ouvrir le dossier %(reference)s") % {
            "reference": reference
        }
    return reverse("wizard-debtor", args=[reference]), _("Compléter %(reference)s") % {"reference": reference}


def _amount(kept: str) -> str:
    if not kept:
        return ""
    number, currency = kept.split()
    try:
        return Money(Decimal(number), currency).format_fr()
    except ValueError:
        return kept


def counts(outcomes: list[dict[str, Any]]) -> str:
    """« 3 brouillons prêts sur 5 fichiers »."""
    ready = sum(outcome["state"] == MADE for outcome in outcomes)
    drafts = ngettext("%(count)d brouillon prêt", "%(count)d brouillons prêts", ready) % {"count": ready}
    files = ngettext("%(count)d fichier", "%(count)d fichiers", len(outcomes)) % {"count": len(outcomes)}
    return _("%(drafts)s sur %(files)s") % {"drafts": drafts, "files": files}
