"""Paying by card on a page of the provider's: a port with two adapters of the same promise.

`CARD_URL` names the service (https://api.stripe.com) or is « local », the twin of demos and tests; empty, nothing can be
paid by card. No number of a card ever reaches this platform.
"""

from django.conf import settings

from payments.cards.port import CardPages
from payments.cards.stripe import StripePages
from payments.cards.twin import TwinPages

TWIN = "local"


def pages() -> CardPages | None:
    """The pages of this installation, if any."""
    if settings.CARD_URL == TWIN:
        return TwinPages(settings.CARD_DIR)
    return StripePages(settings.CARD_URL, settings.CARD_KEY) if settings.CARD_URL else None
