"""A form that creates something is sent once, however often its button is pressed."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from core.models import Submission

FIELD = "once"


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose POST with a `once` token acts the first time, and answers the same redirect afterwards.

    The second click waits for the first to commit; a form that came back with errors may be sent again.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        token = _token(request)
        if token is None:
            return view(request, *args, **kwargs)
        if not _first(token):
            earlier = Submission.objects.filter(token=token).first()
            return HttpResponseRedirect(earlier.answer if earlier and earlier.answer else request.path)
        response = view(request, *args, **kwargs)
        if response.status_code == 302:
            Submission.objects.filter(token=token).update(answer=response["Location"][:300])
        else:
            Submission.objects.filter(token=token).delete()
        return response

    return guarded


def _token(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST[FIELD]) if request.method == "POST" else None
    except (KeyError, ValueError):
        return None


def _first(token: uuid.UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_submission (token, answer, at) VALUES (%s, '', now()) ON CONFLICT (token) DO NOTHING",
            [token],
        )
        return cursor.rowcount == 1
