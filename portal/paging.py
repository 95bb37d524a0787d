"""Pages of a list by key, not by number: the thousandth costs what the first does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, QueryDict

from dossiers import search

SIZE = 25
SALT = "portal.page"


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page and the addresses of its neighbours, filters kept."""

    rows: list[Any]
    next_url: str
    previous_url: str


def page_of(request: HttpRequest, dossiers: Any, *, words: str = "", phase: str = "") -> Page:
    """The page that the URL names; the first one when its key was tampered with.

    `dossiers` are rows with `pk` and `created_at`, of the phase already; words are looked up by the search.
    """
    after, before = _key(request, "apres"), _key(request, "avant")
    newer = before is not None
    key = before or after
    if words:
        at, pk = key or (None, None)
        keys = search.found(search.Query(words, phase, at, pk, newer), most=SIZE + 1)
        dossiers, key = dossiers.filter(pk__in=keys), None
    rows = _ordered(dossiers, key, newer)
    has_more, rows = len(rows) > SIZE, rows[:SIZE]
    if newer:
        rows.reverse()
    if not rows:
        return Page([], "", "")
    has_next = True if newer else has_more
    has_previous = has_more if newer else after is not None
    return Page(
        rows,
        _url(request, "apres", rows[-1]) if has_next else "",
        _url(request, "avant", rows[0]) if has_previous else "",
    )


def _ordered(dossiers: Any, key: tuple[datetime, int] | None, newer: bool) -> list[Any]:
    ordered = dossiers.order_by("created_at", "pk") if newer else dossiers.order_by("-created_at", "-pk")
    return list((ordered.filter(_beyond(key, newer)) if key else ordered)[: SIZE + 1])


def _beyond(key: tuple[datetime, int], newer: bool) -> Q:
    at, pk = key
    if newer:
        return Q(created_at__gte=at) & (Q(created_at__gt=at) | Q(pk__gt=pk))
    return Q(created_at__lte=at) & (Q(created_at__lt=at) | Q(pk__lt=pk))


def _key(request: HttpRequest, name: str) -> tuple[datetime, int] | None:
    try:
        at, pk = signing.loads(request.GET[name], salt=SALT)
        return datetime.fromisoformat(at), int(pk)
    except (KeyError, signing.BadSignature, ValueError):
        return None


def _url(request: HttpRequest, name: str, row: Any) -> str:
    query = QueryDict(mutable=True)
    query.update({k: str(v) for k, v in request.GET.items() if k not in ("apres", "avant")})
    query[name] = signing.dumps([row.created_at.isoformat(), row.pk], salt=SALT)
    return f"?{query.urlencode()}"
