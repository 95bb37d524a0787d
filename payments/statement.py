"""What a creditor still owes, fee by fee: the oldest is settled first, by what went to the bank; then what is announced."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from accounts.models import Creditor
from payments.models import KEPT, CardLine, Collection, CollectionState, Fee

GONE = (CollectionState.RELEASED,)  # the bank has it: a card would pay it twice
PLANNED = (CollectionState.ANNOUNCED, CollectionState.BATCHED)


@dataclass(slots=True)
class Due:
    """A fee that is not settled: what is left of it, and what debits are planned for that."""

    fee: Fee
    left: Decimal
    planned: list[tuple[date, Decimal]] = field(default_factory=list)


def dues(creditor: Creditor) -> list[Due]:
    """The fees that may be paid, oldest first. What a released file takes is no longer there."""
    fees = list(creditor.fees.order_by("due_on", "pk"))
    debits = list(creditor.collections.filter(state__in=(*GONE, *PLANNED)).order_by("due_on", "pk"))
    pool = sum((one.amount for one in debits if one.state in GONE), Decimal(0))
    pool -= sum((fee.amount for fee in fees if fee.amount < 0), Decimal(0))  # contrary entries settle the oldest too
    found = _after_cards([fee for fee in fees if fee.amount > 0], creditor)
    for due in found:
        taken = min(due.left, pool)
        due.left, pool = due.left - taken, pool - taken
    left = [due for due in found if due.left]
    _plan(left, [one for one in debits if one.state in PLANNED])
    return left


def _after_cards(fees: list[Fee], creditor: Creditor) -> list[Due]:
    """Each fee less what cards paid of it; of a payment that was refunded in part, its first fees stay paid."""
    paid: dict[int, Decimal] = defaultdict(Decimal)
    kept: dict[int, Decimal] = {}
    lines = CardLine.objects.filter(creditor=creditor, payment__state__in=KEPT).select_related("payment")
    for line in lines.order_by("pk"):
        rest = kept.setdefault(line.payment_id, line.payment.kept)
        part = min(line.amount, rest)
        kept[line.payment_id] = rest - part
        paid[line.fee_id] += part
    return [Due(fee, max(fee.amount - paid[fee.pk], Decimal(0))) for fee in fees]


def _plan(found: list[Due], debits: list[Collection]) -> None:
    rest = [(one.due_on, one.amount) for one in debits]
    for due in found:
        need = due.left
        while need and rest:
            day, amount = rest[0]
            part = min(need, amount)
            due.planned.append((day, part))
            need -= part
            rest[0:1] = [(day, amount - part)] if amount > part else []
