"""A French postal address: at most six lines of thirty-eight characters (NF Z10-011), never cut in silence."""

import re
import textwrap

from django.utils.translation import gettext as _

WIDTH, LINES, NAME_LINES = 38, 6, 2
NUMBER = re.compile(r"^(\d+(?:[-/]\d+)?)\s*(bis|ter|quater|[a-d](?=[\s,]))?[\s,]+(\D.*)$", re.IGNORECASE)


def check_line(text: str) -> str:
    """One line with single spaces; ValueError with a sentence when an envelope can't hold it."""
    line = " ".join(text.split())
    if len(line) > WIDTH:
        raise ValueError(
            _(
                "Cette ligne a %(length)d caractères et une enveloppe en porte 38 : abrégez-la (« av. », « bd », « rés. »)."
            )
            % {"length": len(line)}
        )
    return line


def check_name(text: str) -> str:
    """A name that fits on the first two lines of an envelope; ValueError with a sentence otherwise."""
    name = " ".join(text.split())
    if len(name) > WIDTH and (len(name_lines(name)) > NAME_LINES or any(len(word) > WIDTH for word in name.split())):
        raise ValueError(_("Ce nom ne tient pas sur deux lignes de 38 caractères d’une enveloppe : abrégez-le."))
    return name


def name_lines(name: str) -> list[str]:
    """The name, on a second line where it is too long for one; a word is never broken."""
    return textwrap.wrap(name, WIDTH, break_long_words=False, break_on_hyphens=False)


def postal_lines(*, name: str, complement: str, street: str, delivery: str, last: str, country: str = "") -> list[str]:
    """What an envelope bears, from the name to the town in capitals; the country alone on the last line."""
    lines = [*name_lines(name), complement, street, delivery, last.upper(), country.upper()]
    return [line for line in lines if line]


def split_street(street: str) -> tuple[str, str]:
    """The number with its « bis », and the way, as banks and courts ask for them apart: (« 12 bis », « rue Neuve »)."""
    found = NUMBER.match(street.strip())
    if found is None:
        return "", street.strip()
    number = " ".join(part for part in (found[1], (found[2] or "").lower()) if part)
    return number, found[3]
