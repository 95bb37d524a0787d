"""The creditor's list, deep page and search through the whole middleware under row security, beside a bare page."""

from argparse import Namespace
from collections.abc import Callable

from django.conf import settings
from django.core import signing
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.urls import path

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
PAGE = """<!doctype html><html lang="fr"><head><title>Dossiers</title></head><body><p>{{ user }}</p><table>{% for d in rows %}<tr>
<td><a href="{{ d.url }}">{{ d.ref }}</a></td><td>{{ d.creditor }}</td><td>{{ d.debtor }}</td><td>{{ d.city }}</td><td>{{ d.badge }}</td>
<td>{{ d.stage }}</td><td>{{ d.eur }}</td><td>{{ d.due }}</td><td>{{ d.made }}</td></tr>{% endfor %}</table></body></html>"""
COLUMNS = "id, ref, creditor, debtor, city, status, stage, cents, next_deadline, created_at"


def bare(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM raw.dossier WHERE tenant_id = 1 ORDER BY created_at DESC, id DESC LIMIT 26"
        )
        rows = [cells(row) for row in cursor.fetchall()[:25]]
    return HttpResponse(TEMPLATE.render({"rows": rows, "user": request.user.get_username()}, request))


def cells(row: tuple) -> dict[str, object]:
    pk, ref, creditor, debtor, city, status, stage, cents, due, made = row
    return {
        "ref": ref, "creditor": creditor, "debtor": debtor, "city": city, "stage": stage, "url": f"/d/{pk}",
        "badge": "Clos" if status == 9 else "En cours", "eur": f"{cents / 100:.2f} €", "due": f"{due:%d/%m/%Y}",
        "made": f"{made:%d/%m/%Y}",
    }  # fmt: skip


TEMPLATE = engines["django"].from_string(PAGE)
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
