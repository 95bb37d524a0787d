"""Rows of a list of dossiers, made here and not in a template: tags and filters are half of what such a page costs."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.money import Money
from dossiers.enums import Phase
from dossiers.models import Dossier
from dossiers.models.dossier import faces, results
from portal.presenters import TONES

CELLS = ("pk", "created_at", "reference", "creditor_reference", "phase", "currency")
ROW = (
    '<tr><th scope="row"><a href="{}{{}}{}">{{}}</a><span class="sub">{{}}</span></th>'
    '<td data-label="{}">{{}}<span class="sub">{{}}</span></td><td data-label="{}">{{}}</td>'
    '<td data-label="{}">{{}}</td><td class="num" data-label="{}">{{}}</td></tr>'
)
RESULT_CELLS = (
    "pk", "created_at", "reference", "claim_reference", "creditor_reference", "policy_number", "phase", "currency",
)  # fmt: skip
RESULT = (
    '<tr><th scope="row"><a href="{}{{}}{}">{{}}</a></th><td data-label="{}">{{}}</td><td data-label="{}">{{}}</td>'
    '<td data-label="{}">{{}}</td><td data-label="{}">{{}}</td><td data-label="{}">{{}}</td><td data-label="{}">{{}}</td>'
    '<td data-label="{}">{{}}</td><td class="num" data-label="{}">{{}}</td></tr>'
)
MARK = "REFERENCE"
SELECTED = SafeString(" selected")


def listed(dossiers: QuerySet[Dossier], *cells: str) -> Any:
    """Only what a list shows, as plain rows: the other half is objects that nobody looks at."""
    return dossiers.order_by("-created_at", "-pk").values_list(*cells or CELLS, named=True)


def rows(found: Iterable[Any], *, page: str, zone: ZoneInfo) -> SafeString:
    """The lines of the table, from what `listed` gives; debtors and balances come by one more query for all."""
    found = list(found)
    seen = faces([row.pk for row in found])
    badges = {phase: _badge(Phase(phase)) for phase in {row.phase for row in found}}
    shape = _shape(page)
    return SafeString("".join(shape.format(*_cells(row, seen[row.pk], badges[row.phase], zone)) for row in found))


def _cells(row: Any, face: tuple[str, str, Decimal], badge: SafeString, zone: ZoneInfo) -> tuple[str, ...]:
    """Markup already: what people wrote is escaped here, the rest is ours (letters, figures, a badge)."""
    debtor, place, owed = face
    created = f"{row.created_at.astimezone(zone):%d/%m/%Y}"
    balance = Money(owed, row.currency).format_fr()
    theirs, debtor, place = escape(row.creditor_reference), escape(debtor) or "–", escape(place)
    return (row.reference, row.reference, theirs, debtor, place, badge, created, balance)


def result_rows(found: Iterable[Any], *, page: str, zone: ZoneInfo) -> SafeString:
    """The lines of a search, eight columns and the phase, from rows of `RESULT_CELLS`."""
    found = list(found)
    seen = results([row.pk for row in found])
    badges = {phase: _badge(Phase(phase)) for phase in {row.phase for row in found}}
    before, after = reverse(page, args=[MARK]).split(MARK)
    labels = [label for _name, label in columns()][1:]
    shape = format_html(RESULT, before, after, *labels)
    return SafeString("".join(shape.format(*_result(row, seen[row.pk], badges[row.phase], zone)) for row in found))


def _result(row: Any, face: tuple[str, str, Decimal], badge: SafeString, zone: ZoneInfo) -> tuple[str, ...]:
    debtor, address, owed = face
    return (
        row.reference, row.reference, escape(row.claim_reference), escape(row.creditor_reference), escape(row.policy_number),
        f"{row.created_at.astimezone(zone):%d/%m/%Y}", escape(debtor) or "–", escape(address), badge,
        Money(owed, row.currency).format_fr(),
    )  # fmt: skip


def columns() -> list[tuple[str, str]]:
    """The columns of a search: the name of the order in the address, and the head."""
    return [
        ("reference", _("Référence")), ("sinistre", _("Référence sinistre")), ("vref", _("Votre référence")),
        ("police", _("Numéro de police")), ("cree", _("Créé le")), ("debiteur", _("Débiteur")),
        ("adresse", _("Adresse du débiteur")), ("phase", _("Phase")), ("solde", _("Solde du dossier")),
    ]  # fmt: skip


def _shape(page: str) -> str:
    """A row with its address and its labels, the same for all of them."""
    before, after = reverse(page, args=[MARK]).split(MARK)
    return format_html(ROW, before, after, _("Débiteur"), _("Phase"), _("Créé le"), _("Solde"))


def phase_options(phases: Iterable[Phase], chosen: str) -> SafeString:
    """The choice of a phase in a form that filters."""
    return _options(tuple(phases), chosen, get_language() or "fr")


@lru_cache(maxsize=256)
def _options(phases: tuple[Phase, ...], chosen: str, language: str) -> SafeString:
    """Kept by language, which the labels follow."""
    option = '<option value="{}"{}>{}</option>'
    drawn = ((phase.value, SELECTED if phase == chosen else "", phase.label) for phase in phases)
    return format_html_join("", option, drawn)


def _badge(phase: Phase) -> SafeString:
    return format_html('<span class="badge badge-{}">{}</span>', TONES[phase], phase.label)
