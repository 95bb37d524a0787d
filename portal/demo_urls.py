from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from portal.gallery import gallery
from portal.views import demo


def in_demo(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that does not exist outside the demo."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


urlpatterns = [
    path("horloge", in_demo(demo.move_clock), name="demo-clock"),
    path("galerie", in_demo(gallery), name="demo-gallery"),
    path("carte/<slug:session>", in_demo(demo.card_page), name="demo-card"),
    path("courrier", in_demo(demo.mailbox), name="demo-mailbox"),
    path("courrier/<slug:key>", in_demo(demo.mail), name="demo-mail"),
]
