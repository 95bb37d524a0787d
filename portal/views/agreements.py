"""What the creditor agrees to: the convention, options one by one, the yearly plan."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import conventions
from accounts.conventions import AgreementRefused
from accounts.models import Convention
from accounts.permissions import allowed, requires
from accounts.roles import Permission
from core import clock
from core.http import readonly
from core.once import once
from mandates import conventions as signing
from mandates import texts
from mandates.services import MandateRefused
from portal.mandate_forms import ChannelForm, CodeForm
from portal.views.acting import for_the_same_creditor
from portal.views.signing import signer_of, too_many, way_of, whose
from portal.views.tabs import account_tabs
from signatures.codes import CodeRefused, send_code
from signatures.models import Challenge
from signatures.throttle import TooMany
from tenants.models import OptionClause, ServiceOption

CHALLENGE = "convention_challenge"


@never_cache
@readonly
@requires(Permission.PROFILE_READ)
def convention(request: Any) -> HttpResponse:
    return _page(request)


def _page(
    request: Any, *, channel_form: ChannelForm | None = None, code_form: CodeForm | None = None, status: int = 200
) -> HttpResponse:
    creditor, today = request.creditor, clock.today(request.brand.zone)
    found = creditor.conventions.select_related("text", "signed", "unsigned")
    running = found.running(today).first()
    waiting = None if running else found.filter(signed_at=None).first()
    sent = (
        waiting
        and Challenge.objects.filter(
            pk=request.session.get(CHALLENGE), used_at=None, document=waiting.unsigned_id
        ).first()
    )
    context = {
        "tabs": account_tabs(request, "convention"),
        "running": running,
        "denounce_by": conventions.denounce_by(running.term_on) if running else None,
        "may_denounce": running and not running.denounced_at and today <= conventions.denounce_by(running.term_on),
        "waiting": waiting,
        "text": conventions.current_text(creditor),
        "may_sign": allowed(request, Permission.CONVENTION_SIGN),
        "plans": creditor.plans.all()[:10],
        "channel_form": channel_form or ChannelForm(**whose(request)),
        "code_form": code_form or CodeForm(initial={"shown": waiting.unsigned.sha256 if waiting else ""}),
        "consent": texts.convention_consent(),
        "sent_to": sent.destination if sent else "",
    }
    return render(request, "portal/agreements/convention.html", context, status=status)


@require_POST
@requires(Permission.CONVENTION_SIGN)
@for_the_same_creditor("convention")
def prepare(request: Any) -> HttpResponse:
    """Make the paper to read: the brand's text in force, with both names on it."""
    if request.creditor.conventions.running(clock.today(request.brand.zone)).exists():
        messages.info(request, _("Votre convention est en cours : il n’y a rien à signer."))
    else:
        signing.draft(request.creditor, now=clock.now())
    return redirect("convention")


@require_POST
@requires(Permission.CONVENTION_SIGN)
@for_the_same_creditor("convention")
def ask_code(request: Any) -> HttpResponse:
    waiting, form = _unsigned(request), ChannelForm(request.POST, **whose(request))
    if not form.is_valid():
        return _page(request, channel_form=form, status=422)
    try:
        challenge = send_code(waiting.unsigned, signer_of(request), way_of(request, form), now=clock.now())
    except TooMany as refusal:
        form.add_error("channel", str(refusal))
        return too_many(_page(request, channel_form=form, status=429), refusal)
    request.session[CHALLENGE] = challenge.pk
    return redirect("convention")


@require_POST
@requires(Permission.CONVENTION_SIGN)
@for_the_same_creditor("convention")
def sign(request: Any) -> HttpResponse:
    form, waiting = CodeForm(request.POST), _unsigned(request)
    if not form.is_valid():
        return _page(request, code_form=form, status=422)
    signed = {"now": clock.now(), "on": clock.today(request.brand.zone)} | form.cleaned_data
    try:
        signing.sign(waiting, signer_of(request), user=request.user, **signed)
    except (CodeRefused, MandateRefused) as refusal:
        form.add_error("code", str(refusal))
        return _page(request, code_form=form, status=422)
    request.session.pop(CHALLENGE, None)
    messages.success(request, _("Votre convention est signée. Elle court un an et n’engage à aucun volume."))
    return redirect("convention")


def _unsigned(request: Any) -> Convention:
    found = request.creditor.conventions.filter(signed_at=None).select_related("text", "unsigned", "creditor").first()
    if found is None:
        raise Http404
    return found


@require_POST
@requires(Permission.CONVENTION_SIGN)
@for_the_same_creditor("convention")
def denounce(request: Any) -> HttpResponse:
    """Let it end at its term; what is under way goes on."""
    today = clock.today(request.brand.zone)
    running = get_object_or_404(request.creditor.conventions.running(today))
    try:
        conventions.denounce(running, by=str(request.user), now=clock.now(), on=today)
    except AgreementRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Votre convention ne sera pas reconduite."))
    return redirect("convention")


@require_POST
@requires(Permission.CONVENTION_SIGN)
@for_the_same_creditor("convention")
@once
def take_plan(request: Any) -> HttpResponse:
    try:
        made = conventions.take_plan(
            request.creditor, by=str(request.user), now=clock.now(), on=clock.today(request.brand.zone)
        )
    except AgreementRefused as refusal:
        messages.error(request, str(refusal))
    else:
        told = _("Abonnement souscrit du %(from)s au %(to)s.")
        messages.success(request, told % {"from": f"{made.starts_on:%d/%m/%Y}", "to": f"{made.term_on:%d/%m/%Y}"})
    return redirect("convention")


# --- options ----------------------------------------------------------------------------------------------------------
@readonly
@requires(Permission.PROFILE_READ)
def options(request: Any) -> HttpResponse:
    """Each option of the brand with its clauses, and which version was accepted by whom."""
    creditor = request.creditor
    living = {s.clause.option: s for s in creditor.subscriptions.filter(ended_at=None).select_related("clause")}
    clauses = conventions.clauses_in_force(creditor, on=clock.today(request.brand.zone))
    rows = [
        {"option": option, "clause": clauses[option], "accepted": living.get(option),
         "is_old": option in living and living[option].clause_id != clauses[option].pk}
        for option in ServiceOption if option in clauses
    ]  # fmt: skip
    context = {
        "tabs": account_tabs(request, "options"),
        "rows": rows,
        "may_sign": allowed(request, Permission.CONVENTION_SIGN),
        "past": creditor.subscriptions.exclude(ended_at=None).select_related("clause")[:50],
    }
    return render(request, "portal/agreements/options.html", context)


@require_http_methods(["POST"])
@requires(Permission.CONVENTION_SIGN)
@for_the_same_creditor("options")
def answer_option(request: Any, clause: int) -> HttpResponse:
    """Accept these very clauses, or stop the option that they are about."""
    found = get_object_or_404(OptionClause, pk=clause, brand=request.brand)
    by, now = str(request.user), clock.now()
    try:
        if request.POST.get("answer") == "stop":
            conventions.stop(request.creditor, found.option, by=by, now=now)
        elif "accept" in request.POST:
            conventions.subscribe(request.creditor, found, by=by, now=now, on=clock.today(request.brand.zone))
        else:
            raise AgreementRefused(_("Cochez « Je comprends et j’accepte » pour souscrire."))
    except AgreementRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("C’est noté."))
    return redirect("options")
