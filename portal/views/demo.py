"""The demo's own pages: its clock and its mailbox. They do not exist outside the demo."""

import email
import json
from datetime import datetime
from email import policy
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.http import readonly, safe_next
from core.management.commands.clock import days_ahead
from payments import card_notices
from payments.cards.notices import of_minor
from payments.cards.port import PageRefused, Told
from payments.cards.twin import TwinPages
from procedures.services import advance_overdue
from tenants.context import WORKER, acting_as

CARD_CHOICES = {"pay": Told.PAID, "refuse": Told.FAILED, "leave": Told.EXPIRED}
STEPS = {"1d": "P1D", "15d": "P15D", "1m": "P1M"}


@require_POST
def move_clock(request: Any) -> HttpResponse:
    """Forward by a day, a fortnight or a month; what has lapsed moves before the page is shown again."""
    step = STEPS.get(request.POST.get("advance", ""))
    if step:
        at = clock.advance(days_ahead(step))
        with acting_as(WORKER):
            while advance_overdue(now=clock.now()):
                pass
        messages.success(request, _("La démonstration est maintenant au %(day)s.") % {"day": f"{at:%d/%m/%Y}"})
    return redirect(safe_next(request, "/connexion"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def card_page(request: Any, session: str) -> HttpResponse:
    """The twin of the provider's page: the person decides, and the notice of it comes back signed."""
    twin = TwinPages(settings.CARD_DIR)
    try:
        page = twin.page(session)
    except PageRefused as absence:
        raise Http404 from absence
    if told := CARD_CHOICES.get(request.POST.get("answer", "")):
        if said := twin.decide(session, told, settings.CARD_NOTICE_SECRETS[0]):
            card_notices.take(*said, now=clock.now())
        return redirect(page["back_url"])
    shown = of_minor(page["amount_total"], page["currency"])
    return render(
        request, "portal/demo/card.html", {"page": page, "money": shown, "is_open": page["told"] == Told.OPEN}
    )


@never_cache
@readonly
def mailbox(request: Any) -> HttpResponse:
    """Every mail and SMS that left this demo, newest first."""
    found = [_mail(path) for path in settings.MAIL_DIR.glob("*.eml")] + [
        _sms(path) for path in settings.SMS_DIR.glob("*.json")
    ]
    found.sort(key=lambda item: item["at"], reverse=True)
    return render(request, "portal/demo/mailbox.html", {"mails": found[:100]})


@never_cache
@readonly
def mail(request: Any, key: str) -> HttpResponse:
    path = settings.MAIL_DIR / f"{key}.eml"
    if not path.exists():
        raise Http404
    return render(request, "portal/demo/mail.html", {"mail": _mail(path)})


def _mail(path: Any) -> dict[str, Any]:
    parsed = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    body = parsed.get_body(("plain",))
    return {
        "key": path.stem,
        "at": parsed["Date"].datetime,
        "to": parsed["To"],
        "from": parsed["From"],
        "subject": parsed["Subject"],
        "channel": "mail",
        "text": body.get_content() if body else "",
        "pieces": [part.get_filename() for part in parsed.iter_attachments()],
    }


def _sms(path: Any) -> dict[str, Any]:
    sms = json.loads(path.read_text(encoding="utf-8"))
    return {
        "key": "",
        "at": datetime.fromisoformat(sms["at"]),
        "to": sms["to"],
        "from": sms["from"],
        "subject": sms["text"],
        "channel": "sms",
    }
