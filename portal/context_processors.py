"""What every page shows around its content: brand, menu, account, the demo's banner."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.http import HttpRequest
from django.template import Context, Engine
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from accounts.models import Creditor
from accounts.permissions import allowed, granting
from accounts.roles import Permission, Role
from core import clock
from dossiers import threads
from mandates.services import needs_mandate
from notifications import suspensions
from portal.help import help_url
from portal.views.tabs import ACCOUNT


@dataclass(frozen=True, slots=True)
class Entry:
    url: str
    label: str
    icon: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    display_name: str
    role_label: str
    creditor_name: str
    others: tuple[Creditor, ...] = ()  # for whom else she may act


@dataclass(frozen=True, slots=True)
class Demo:
    now: Any
    accounts: list[dict[str, str]]
    factor_code: str = ""
    can_move: bool = True


CREDITOR_MENU = (
    ("home", gettext_noop("Accueil"), "home", Permission.DOSSIER_READ),
    ("wizard-start", gettext_noop("Créer un dossier"), "plus", Permission.DOSSIER_FILE),
    ("dossiers", gettext_noop("Sélectionner un dossier"), "folder", Permission.DOSSIER_READ),
    ("inbox", gettext_noop("Messagerie"), "message", Permission.DOSSIER_READ),
    ("mandate", gettext_noop("Mandat de prélèvement"), "bank", Permission.MANDATE_SIGN),
    ("people", gettext_noop("Compte et personnes"), "users", Permission.DOSSIER_READ),
)
OFFICE_MENU = (
    ("office-home", gettext_noop("À faire"), "list"),
    ("office-acts", gettext_noop("Actes suivants"), "calendar"),
    ("office-dossiers", gettext_noop("Dossiers"), "folder"),
    ("office-tonight", gettext_noop("Échéancier"), "clock"),
    ("office-inbox", gettext_noop("Messagerie"), "message"),
    ("office-profile", gettext_noop("Étude et personnes"), "building"),
)
PARTNER_MENU = (("partner-home", gettext_noop("Créanciers présentés"), "users"),)
# Pages that stand behind one entry of a menu.
SAME_SECTION = {name: "people" for name, _label, _right in ACCOUNT} | {
    "office-people": "office-profile",
    "office-scripts": "office-profile", "office-review": "office-home",
    "thread": "inbox", "office-thread": "office-inbox",
    "import-give": "dossiers", "import": "dossiers", "import-columns": "dossiers",
}  # fmt: skip
DEMO_ACCOUNTS = (
    ("Créancier", "creancier@demo.fr"),
    ("Créancier, plusieurs filiales", "groupe@demo.fr"),
    ("Étude de Lyon", "etude@demo.fr"),
    ("Distributeur", "distributeur@demo.fr"),
    ("Support", "support@demo.fr"),
)
DEMO_PASSWORD = "demonstration-2026"  # noqa: S105  printed on the demo's own log-in page
DEMO_TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105  the telephone of the demo's office and support: in no other base


def page(request: HttpRequest) -> dict[str, Any]:
    """brand, nav, account, the bell and demo, as the layouts expect them."""
    return {
        "brand": getattr(request, "brand", None),
        "menu": _menu(request),
        "account": _account(request),
        **_bell(request),
        "suspended": suspensions.living,  # asked by the pages that include it, and by no other
        "may_file": allowed(request, Permission.DOSSIER_FILE),
        "help_url": help_url(request.resolver_match.url_name or "") if request.resolver_match else "",
        "seeing": getattr(request, "seeing", None),
        "demo": _demo(request) if settings.DEMO else None,
    }


def _bell(request: Any) -> dict[str, Any]:
    """Where the messages are, and how many wait; for whoever may answer them."""
    if hasattr(request, "office"):
        return {"inbox_url": reverse("office-inbox"), "unread_count": threads.unread_by_office(request.office.pk)}
    if hasattr(request, "creditor") and allowed(request, Permission.DOSSIER_READ):
        waiting = threads.unread_by_creditors(granting(request, Permission.DOSSIER_FILE))
        return {"inbox_url": reverse("inbox"), "unread_count": waiting}
    return {}


def _menu(request: HttpRequest) -> SafeString:
    entries: tuple[tuple[str, str, str], ...] = ()
    if hasattr(request, "office"):
        entries = OFFICE_MENU
    elif hasattr(request, "partner"):
        entries = PARTNER_MENU
    elif hasattr(request, "creditor"):
        hidden = () if needs_mandate(request.brand) else ("mandate",)  # type: ignore[attr-defined]  # XPF is outside SEPA
        entries = tuple(
            (name, label, icon)
            for name, label, icon, right in CREDITOR_MENU
            if name not in hidden and allowed(request, right)
        )
    current = request.resolver_match.url_name if request.resolver_match else ""
    return _drawn(entries, SAME_SECTION.get(current or "", current or ""), get_language() or "fr")


@lru_cache(maxsize=512)
def _drawn(entries: tuple[tuple[str, str, str], ...], current: str, language: str) -> SafeString:
    """The menu as markup: roles, sections and languages make few of them, and every page shows one twice."""
    nav = [Entry(reverse(name), _(label), icon, name == current) for name, label, icon in entries]
    return Engine.get_default().get_template("components/menu.html").render(Context({"nav": nav}))


def _account(request: HttpRequest) -> Account | None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    if office := getattr(request, "office", None):
        return Account(str(user), _("Étude"), office.name)
    if partner := getattr(request, "partner", None):
        return Account(str(user), _("Partenaire"), partner.name)
    if membership := getattr(request, "membership", None):
        others = _others(request) if len(request.memberships) > 1 else ()  # type: ignore[attr-defined]
        return Account(str(user), str(Role(membership.role).label), request.creditor.name, others)  # type: ignore[attr-defined]
    return Account(str(user), _("Support") if user.is_staff else "", "")


def _others(request: Any) -> tuple[Creditor, ...]:
    keys = [membership.creditor_id for membership in request.memberships if membership != request.membership]
    return tuple(Creditor.objects.filter(pk__in=keys).order_by("company", "last_name", "pk"))


def _demo(request: HttpRequest) -> Demo:
    accounts = [{"label": label, "email": email, "password": DEMO_PASSWORD} for label, email in DEMO_ACCOUNTS]
    return Demo(clock.now(), accounts, factor_code=_factor_code() if _asks_for_code(request) else "")


def _asks_for_code(request: HttpRequest) -> bool:
    match = request.resolver_match
    return bool(match and match.url_name in ("mfa_authenticate", "mfa_reauthenticate"))


def _factor_code() -> str:
    """What the telephone of the demo's office and support shows now: they go through the same door as everybody."""
    counter = int(clock.machine_now().timestamp()) // app_settings.TOTP_PERIOD
    return format_hotp_value(hotp_value(DEMO_TOTP, counter))
