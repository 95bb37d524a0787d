"""The order of a list, named by its address, and its pages by key in whichever order."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Concat
from django.http import HttpRequest, QueryDict

from dossiers.enums import Phase
from dossiers.models import Dossier
from portal.criteria import DEBTOR_NAME, Norm, owed
from portal.paging import SALT, SIZE, Page

PHASES = Case(
    *(When(phase=phase, then=Value(place)) for place, phase in enumerate(Phase)),
    output_field=IntegerField(),
    default=99,
)
# By the name in the address: what is compared, and how a key of a page is read back.
SORTS: dict[str, tuple[Any, Any]] = {
    "cree": (F("created_at"), datetime.fromisoformat),
    "reference": (F("reference"), str),
    "sinistre": (F("claim_reference"), str),
    "vref": (F("creditor_reference"), str),
    "police": (F("policy_number"), str),
    "debiteur": (Norm(DEBTOR_NAME), str),
    "adresse": (Norm(Concat(F("debtor__postcode"), Value(" "), F("debtor__town"))), str),
    "solde": (owed(), Decimal),
    "phase": (PHASES, int),
}
INDEXED = ("cree", "vref")  # the others are put in order each time: of a bounded number of dossiers


@dataclass(frozen=True, slots=True)
class Order:
    """By one column, rising or falling; the key of the row decides among equals."""

    name: str = "cree"
    falls: bool = True

    @property
    def is_default(self) -> bool:
        return self.name == "cree" and self.falls

    @property
    def is_indexed(self) -> bool:
        return self.name in INDEXED

    def sorted(self, dossiers: QuerySet[Dossier], *, back: bool = False) -> QuerySet[Dossier]:
        sign = "-" if self.falls != back else ""
        return dossiers.annotate(sort_key=SORTS[self.name][0]).order_by(f"{sign}sort_key", f"{sign}pk")

    def beyond(self, value: Any, pk: int, *, back: bool = False) -> Q:
        """What comes after that row, or before it when one goes back."""
        side = "lt" if self.falls != back else "gt"
        further = Q(**{f"sort_key__{side}": value}) | Q(**{f"pk__{side}": pk})
        return Q(**{f"sort_key__{side}e": value}) & further

    def link(self, request: HttpRequest, name: str) -> str:
        """The address of the same list by that column; a second click turns the order round."""
        falls = not self.falls if name == self.name else name in ("cree", "solde")
        return _address(request, tri=("-" if falls else "") + name)


def order_of(request: HttpRequest) -> Order:
    """The order that the address asks for; the newest first when it asks for none that there is."""
    asked = request.GET.get("tri", "")
    name = asked.removeprefix("-")
    return Order(name, asked.startswith("-")) if name in SORTS else Order()


def sorted_page(request: HttpRequest, dossiers: QuerySet[Dossier], order: Order, *cells: str) -> Page:
    """The page that the address names, in that order; the first one when its key was tampered with."""
    after, before = _key(request, order, "apres"), _key(request, order, "avant")
    key, back = before or after, before is not None
    rows = order.sorted(dossiers, back=back)
    if key:
        rows = rows.filter(order.beyond(*key, back=back))
    found = list(rows.values_list(*cells, "sort_key", named=True)[: SIZE + 1])
    has_more, found = len(found) > SIZE, found[:SIZE]
    if back:
        found.reverse()
    if not found:
        return Page([], "", "")
    has_next, has_previous = back or has_more, has_more if back else after is not None
    return Page(
        found,
        _turn(request, order, "apres", found[-1]) if has_next else "",
        _turn(request, order, "avant", found[0]) if has_previous else "",
    )


def _key(request: HttpRequest, order: Order, name: str) -> tuple[Any, int] | None:
    try:
        sort, value, pk = signing.loads(request.GET[name], salt=SALT)
        return (SORTS[order.name][1](value), int(pk)) if sort == order.name else None
    except (KeyError, signing.BadSignature, ValueError, TypeError, ArithmeticError):
        return None


def _turn(request: HttpRequest, order: Order, name: str, row: Any) -> str:
    value = row.sort_key.isoformat() if order.name == "cree" else str(row.sort_key)
    return _address(request, **{name: signing.dumps([order.name, value, row.pk], salt=SALT)})


def _address(request: HttpRequest, **changed: str) -> str:
    query = QueryDict(mutable=True)
    query.update({k: str(v) for k, v in request.GET.items() if v and k not in ("apres", "avant")})
    for name, value in changed.items():
        query[name] = value
    return f"?{query.urlencode()}"
