"""A captcha of our own: no third party sees who comes, nothing to read in a picture, and it works without JavaScript.

A script solves a small puzzle while the form is filled in; without one, a sum in words is asked. Each serves once.
"""

import hashlib
import hmac
import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SALT = "core.captcha"
LIFE_SECONDS = 1800
BITS = 14  # about sixteen thousand hashes: a blink for one person, dear for a thousand sign-ups
PARTS = ("", "_token", "_work")
WORDS = (
    gettext_lazy("un"),
    gettext_lazy("deux"),
    gettext_lazy("trois"),
    gettext_lazy("quatre"),
    gettext_lazy("cinq"),
    gettext_lazy("six"),
    gettext_lazy("sept"),
    gettext_lazy("huit"),
    gettext_lazy("neuf"),
    gettext_lazy("dix"),
)


def new_token() -> str:
    """A puzzle nobody has seen; signed, so that only ours are accepted, for half an hour."""
    return signing.dumps(secrets.token_hex(8), salt=SALT)


def terms_of(token: str) -> tuple[int, int]:
    """The two numbers that this puzzle asks to add, told by its secret and by nothing that the page shows."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"{SALT}:{token}".encode(), hashlib.sha256).digest()
    return digest[0] % len(WORDS) + 1, digest[1] % len(WORDS) + 1


def is_work(token: str, work: str) -> bool:
    """Whether the number found makes the hash of the puzzle begin with enough zeros."""
    if not work.isascii() or not work.isdigit() or len(work) > 12:
        return False
    digest = hashlib.sha256(f"{token}:{work}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - BITS) == 0


def check(token: str, answer: str, work: str) -> None:
    """Nothing when the puzzle is solved for the first time; ValidationError with a sentence otherwise."""
    try:
        signing.loads(token, salt=SALT, max_age=LIFE_SECONDS)
    except signing.BadSignature as error:
        raise ValidationError(_("Cette vérification a expiré : répondez à la nouvelle question.")) from error
    is_right = is_work(token, work) or answer.strip() == str(sum(terms_of(token)))
    if not is_right:
        raise ValidationError(_("Ce n’est pas le bon résultat : répondez en chiffres à la nouvelle question."))
    if not cache.add(f"captcha:{hashlib.sha256(token.encode()).hexdigest()}", True, LIFE_SECONDS):
        raise ValidationError(_("Cette vérification a déjà servi : répondez à la nouvelle question."))


class CaptchaWidget(forms.TextInput):
    """The sum in words, and the puzzle for the script; a new one at each showing."""

    template_name = "django/forms/widgets/captcha.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[str, ...]:
        return tuple(data.get(f"{name}{part}", "") for part in PARTS)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_token" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        token = new_token()
        first, second = terms_of(token)
        context = super().get_context(name, "", attrs)
        question = _("Combien font %(first)s plus %(second)s ?") % {
            "first": WORDS[first - 1],
            "second": WORDS[second - 1],
        }
        return context | {"token": token, "bits": BITS, "question": question}


class CaptchaField(forms.Field):
    widget = CaptchaWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=gettext_lazy("Vérification"), required=False, **kwargs)

    def clean(self, value: Any) -> None:
        answer, token, work = value or ("", "", "")
        check(token, answer, work)
