"""Pages of a list by key, not by number: the thousandth costs what the first does."""

from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from dossiers.models import Dossier

SIZE = 25
SALT = "portal.page"


@dataclass(frozen=True, slots=True)
class Page:
    """The dossiers of one page and the addresses of its neighbours, filters kept."""

    dossiers: list[Dossier]
    next_url: str
    previous_url: str


def page_of(request: HttpRequest, dossiers: QuerySet[Dossier]) -> Page:
    """The page that the URL names; the first one when its key was tampered with."""
    after, before = _key(request, "apres"), _key(request, "avant")
    ordered = dossiers.order_by("created_at", "pk") if before else dossiers.newest_first()  # type: ignore[attr-defined]
    if key := after or before:
        ordered = ordered.filter(_beyond(key, newer=bool(before)))
    found = list(ordered[: SIZE + 1])
    has_more = len(found) > SIZE
    found = found[:SIZE]
    if before:
        found.reverse()
    if not found:
        return Page([], "", "")
    has_next = has_more if not before else True
    has_previous = has_more if before else bool(after)
    return Page(
        found,
        _url(request, "apres", found[-1]) if has_next else "",
        _url(request, "avant", found[0]) if has_previous else "",
    )


def _beyond(key: tuple[datetime, int], *, newer: bool) -> Q:
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


def _url(request: HttpRequest, name: str, dossier: Dossier) -> str:
    query = QueryDict(mutable=True)
    query.update({k: v for k, v in request.GET.items() if k not in ("apres", "avant")})
    query[name] = signing.dumps([dossier.created_at.isoformat(), dossier.pk], salt=SALT)
    return f"?{query.urlencode()}"
