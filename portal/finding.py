"""One list, as its address asks for it: a box that understands, criteria, an order; and what was done to answer."""

import re
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from dossiers import search
from dossiers.enums import Phase
from dossiers.models import Dossier
from portal.criteria import CriteriaForm, criteria_of, owed
from portal.listing import RESULT_CELLS, listed
from portal.paging import Page, page_of
from portal.sorting import Order, order_of, sorted_page

REFERENCE = re.compile(r"([2-9A-HJ-NP-Z]{4})[- ]?([2-9A-HJ-NP-Z]{4})")
SOLID = re.compile(r"(FR)?[\d ]{9,20}", re.IGNORECASE)
NEAR = 25


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a list asks for, and among which dossiers."""

    dossiers: QuerySet[Dossier]
    zone: ZoneInfo
    words: str
    phase: str
    criteria: CriteriaForm | None
    order: Order

    @property
    def is_too_short(self) -> bool:
        return 0 < len(self.words) < search.SHORTEST

    @property
    def is_wrong(self) -> bool:
        """A criterion cannot be understood: nothing is found rather than everything."""
        return bool(self.criteria and self.criteria.errors)

    @property
    def is_plain(self) -> bool:
        """Words and a phase, newest first: answered from the index, page by page, however many there are."""
        return self.criteria is None and self.order.is_default

    def told(self) -> list[tuple[str, str]]:
        """What was asked, in words, for whoever opens the file later."""
        told = [(_("Recherche"), self.words)] if self.words else []
        if self.phase:
            told.append((_("Phase"), str(Phase(self.phase).label)))
        return told + (list(self.criteria.told()) if self.criteria and not self.is_wrong else [])


@dataclass(frozen=True, slots=True)
class Found:
    """The rows to show, and what must be said of how they were found."""

    page: Page
    near: str = ""
    bounded: bool = False


def asked(request: HttpRequest, dossiers: QuerySet[Dossier], zone: ZoneInfo) -> Asked:
    """Read from the address; numbers lose the spaces that people put into them."""
    words, phase = " ".join(request.GET.get("q", "").split()), request.GET.get("phase", "")
    if SOLID.fullmatch(words):
        words = words.replace(" ", "")
    phase = phase if phase in Phase.values else ""
    dossiers = dossiers.filter(phase=phase) if phase else dossiers
    return Asked(dossiers, zone, words, phase, criteria_of(request.GET), order_of(request))


def exact(dossiers: QuerySet[Dossier], words: str) -> str:
    """The reference of the one dossier that is meant, when the words are a whole reference of ours."""
    match = REFERENCE.fullmatch(words.upper())
    wanted = f"{match[1]}-{match[2]}" if match else ""
    return wanted if wanted and dossiers.filter(reference=wanted).exists() else ""


def found(request: HttpRequest, wanted: Asked) -> Found:
    """The page of the list; when nothing holds the words, what holds each of them, then what resembles them."""
    if wanted.is_wrong:
        return Found(Page([], "", ""))
    words = "" if wanted.is_too_short else wanted.words
    if not wanted.is_plain:
        dossiers, bounded = narrowed(wanted)
        return Found(sorted_page(request, dossiers, wanted.order, *RESULT_CELLS), bounded=bounded)
    page = page_of(request, listed(wanted.dossiers, *RESULT_CELLS), words=words, phase=wanted.phase)
    if page.rows or not words or {"apres", "avant"} & set(request.GET):
        return Found(page)
    return _otherwise(request, wanted)


def _otherwise(request: HttpRequest, wanted: Asked) -> Found:
    scattered = search.holding(wanted.words.split()[: search.WORDS]) if " " in wanted.words else []
    if scattered:
        dossiers = wanted.dossiers.filter(pk__in=scattered)
        page = sorted_page(request, dossiers, wanted.order, *RESULT_CELLS)
        if page.rows:
            return Found(page)
    keys = search.resembling(wanted.words, most=NEAR)
    rows = {row.pk: row for row in listed(wanted.dossiers.filter(pk__in=keys), *RESULT_CELLS)}
    return Found(Page([rows[key] for key in keys if key in rows], "", ""), near=wanted.words)


def narrowed(wanted: Asked) -> tuple[QuerySet[Dossier], bool]:
    """The dossiers of words and criteria together, and whether only the newest of them could be looked at."""
    criteria, dossiers, bounded = wanted.criteria, wanted.dossiers, False
    patterns = list(criteria.patterns()) if criteria else []
    if wanted.words and not wanted.is_too_short:
        patterns += wanted.words.split()[: search.WORDS]
    if patterns:
        keys = search.holding(patterns, most=search.MOST + 1)
        bounded = len(keys) > search.MOST
        dossiers = dossiers.filter(pk__in=keys[: search.MOST])
    if criteria:
        dossiers = criteria.narrow(dossiers, wanted.zone)
    low, high = _amounts(criteria)
    if not bounded and (not wanted.order.is_indexed or low is not None or high is not None):
        dossiers, bounded = _newest(wanted, dossiers)
    if low is not None or high is not None:
        dossiers = dossiers.alias(owed=owed())
        dossiers = dossiers.filter(owed__gte=low) if low is not None else dossiers
        dossiers = dossiers.filter(owed__lte=high) if high is not None else dossiers
    return dossiers, bounded


def _amounts(criteria: CriteriaForm | None) -> tuple[Decimal | None, Decimal | None]:
    given = criteria.given() if criteria else {}
    return given.get("min"), given.get("max")


def _newest(wanted: Asked, dossiers: QuerySet[Dossier]) -> tuple[QuerySet[Dossier], bool]:
    """At most so many that every order and every sum stays quick; the newest ones when there are more."""
    newest = dossiers.order_by("-created_at", "-pk").values("pk")
    if not newest[search.MOST : search.MOST + 1].exists():
        return dossiers, False
    return wanted.dossiers.filter(pk__in=newest[: search.MOST]), True
