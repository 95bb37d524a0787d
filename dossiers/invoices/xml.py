"""Reading a tree whatever its name spaces: elements at a path of plain names, words, amounts and days."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.xml import name_of
from dossiers.invoices.content import Unreadable

PLAIN = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?")
MOST = Decimal("9999999999.99")  # what an item can hold


def all_at(element: Any, path: str) -> Iterator[Any]:
    """Every element at a path of plain names, « a/b/c », from the one given."""
    first, _sep, rest = path.partition("/")
    for child in element:
        if name_of(child) == first:
            if rest:
                yield from all_at(child, rest)
            else:
                yield child


def at(element: Any, path: str) -> Any:
    """The first element there, or nothing."""
    return next(all_at(element, path), None)


def text(element: Any, *paths: str) -> str:
    """The first words found at one of the paths, in single spaces; control and direction marks are dropped."""
    for path in paths:
        for found in all_at(element, path):
            if words := clean(found.text or ""):
                return words
    return ""


def clean(words: str) -> str:
    """In single spaces, of signs that print only."""
    return "".join(sign for sign in " ".join(words.split()) if sign.isprintable())


def amount(element: Any, *paths: str) -> Decimal | None:
    """The amount there; Unreadable when it is no plain decimal number."""
    words = text(element, *paths)
    if not words:
        return None
    if not PLAIN.fullmatch(words) or abs(Decimal(words)) > MOST:
        raise Unreadable(_("Cette facture porte un montant illisible : « %(text)s ».") % {"text": words[:40]})
    value = Decimal(words)
    if value != value.quantize(Decimal("0.01")):
        raise Unreadable(
            _("Cette facture porte un montant de plus de deux décimales : « %(text)s ».") % {"text": words[:40]}
        )
    return value.quantize(Decimal("0.01"))


def day(words: str) -> date | None:
    """2026-01-31 or 20260131 (format 102); nothing when empty, Unreadable when it is no day."""
    if not words:
        return None
    try:
        plain = words[:10].replace("-", "")
        return datetime.strptime(plain, "%Y%m%d").date()  # noqa: DTZ007  a day, not an instant
    except ValueError as error:
        raise Unreadable(_("Cette facture porte une date illisible : « %(text)s ».") % {"text": words[:40]}) from error
