"""A spreadsheet of claims: the form, the report of the dry run, the decision, the progress."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import granting, requires
from accounts.roles import Permission
from core import clock
from core.http import readonly
from core.once import once
from documents.sniffing import Refused
from dossiers.forms import ImportForm
from dossiers.imports.columns import COLUMNS
from dossiers.models import ClaimImport
from portal import imported
from portal.views.wizard import still_to_sign
from procedures import imports

TYPES = {"csv": imports.CSV, "xlsx": imports.XLSX}


def ours(request: Any) -> Any:
    """The imports of the creditors for which the person may file."""
    return ClaimImport.objects.filter(creditor__in=granting(request, Permission.DOSSIER_FILE))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DOSSIER_FILE)
@once
def give(request: Any) -> HttpResponse:
    """The box; the file is read by the worker, and nothing is created before its person has confirmed."""
    if unsigned := still_to_sign(request):
        return unsigned
    creditors = granting(request, Permission.DOSSIER_FILE)
    form = ImportForm(
        request.POST or None, request.FILES or None, creditors=creditors, initial={"creditor": request.creditor.pk}
    )
    if request.method == "POST" and form.is_valid():
        name = request.user.get_full_name() or request.user.email
        try:
            data = form.cleaned_data
            made = imports.start(data["creditor"], data["file"], by=name, now=clock.now())
            return redirect("import", key=made.pk)
        except Refused as refusal:
            form.add_error("file", str(refusal))
    earlier = ours(request).select_related("document", "creditor")[:20]
    context = {"form": form, "max_bytes": imports.MOST_BYTES, "earlier": imported.earlier(earlier)}
    return render(request, "portal/imports/give.html", context, status=422 if form.errors else 200)


@readonly
@requires(Permission.DOSSIER_FILE)
def columns(request: Any) -> HttpResponse:
    """The template explained, column by column."""
    return render(request, "portal/imports/columns.html", {"columns": COLUMNS})


@readonly
@requires(Permission.DOSSIER_FILE)
def template(request: Any, kind: str) -> HttpResponse:
    """The template to fill in, with one line as an example."""
    content = imported.template_csv() if kind == "csv" else imported.template_xlsx()
    return _file(content, f"modele-creances.{kind}", TYPES[kind])


@readonly
@requires(Permission.DOSSIER_FILE)
def report(request: Any, key: int) -> HttpResponse:
    """How far the import is, what is wrong line by line, and the decision while it waits for one."""
    batch = get_object_or_404(ours(request).select_related("creditor", "document"), pk=key)
    name = "portal/imports/_progress.html" if request.htmx else "portal/imports/report.html"
    return render(request, name, imported.report(batch))


@require_POST
@requires(Permission.DOSSIER_FILE)
def decide(request: Any, key: int) -> HttpResponse:
    """Only the good lines, or nothing at all: what was not chosen is not done."""
    batch = get_object_or_404(ours(request), pk=key)
    choice, files = request.POST.get("choice", ""), request.POST.get("files") == "1"
    if choice not in ("good", "nothing") or (files and "is_attested" not in request.POST):
        messages.error(request, _("Choisissez ce qui doit être fait ; pour transmettre, attestez les créances."))
        return redirect("import", key=key)
    name = request.user.get_full_name() or request.user.email
    if not imports.decide(batch, goes_on=choice == "good", files=files, by=name, now=clock.now()):
        messages.info(request, _("Cet import a déjà été décidé : voici où il en est."))
    return redirect("import", key=key)


@never_cache
@readonly
@requires(Permission.DOSSIER_FILE)
def faults(request: Any, key: int) -> HttpResponse:
    """The lines to correct, with their faults beside them: correct and import again."""
    batch = get_object_or_404(ours(request).select_related("creditor"), pk=key)
    return _file(imported.faults_csv(batch), f"a-corriger-{batch.pk}.csv", TYPES["csv"])


def _file(content: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=f"{media_type}; charset=utf-8" if "csv" in media_type else media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
