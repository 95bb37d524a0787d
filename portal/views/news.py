"""« Nouvelles »: what happened yesterday and today, and the mail that says so each morning."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import DailyNews
from accounts.permissions import granting, requires
from accounts.roles import Permission
from core import clock
from core.http import readonly
from core.readings import show
from portal import daily_news
from portal.views.tabs import account_tabs

MOST = 200


@readonly
@requires(Permission.DOSSIER_READ)
def news(request: Any) -> HttpResponse:
    """Since yesterday's midnight at the brand, newest first."""
    today, keys = clock.today(request.brand.zone), granting(request, Permission.DOSSIER_READ)
    found = list(daily_news.happened(keys, request.brand, today - daily_news.DAY, today).reverse()[:MOST])
    show(request, *(event.dossier_id for event in found))
    context = {
        "tabs": account_tabs(request, "daily-news"),
        "news": daily_news.lines(found),
        "today": today,
        "is_subscribed": DailyNews.objects.filter(user=request.user, brand=request.brand).exists(),
    }
    return render(request, "portal/people/news.html", context)


@require_POST
@requires(Permission.DOSSIER_READ)
def choose_news(request: Any) -> HttpResponse:
    if request.POST.get("answer") == "stop":
        daily_news.unsubscribe(request.user, request.brand)
        messages.success(request, _("Vous ne recevrez plus ce courriel."))
    else:
        daily_news.subscribe(request.user, request.brand, today=clock.today(request.brand.zone))
        messages.success(request, _("Chaque matin, un courriel vous dira ce qui s’est passé la veille."))
    return redirect("daily-news")
