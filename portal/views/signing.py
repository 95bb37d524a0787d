"""What every page that signs needs: who signs, from where, and how the code reaches her."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import Creditor
from core import clock
from portal.mandate_forms import ChannelForm
from signatures.codes import Signer, Way
from signatures.models import CodeChannel
from signatures.throttle import TooMany


def too_many(response: HttpResponse, refusal: TooMany) -> HttpResponse:
    """The answer, with when to come back."""
    response["Retry-After"] = str(refusal.wait)
    return response


def whose(request: Any, creditor: Creditor | None = None) -> dict[str, Any]:
    """What a form that asks where to send a code must know of the person, and of the creditor she acts for."""
    return {"creditor": creditor or request.creditor, "person": request.user, "now": clock.now()}


def way_of(request: Any, form: ChannelForm) -> Way:
    channel = form.cleaned_data["channel"]
    return Way(channel, form.cleaned_data["phone"] if channel == CodeChannel.SMS else request.user.email)


def signer_of(request: Any, creditor: Creditor | None = None) -> Signer:
    """The person, acting for the creditor on screen unless another is named."""
    user, creditor = request.user, creditor or request.creditor
    identity = _("compte %(email)s, activé par lien ; agit pour %(creditor)s") % {
        "email": user.email, "creditor": creditor.identity,
    }  # fmt: skip
    return Signer(
        person=f"user:{user.pk}",
        name=user.get_full_name(),
        session=session_of(request),
        email=user.email,
        phone=str(creditor.phone or ""),
        identity=identity,
        facts=facts_of(request),
    )


def session_of(request: Any) -> str:
    """The session that a code is bound to."""
    if not request.session.session_key:
        request.session.create()
    return str(request.session.session_key)


def facts_of(request: HttpRequest) -> dict[str, str]:
    return {
        "ip": get_adapter().get_client_ip(request),
        "user_agent": request.headers.get("User-Agent", "")[:300],
        "accept_language": request.headers.get("Accept-Language", "")[:100],
    }
