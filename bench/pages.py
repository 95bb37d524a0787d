"""The creditor's list, deep page and search through the whole middleware under row security, beside a bare page."""

from argparse import Namespace
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.template.backends.django import DjangoTemplates
from django.test import Client, override_settings
from django.urls import path
from django.utils.safestring import mark_safe

from accounts.models import Membership, User
from bench.measure import rounds, table
from portal.paging import SALT

REQUESTS = 60
BARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
NAV = [(f"/{name}/", name.title()) for name in ("dossiers", "clients", "documents", "rapports", "factures", "messages")]
# The same parts as the shared baseline: a base page with menu, account and sign-out, a search form, nine columns, a pager.
PAGE = """{% load i18n %}<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Dossiers</title></head><body><nav><ul>
{% for entry in nav %}<li><a href="{{ entry.0 }}"{% if entry.0 == request.path %} aria-current="page"{% endif %}>{{ entry.1 }}</a>
</li>{% endfor %}</ul></nav><p>{{ request.user.get_username }}</p><form method="post">{% csrf_token %}<button>X</button></form>
<main><h1>Dossiers</h1><form role="search"><input id="q" name="q" value="{{ request.GET.q }}"><select name="s">{% for s in states %}
<option value="{{ s.0 }}">{{ s.1 }}</option>{% endfor %}</select></form><table>{% for d in rows %}<tr>
<td><a href="{{ d.url }}">{{ d.ref }}</a></td><td>{{ d.creditor }}</td><td>{{ d.debtor }}</td><td>{{ d.city }}</td>
<td>{{ d.badge }}</td><td>{{ d.stage }}</td><td>{{ d.eur }}</td><td>{{ d.due }}</td><td>{{ d.made }}</td></tr>{% endfor %}</table>
{% if after %}<a href="?after={{ after|urlencode }}">Suivant</a>{% endif %}</main></body></html>"""
COLUMNS = ("id", "ref", "creditor", "debtor", "city", "status", "stage", "cents", "next_deadline", "created_at")
BADGES = (mark_safe('<span class="badge">En cours</span>'), mark_safe('<span class="badge">Clos</span>'))


class RawDossier(models.Model):
    """The twin table of `bench.data`, without walls."""

    tenant_id = models.BigIntegerField()
    ref = models.TextField()
    creditor = models.TextField()
    debtor = models.TextField()
    city = models.TextField()
    status = models.SmallIntegerField()
    stage = models.SmallIntegerField()
    cents = models.BigIntegerField()
    next_deadline = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        managed = False
        app_label = "core"
        db_table = 'raw"."dossier'


def bare(request: HttpRequest) -> HttpResponse:
    found = RawDossier.objects.filter(tenant_id=1).order_by("-created_at", "-id").values_list(*COLUMNS)
    rows = list(found[:26])
    context = {"rows": [cells(row) for row in rows[:25]], "after": f"{rows[24][9].isoformat()},{rows[24][0]}"}
    context |= {"nav": NAV, "states": [(i, f"Statut {i}") for i in range(10)]}
    return HttpResponse(TEMPLATE.render(context, request))


def cells(row: tuple[Any, ...]) -> dict[str, object]:
    pk, ref, creditor, debtor, city, status, stage, cents, due, made = row
    euros = f"{cents // 100:,}".replace(",", "\u202f") + f",{cents % 100:02d} €"
    return {
        "ref": ref, "creditor": creditor, "debtor": debtor, "city": city, "stage": stage, "url": f"/d/{pk}",
        "badge": BADGES[status == 9], "eur": euros, "due": f"{due:%d/%m/%Y}", "made": f"{made:%d/%m/%Y %H:%M}",
    }  # fmt: skip


TEMPLATE = DjangoTemplates(
    {
        "NAME": "bare",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ]
        },
    }  # fmt: skip
).from_string(PAGE)
urlpatterns = [path("bare", bare)]


def measure(options: Namespace) -> None:
    user = User.objects.create_user("mesure@exemple.fr", "x" * 14, first_name="A", last_name="B")
    Membership.objects.create(user=user, creditor_id=1, brand_id=1)
    browser = Client()
    browser.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    deep = deep_url(browser)
    pages = {
        "list, first page": "/espace/dossiers/",
        "list, row 50,000": deep,
        "search, rare word": "/espace/dossiers/?q=" + rare_word(),
        "search, common word": "/espace/dossiers/?q=dupont",
    }
    variants: dict[str, Callable[[], int]] = {name: getter(browser, url) for name, url in pages.items()}
    variants = {"bare Django page": bare_getter(browser)} | variants
    for run in variants.values():
        run()
    found = rounds(variants, options.rounds + 2)
    table(
        f"Pages of a creditor with {options.dossiers // 10} of {options.dossiers} dossiers",
        found,
        "bare Django page",
        "pages",
    )
    first = found["list, first page"].cpu_each()
    for name in list(pages)[1:]:
        print(f"{name}: {found[name].cpu_each() / first:.2f} × the first page's CPU")
    print()


def getter(browser: Client, url: str) -> Callable[[], int]:
    def run() -> int:
        for _ in range(REQUESTS):
            assert browser.get(url).status_code == 200
        return REQUESTS

    return run


def bare_getter(browser: Client) -> Callable[[], int]:
    def run() -> int:
        with override_settings(ROOT_URLCONF="bench.pages", MIDDLEWARE=BARE):
            bare_browser = Client()
            bare_browser.cookies = browser.cookies
            return getter(bare_browser, "/bare")()

    return run


def deep_url(browser: Client) -> str:
    """The page behind row 50,000, as the pager would write it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT created_at, id FROM dossiers_dossier WHERE creditor_id = 1 ORDER BY created_at DESC, id DESC OFFSET 49999 LIMIT 1"
        )
        at, pk = cursor.fetchone()
    return "/espace/dossiers/?apres=" + signing.dumps([at.isoformat(), pk], salt=SALT)


def rare_word() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT split_part(first_name, ' ', 2) FROM dossiers_debtor WHERE id = 500000")
        return cursor.fetchone()[0]
