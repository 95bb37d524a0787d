"""The transaction of a request: opened before anything reads, closed after the page is rendered."""

import time
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import Resolver404, resolve
from django.utils import timezone

from tenants.context import Audience, Context, acting_as
from tenants.models import Brand

WITHOUT_DATABASE = ("/sante", "/static/", "/annuaire/")  # /annuaire/ awaits outside services
ASKING_AHEAD = "/connexion/portail/"  # these views ask an outside service, and then need the database
View = Callable[..., HttpResponse]
UNKNOWN_HOST = "Aucun service ne répond à cette adresse. Vérifiez le lien que vous avez reçu."


def asking_ahead(ask: Callable[..., object]) -> Callable[[View], View]:
    """A view whose outside service is asked before the transaction of the request opens: `request.heard` is its answer.

    `ask` takes the request, as bare as it came, and the view's own arguments; it opens what transactions it needs.
    """

    def mark(view: View) -> View:
        view.ask_ahead = ask  # type: ignore[attr-defined]  # found by the middleware below
        return view

    return mark


# Read by every request and changed a few times a year: each process looks again after a while.
KEPT_SECONDS = 10.0
BRANDS: dict[str, tuple[float, Brand]] = {}


def brand_at(host: str) -> Brand | None:
    """The brand that answers at this host, at most ten seconds old."""
    kept_until, brand = BRANDS.get(host, (0.0, None))
    if time.monotonic() < kept_until:
        return brand
    found = Brand.objects.for_host(host, default=settings.DEFAULT_BRAND)
    if found:
        BRANDS[host] = (time.monotonic() + KEPT_SECONDS, found)
    return found


def _ask_ahead(request: HttpRequest) -> None:
    try:
        found = resolve(request.path)
    except Resolver404:  # told below, as for every address that leads nowhere
        return
    request.heard = found.func.ask_ahead(request, **found.kwargs)  # type: ignore[attr-defined]


class DoorMiddleware:
    """Everything below runs in one transaction as the public audience, of the brand named by the host.

    A rendered answer of 500, or an exception, rolls everything back: Django turns exceptions into answers
    below us, and without that the half-done work would be committed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(WITHOUT_DATABASE):
            return self.get_response(request)
        if request.path.startswith(ASKING_AHEAD):
            _ask_ahead(request)
        with acting_as(Context(Audience.PUBLIC)):
            brand = brand_at(request.get_host())
            if brand is None:
                return HttpResponseNotFound(UNKNOWN_HOST, content_type="text/plain; charset=utf-8")
            request.brand = brand  # type: ignore[attr-defined]  # what this middleware exists for
            with timezone.override(brand.zone):  # hours are told as its people live them
                response = self.get_response(request)
            if response.status_code >= 500 or getattr(request, "has_failed", False):
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Only noted: the page that tells of the failure still reads; all is rolled back once it is made."""
        request.has_failed = True  # type: ignore[attr-defined]
