"""How much of an unpaid invoice is price and how much is VAT, once part of it was paid (CGI 272-1). Pure.

A part payment pays price and tax in the invoice's own proportion. Each sum is rounded on the running total, so that the
parts of all payments together are exact to the cent whatever their number, and a whole payment gives back the invoice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
MENTION = (
    "Facture demeurée impayée pour la somme de {net} euros (prix net) et pour la somme de {vat} euros (TVA correspondante) "
    "qui ne peut faire l’objet d’une déduction (article 272 du CGI)."
)


class Overpaid(ValueError):
    """More was paid than the invoice asks for."""


@dataclass(frozen=True, slots=True)
class Split:
    """A sum as price and tax."""

    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    @property
    def mention(self) -> str:
        """The words that the duplicate bears."""
        return MENTION.format(net=_fr(self.net), vat=_fr(self.vat))


def split_payments(
    gross: Decimal, net: Decimal, payments: Iterable[Decimal], *, coin: Decimal = CENT
) -> tuple[list[Split], Split]:
    """Each payment as price and tax, and what is left unpaid; Overpaid when they exceed the invoice."""
    parts: list[Split] = []
    paid, paid_net = Decimal(0), Decimal(0)
    for payment in payments:
        paid += payment
        if paid > gross:
            raise Overpaid(f"{paid} > {gross}")
        total_net = (net * paid / gross).quantize(coin, ROUND_HALF_UP)
        parts.append(Split(total_net - paid_net, payment - (total_net - paid_net)))
        paid_net = total_net
    return parts, Split(net - paid_net, gross - paid - (net - paid_net))


def _fr(amount: Decimal) -> str:
    return f"{amount:,f}".replace(",", " ").replace(".", ",")
