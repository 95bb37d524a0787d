"""The pages of a house's account, side by side."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.permissions import allowed
from accounts.roles import Permission

ACCOUNT = (
    ("profile", gettext_noop("Profil"), Permission.PROFILE_READ),
    ("people", gettext_noop("Personnes"), Permission.DOSSIER_READ),
    ("roles", gettext_noop("Rôles et droits"), Permission.DOSSIER_READ),
    ("convention", gettext_noop("Convention"), Permission.PROFILE_READ),
    ("options", gettext_noop("Options"), Permission.PROFILE_READ),
    ("client-feed", gettext_noop("Base clients"), Permission.PEOPLE_MANAGE),
    ("daily-news", gettext_noop("Nouvelles"), Permission.DOSSIER_READ),
    ("shares", gettext_noop("Partages"), Permission.DOSSIER_SHARE),
)


def account_tabs(request: Any, current: str) -> list[dict[str, Any]]:
    """The tabs that the person's role may open."""
    return [
        {"label": _(label), "url": reverse(name), "is_current": name == current}
        for name, label, right in ACCOUNT
        if allowed(request, right)
    ]
