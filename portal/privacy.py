"""What browsers, caches and search engines may keep: of the pages for everybody all, of any other nothing."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers

# The pages that say the same to everybody; whatever is not named here is somebody's, or stands behind a secret.
PUBLIC = (
    "/aide/",
    "/cgu",
    "/charte",
    "/connexion",
    "/inscription",
    "/mes-donnees",
    "/reclamation",
    "/rendez-vous",
    "/robots.txt",
    "/sante",
    "/simulateur",
)
ROBOTS = "noindex, nofollow, noarchive"


class PrivacyMiddleware:
    """Pages of a person, and those that a secret opens, are kept by no cache and found by no search engine."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_vary_headers(response, ["Cookie", "HX-Request"])
        is_public = is_for_everybody(request.path)
        if not is_public:
            response["X-Robots-Tag"] = ROBOTS
        if not is_public or settings.SESSION_COOKIE_NAME in request.COOKIES:  # her name stands in its corner
            patch_cache_control(response, private=True, no_store=True)
        return response


def is_for_everybody(path: str) -> bool:
    return path == "/" or any(path == page or (page[-1] == "/" and path.startswith(page)) for page in PUBLIC)
