"""How views answer."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE)\b")
READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK TO", "WITH", "DECLARE", "FETCH")


class WriteRefused(RuntimeError):
    """A page that only shows tried to write; the message holds the statement."""


def readonly(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view answering GET and HEAD that cannot write: any other statement raises WriteRefused."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with connection.execute_wrapper(_refuse_writes):
            return view(request, *args, **kwargs)

    return require_safe(guarded)


def _refuse_writes(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    text = str(sql).lstrip(" (\n").upper()
    if not text.startswith(READS) or (text.startswith("WITH") and WRITES.search(text)):
        raise WriteRefused(text[:200])
    return execute(sql, params, many, context)


def safe_next(request: HttpRequest, default: str) -> str:
    """The page asked for by `next`, if it is on this site; else the default."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    secure = request.is_secure()
    if target and url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=secure):
        return target
    return default


def forget(response: HttpResponse) -> HttpResponse:
    """The answer, with the browser told to forget all that it kept of this site."""
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response
