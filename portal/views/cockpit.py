"""The office's cockpit: the agenda by next act, the decisions taken together, the sweep before and after, the scripts."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.http import readonly
from core.once import once
from core.readings import show
from dossiers.enums import Phase
from dossiers.models import Dossier
from portal import cockpit, reviewing
from portal.actors import office_actor
from portal.cockpit_forms import ScriptForm
from portal.sheets import csv_file
from portal.views.office import followed, ours
from procedures import breakers
from procedures.models import Breaker, PhoneScript
from procedures.rehearsal import last_runs, rehearse
from procedures.vetting import vet

SIZE = 50
MOST_EXPORTED = 5000
AHEAD = timedelta(hours=24)


@readonly
def acts(request: Any) -> HttpResponse:
    """Every open dossier by its next act and whose turn it is."""
    dossiers = followed(request)
    page = Paginator(cockpit.agenda(dossiers, request.GET), SIZE).get_page(request.GET.get("page"))
    columns, rows, shown = cockpit.table(page.object_list, today=clock.today(request.office.zone))  # type: ignore[arg-type]
    show(request, *shown)
    kept = urlencode({name: value for name, value in request.GET.items() if name != "page"})
    context = {
        "columns": columns,
        "rows": rows,
        "page": page,
        "previous_url": f"?{kept}&page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"?{kept}&page={page.next_page_number()}" if page.has_next() else "",
        "tabs": cockpit.tabs(dossiers, request.GET),
        "options": cockpit.act_options(request.GET),
        "asked": request.GET,
        "export_url": f"{reverse('office-acts-export')}?{kept}",
    }
    return render(request, "portal/office/acts.html", context)


@readonly
def acts_export(request: Any) -> HttpResponse:
    found = cockpit.agenda(followed(request), request.GET)[:MOST_EXPORTED]
    columns, rows, shown = cockpit.table(found, today=clock.today(request.office.zone))
    show(request, *shown)
    cells = ([cell["text"] for cell in row["cells"]] for row in rows)
    return csv_file("actes.csv", [column["label"] for column in columns], cells)


def _filed(request: Any, references: list[str]) -> QuerySet[Dossier]:
    found = ours(request).filter(phase=Phase.SUBMITTED, reference__in=references[: reviewing.MOST])
    return found.select_related("debtor", "creditor", "office", "brand").order_by("created_at", "pk")


@require_http_methods(["GET", "HEAD", "POST"])
@once
def review(request: Any) -> HttpResponse:
    """GET shows each chosen dossier with its checks; POST carries out the decisions, each by itself."""
    by, now = office_actor(request), clock.now()
    found = list(_filed(request, (request.POST if request.method == "POST" else request.GET).getlist("dossier")))
    if request.method == "POST":
        return _decided(request, reviewing.decide(found, request.POST, by=by, now=now))
    show(request, *(dossier.pk for dossier in found))
    context = {"lines": reviewing.lines(vet(found, by=by, now=now)) if found else []}
    return render(request, "portal/office/review.html", context)


def _decided(request: Any, results: list[reviewing.Result]) -> HttpResponse:
    for result in results:
        told = messages.error if result.refusal else messages.success
        told(request, f"{result.reference} : {result.refusal or result.done}")
    if not results:
        messages.info(request, _("Rien n’a été décidé : les dossiers attendent toujours."))
    if again := [result.reference for result in results if result.refusal]:
        return redirect(f"{reverse('office-review')}?{urlencode({'dossier': again}, doseq=True)}")
    return redirect("office-home")


@readonly
def tonight(request: Any) -> HttpResponse:
    """What the sweep will do in the next twenty-four hours, and what it did."""
    now = clock.now()
    planned = rehearse(request.office, until=now + AHEAD)
    runs = last_runs(request.office, now=now)
    events = [event for run in runs for event in (*run.moved, *run.stepped_over)]
    references = [one.reference for one in planned]
    show(request, *ours(request).filter(reference__in=references).values_list("pk", flat=True))
    show(request, *(event.dossier_id for event in events))
    known = Breaker.objects.filter(office=request.office)
    context = {
        "moving": [one for one in planned if one.moves],
        "stepped_over": [one for one in planned if not one.moves],
        "runs": runs,
        "breakers": [(one, breakers.label(one.transition)) for one in known if one.failures or one.stopped_at],
        "until": now + AHEAD,
    }
    return render(request, "portal/office/tonight.html", context)


@require_POST
def resume(request: Any, breaker: int) -> HttpResponse:
    found = get_object_or_404(Breaker, pk=breaker, office=request.office)
    if breakers.resume(found, by=str(office_actor(request)), now=clock.now()):
        messages.success(request, _("L’étape reprend : ce qui attendait part à la prochaine minute."))
    else:
        messages.info(request, _("Cette étape n’était pas arrêtée."))
    return redirect("office-tonight")


@require_http_methods(["GET", "HEAD", "POST"])
@once
def scripts(request: Any) -> HttpResponse:
    """What the office says on the telephone, phase by phase; a new wording is added, none is changed."""
    form = ScriptForm(request.POST or None, initial={"valid_from": clock.today(request.office.zone)})
    if request.method == "POST" and form.is_valid():
        made = form.save(commit=False)
        made.office, made.written_by, made.written_at = request.office, str(office_actor(request)), clock.now()
        made.save(force_insert=True)
        messages.success(request, _("Le script est enregistré : il paraît au moment de noter un appel."))
        return redirect("office-scripts")
    kept = PhoneScript.objects.filter(office=request.office)
    status = 422 if form.errors else 200
    return render(request, "portal/office/scripts.html", {"form": form, "scripts": kept}, status=status)
