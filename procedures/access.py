"""The code printed in the debtor's letters: with the dossier's reference it opens the debtor's room.

It is derived, not stored: nothing in the database opens anything.
"""

import hmac

from core import crypto
from dossiers.models import Dossier
from dossiers.models.dossier import ALPHABET


def code(dossier: Dossier) -> str:
    """Ten characters in two groups, fifty bits, for this dossier only."""
    digest = bytes.fromhex(crypto.fingerprint(f"{dossier.pk}:{dossier.reference}", purpose="debtor-room"))
    drawn = "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:10])
    return f"{drawn[:5]}-{drawn[5:]}"


def opens(dossier: Dossier, typed: str) -> bool:
    """Whether the typed code is this dossier's; spaces, dashes and case don't matter."""
    return hmac.compare_digest(_plain(code(dossier)), _plain(typed))


def _plain(text: str) -> str:
    return "".join(c for c in text.upper() if c in ALPHABET)
