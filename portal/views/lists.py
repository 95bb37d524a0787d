"""The lists of dossiers: search, criteria, order, files of the result, and the searches that people keep."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.permissions import requires
from accounts.roles import Permission
from core import clock
from core.http import readonly
from core.readings import show
from dossiers.enums import Phase
from dossiers.models import Dossier, SavedSearch
from dossiers.models.saved import kept_by
from portal import finding
from portal.criteria import NAMES, drawn
from portal.exporting import csv_of_dossiers, file_name, xlsx_of_dossiers
from portal.listing import columns, phase_options, result_rows
from portal.sorting import Order
from portal.views.dossiers import mine
from portal.views.office import FILED, ours

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT = ("q", "phase", "tri", *NAMES)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one side's list lives."""

    template: str
    listing: str
    dossier: str
    csv: str
    xlsx: str
    save: str
    forget: str
    phases: tuple[Phase, ...]
    dossiers: Callable[[Any], QuerySet[Dossier]]
    zone: Callable[[Any], ZoneInfo]
    house: Callable[[Any], dict[str, Any]]


CREDITOR = Desk(
    "portal/dossiers.html", "dossiers", "dossier", "dossiers-export", "dossiers-export-xlsx", "search-save", "search-forget",
    tuple(Phase), mine, lambda request: request.brand.zone, lambda request: {"creditor": request.creditor},
)  # fmt: skip
OFFICE = Desk(
    "portal/office/dossiers.html", "office-dossiers", "office-dossier", "office-dossiers-export", "office-dossiers-export-xlsx",
    "office-search-save", "office-search-forget", FILED, ours, lambda request: request.office.zone,
    lambda request: {"office": request.office},
)  # fmt: skip


@readonly
@requires(Permission.DOSSIER_READ)
def listing(request: Any) -> HttpResponse:
    return _list(request, CREDITOR)


@never_cache
@readonly
@requires(Permission.DOSSIER_READ)
def export(request: Any) -> HttpResponse:
    """What the list shows, every page of it, as a file; too short a search exports nothing rather than all."""
    return _file(request, CREDITOR, "csv")


@never_cache
@readonly
@requires(Permission.DOSSIER_READ)
def export_xlsx(request: Any) -> HttpResponse:
    return _file(request, CREDITOR, "xlsx")


@require_POST
@requires(Permission.DOSSIER_READ)
def save(request: Any) -> HttpResponse:
    return _save(request, CREDITOR)


@require_POST
@requires(Permission.DOSSIER_READ)
def forget(request: Any, saved: int) -> HttpResponse:
    return _forget(request, CREDITOR, saved)


@readonly
def office_listing(request: Any) -> HttpResponse:
    return _list(request, OFFICE)


@never_cache
@readonly
def office_export(request: Any) -> HttpResponse:
    return _file(request, OFFICE, "csv")


@never_cache
@readonly
def office_export_xlsx(request: Any) -> HttpResponse:
    return _file(request, OFFICE, "xlsx")


@require_POST
def office_save(request: Any) -> HttpResponse:
    return _save(request, OFFICE)


@require_POST
def office_forget(request: Any, saved: int) -> HttpResponse:
    return _forget(request, OFFICE, saved)


def _list(request: Any, desk: Desk) -> HttpResponse:
    """The list: filters, order and search in the URL, pages by key; a whole reference leads straight to its dossier."""
    dossiers = desk.dossiers(request)
    wanted = finding.asked(request, dossiers, desk.zone(request))
    if reference := finding.exact(dossiers, wanted.words):
        return redirect(desk.dossier, reference)
    found = finding.found(request, wanted)
    show(request, *(row.pk for row in found.page.rows))
    address = _kept(request.GET)
    context = {
        "rows": result_rows(found.page.rows, page=desk.dossier, zone=wanted.zone),
        "heads": _heads(request, wanted.order),
        "found": found,
        "asked": wanted,
        "criteria": drawn(wanted.criteria),
        "phases": phase_options(desk.phases, wanted.phase),
        "desk": desk,
        "address": address,
        "csv_url": f"{reverse(desk.csv)}?{address}",
        "xlsx_url": f"{reverse(desk.xlsx)}?{address}",
        "saved": kept_by(request.user.pk, **{side: house.pk for side, house in desk.house(request).items()}),
    }
    return render(request, desk.template, context)


def _heads(request: Any, order: Order) -> list[dict[str, str]]:
    sense = "descending" if order.falls else "ascending"
    return [
        {"label": label, "url": order.link(request, name), "sort": sense if name == order.name else "", "name": name}
        for name, label in columns()
    ]


def _file(request: Any, desk: Desk, ending: str) -> HttpResponse:
    wanted = finding.asked(request, desk.dossiers(request), desk.zone(request))
    if wanted.is_too_short or wanted.is_wrong:
        return redirect(f"{reverse(desk.listing)}?{_kept(request.GET)}")
    make, kind = (csv_of_dossiers, "text/csv; charset=utf-8") if ending == "csv" else (xlsx_of_dossiers, SPREADSHEET)
    response = HttpResponse(make(wanted, seen=partial(show, request)), content_type=kind)
    name = file_name(wanted, clock.today(wanted.zone), ending)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def _saved(request: Any, desk: Desk) -> QuerySet[SavedSearch]:
    """Hers alone, of the house on screen: colleagues have their own."""
    return SavedSearch.objects.filter(user=request.user, **desk.house(request))


def _save(request: Any, desk: Desk) -> HttpResponse:
    """Keep the search under a name; the same name again means the newer search."""
    name, query = request.POST.get("name", "").strip()[:60], _kept(QueryDict(request.POST.get("address", "")[:2000]))
    if not name or not query:
        messages.error(request, _("Donnez un nom à la recherche, et cherchez d’abord quelque chose."))
        return redirect(f"{reverse(desk.listing)}?{query}")
    SavedSearch.objects.bulk_create(
        [SavedSearch(user=request.user, name=name, query=query, **desk.house(request))],
        update_conflicts=True,
        unique_fields=["user", "creditor", "office", "name"],
        update_fields=["query"],
    )
    messages.success(request, _("« %(name)s » est enregistrée : elle paraît au-dessus de la liste.") % {"name": name})
    return redirect(f"{reverse(desk.listing)}?{query}")


def _forget(request: Any, desk: Desk, saved: int) -> HttpResponse:
    row = get_object_or_404(_saved(request, desk), pk=saved)
    row.delete()
    messages.success(request, _("La recherche « %(name)s » est supprimée.") % {"name": row.name})
    return redirect(desk.listing)


def _kept(query: Any) -> str:
    """The address of a search without its page and without empty fields."""
    kept = QueryDict(mutable=True)
    kept.update({name: query[name] for name in KEPT if query.get(name, "").strip()})
    return kept.urlencode()
