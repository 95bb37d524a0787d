"""Two addresses for one brand (CRE-01): a public site that knows nobody, and the application, which alone has cookies.

A brand without a public host has all at one address.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotFound, HttpResponseRedirect

from accounts.messages import public_site_url, site_url

# What the public site shows by itself; a form, or anything of somebody's, is the application's.
PAGES = ("/", "/cgu", "/charte", "/robots.txt", "/simulateur")
FOLDERS = ("/aide/",)
LANGUAGE = "langue"
ELSEWHERE = "Cette page ne reçoit rien : ouvrez-la à l’adresse sécurisée du service."


class PublicSiteMiddleware:
    """Keeps each address to its pages: whatever is asked at the other one is sent there."""

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        brand, host = getattr(request, "brand", None), request.get_host().split(":")[0].lower()
        if brand is None or not brand.public_host or host not in (brand.host, brand.public_host):
            return self.get_response(request)
        if host == brand.host:
            if request.path == "/" and request.method in ("GET", "HEAD"):
                return HttpResponseRedirect(public_site_url(brand, "/"))
            return self.get_response(request)
        return self._public(request)

    def _public(self, request: Any) -> HttpResponse:
        """Nobody is known here: cookies are neither read nor set."""
        request.is_public_site = True
        if request.path not in PAGES and not request.path.startswith(FOLDERS):
            if request.method in ("GET", "HEAD"):
                return HttpResponseRedirect(site_url(request.brand, request.get_full_path()))
            return HttpResponseNotFound(ELSEWHERE, content_type="text/plain; charset=utf-8")
        request.COOKIES.clear()
        if (language := request.GET.get(LANGUAGE)) in dict(settings.LANGUAGES):
            request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = language
        response = self.get_response(request)
        response.cookies.clear()
        return response
