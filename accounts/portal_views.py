"""To a brand's portal and back: the button of the log-in page, and the address that the portal sends to."""

import secrets
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import portals
from core import clock
from core.audit import note
from tenants.middleware import asking_ahead


@asking_ahead(portals.ask)
@never_cache
@require_POST
def start(request: Any, provider_id: str) -> HttpResponse:
    """On to the portal, by a page: browsers hold redirections of a form to the sites that its page names."""
    heard = request.heard
    if heard is None:
        raise Http404
    if heard.failure == portals.Failure.HURRIED:
        return ratelimit.respond_429(request)
    if heard.failure:
        return _back(request, str(portals.refusal(heard.failure, heard.portal)))
    nonce = secrets.token_urlsafe(24)
    onward = heard.provider.redirect(
        request, AuthProcess.LOGIN, next_url=get_next_redirect_url(request), data={"nonce": nonce}, auth_params={"nonce": nonce}
    )  # fmt: skip
    return render(request, "accounts/portal_leaving.html", {"portal": heard.portal, "address": onward["Location"]})


@asking_ahead(portals.ask)
@never_cache
@require_safe
def callback(request: Any, provider_id: str) -> HttpResponse:
    """Back from the portal: the state is used up, whatever comes of it."""
    heard = request.heard
    if heard is None:
        raise Http404
    if heard.failure == portals.Failure.HURRIED:
        return ratelimit.respond_429(request)
    state = statekit.unstash_state(request, provider_id=provider_id, state_id=request.GET.get("state", ""))
    try:
        user = portals.person_of(heard, state)
    except portals.EntryRefused as refusal:
        ip = get_adapter().get_client_ip(request)
        note("portail refusé", f"portal:{heard.portal.pk}", by="portail", now=clock.now(), reason=str(refusal), ip=ip)
        return _back(request, str(refusal))
    return portals.enter(request, user, heard, state or {})


def _back(request: Any, refusal: str) -> HttpResponse:
    messages.error(request, refusal)
    return redirect("account_login")
