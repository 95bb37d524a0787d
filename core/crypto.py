"""Short secrets at rest: AES-256-GCM, bound to the place where they stand, with keys that can be rotated."""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class Unreadable(Exception):
    """The value was changed, stands in another place than it was made for, or its key is gone."""


def encrypt(text: str, *, place: str) -> str:
    """The text, sealed for one place (such as "bank_account:42"): moved elsewhere it can't be read."""
    key_id, key = _keys()[0]
    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), place.encode())
    return f"1|{key_id}|" + base64.b64encode(nonce + sealed).decode()


def decrypt(sealed: str, *, place: str) -> str:
    """What `encrypt` was given; Unreadable otherwise."""
    try:
        _version, key_id, payload = sealed.split("|")
        raw = base64.b64decode(payload)
        return AESGCM(dict(_keys())[key_id]).decrypt(raw[:12], raw[12:], place.encode()).decode()
    except (ValueError, KeyError, InvalidTag) as error:
        raise Unreadable("Cette donnée chiffrée ne peut pas être lue.") from error


def fingerprint(text: str, *, purpose: str) -> str:
    """A keyed hash to find or compare a secret without storing it; one key per purpose."""
    return hmac.new(_derived(f"fingerprint:{purpose}"), text.encode(), hashlib.sha256).hexdigest()


def key_of(sealed: str) -> str:
    """The name of the key that sealed it."""
    return sealed.split("|", 2)[1]


def newest_key() -> str:
    """The name of the key that seals from now on."""
    return _keys()[0][0]


def _keys() -> list[tuple[str, bytes]]:
    pairs = [entry.split(":", 1) for entry in settings.FIELD_KEYS]
    return [(key_id, hashlib.sha256(f"field:{secret}".encode()).digest()) for key_id, secret in pairs]


def _derived(label: str) -> bytes:
    """From a secret that no rotation changes: what was looked up or printed before is found again."""
    root = settings.INDEX_KEY or settings.FIELD_KEYS[-1].split(":", 1)[1]
    return hashlib.sha256(f"{label}:{root}".encode()).digest()
