"""Telephone numbers of every French territory, understood as the people there write them."""

from collections.abc import Iterable

import phonenumbers
from django.utils.translation import gettext as _

# Each with its own country code: a number without it is tried in the place of its owner first.
FRENCH_REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT", "NC", "PF", "WF", "PM", "BL", "MF")


def check_phone(text: str, *, places: Iterable[str] = ()) -> str:
    """The number in international form; ValueError with a sentence when it rings nowhere.

    `places` are ISO codes tried first: « 41 20 20 » is a number of Nouméa for somebody of New Caledonia only.
    """
    for place in dict.fromkeys((*places, *FRENCH_REGIONS)):
        try:
            number = phonenumbers.parse(text, place)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise ValueError(_("Ce numéro ne sonne nulle part : vérifiez-le, avec son indicatif (+33, +262, +687…)."))


def is_mobile(number: str) -> bool:
    """Whether a number in international form may receive a text message, as far as its digits tell."""
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return False
    return kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
