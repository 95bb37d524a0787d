"""The creditor's client base: what the feed brought, what to correct in it, and the tokens that it comes by."""

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Creditor
from accounts.permissions import requires
from accounts.roles import Permission
from core import clock
from core.once import once
from documents.sniffing import Refused
from dossiers import clients
from dossiers.models import Client, FeedDelivery, FeedToken, FeedWay
from portal.views.tabs import account_tabs
from tenants.context import Audience, Context, acting_as

FRESH, SHOWN, MOST_BYTES = "fresh_feed_token", 50, 20 * 1024 * 1024


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PEOPLE_MANAGE)
@once
def feed(request: Any) -> HttpResponse:
    """The tokens and the last sendings; a new token is shown once."""
    now, by = clock.now(), request.user.get_full_name() or request.user.email
    if request.method == "POST":
        label = " ".join(request.POST.get("label", "").split()) or _("Logiciel")
        request.session[FRESH] = clients.create_token(request.creditor, label=label, by=by, now=now)[1]
        return redirect("client-feed")
    own = Client.objects.filter(creditor=request.creditor)
    words = request.GET.get("q", "").strip()[:80]
    shown = own.filter(Q(name__icontains=words) | Q(reference__istartswith=words)) if words else own.exclude(doubts={})
    context = {
        "tabs": account_tabs(request, "client-feed"), "fresh": request.session.pop(FRESH, ""), "words": words,
        "tokens": FeedToken.objects.filter(creditor=request.creditor),
        "deliveries": FeedDelivery.objects.filter(creditor=request.creditor)[:10],
        "count": own.count(), "watched": own.filter(watched=True).count(), "shown": shown.order_by("name", "pk")[:SHOWN],
    }  # fmt: skip
    return render(request, "portal/clients/feed.html", context)


@require_POST
@requires(Permission.PEOPLE_MANAGE)
def revoke(request: Any, token: int) -> HttpResponse:
    found = get_object_or_404(FeedToken, creditor=request.creditor, pk=token)
    clients.revoke_token(found, by=request.user.get_full_name() or request.user.email, now=clock.now())
    messages.success(request, _("Le jeton est révoqué : ce qui l’utilise ne peut plus rien envoyer."))
    return redirect("client-feed")


@require_POST
@requires(Permission.PEOPLE_MANAGE)
def watch(request: Any) -> HttpResponse:
    """The whole base, or nobody (REL-25)."""
    on, by = request.POST.get("on") == "1", request.user.get_full_name() or request.user.email
    clients.watch_all(request.creditor, on=on, by=by, now=clock.now())
    messages.success(request, _("Toute la base est surveillée.") if on else _("La base n’est plus surveillée."))
    return redirect("client-feed")


# --- for machines --------------------------------------------------------------------------------------------
@csrf_exempt
@never_cache
@require_POST
def receive(request: Any) -> JsonResponse:
    """`POST /api/clients`, `Authorization: Bearer …`, `Idempotency-Key: …`; CSV or JSON. Answers in JSON."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not ratelimit.consume(request, action="register"):
        return _refusal(429, _("Trop d’envois. Attendez une minute."))
    secret = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    token = clients.holder(secret, brand_id=request.brand.pk, now=clock.now()) if secret else None
    if token is None:
        return _refusal(401, _("Jeton inconnu ou révoqué."))
    if not 1 <= len(key) <= 80:
        return _refusal(400, _("Donnez à chaque envoi une clé « Idempotency-Key » de 80 caractères au plus."))
    content = request.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        return _refusal(413, _("Un envoi pèse 20 Mo au plus. Divisez-le."))
    return _taken(request, token.creditor_id, clients.Sending(content, FeedWay.API, key))


def _taken(request: Any, creditor: int, sending: clients.Sending) -> JsonResponse:
    try:
        with acting_as(Context(Audience.PORTAL, brand=request.brand.pk, creditors=(creditor,))):
            owner = Creditor.objects.select_related("brand").get(pk=creditor)
            made, is_new = clients.receive(owner, sending, now=clock.now())
    except clients.KeyTaken as refusal:
        return _refusal(409, str(refusal))
    except Refused as refusal:
        return _refusal(422, str(refusal))
    told = {name: getattr(made, name) for name in ("received", "created", "changed", "doubtful", "refused")}
    return JsonResponse(told, status=201 if is_new else 200)


def _refusal(status: int, sentence: str) -> JsonResponse:
    answer = JsonResponse({"error": sentence}, status=status, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer
