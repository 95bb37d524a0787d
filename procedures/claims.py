"""The account of a dossier on a day, from its rows: which invoices bear which interest since when."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from accounts.enums import PersonKind
from core.money import Money
from dossiers.enums import ItemKind
from dossiers.models import Dossier, Item
from notifications.models import Message
from procedures.cases import oldest_due
from procedures.decompte import Debt, Decompte, Payment, decompte
from procedures.interest import Rate
from procedures.models import Hold
from procedures.parameters import MissingParameter, value_on
from procedures.routes import Facts, Outlook, outlook

ONE_DAY = timedelta(days=1)


def account_of(dossier: Dossier, *, on: date) -> Decompte:
    """Principal, interest and indemnity of 40 €, by invoice; credit notes lower the oldest invoices from the start.

    Between professionals the rate of C. com. L441-10 runs from the day after the due date, without reminder; else
    the legal rate from the formal notice, the posting of the registered letter (C. civ. 1231-6, 1344-1).
    Disputed items are left out; interest stops at the judgment or the admissibility (C. com. L622-28, C. conso. L722-14).
    Raises MissingParameter where the rate of a half-year is not entered.
    """
    items = items_claimed(dossier)
    stop_on = Hold.objects.interest_stops_on(dossier)
    invoices = [item for item in items if item.kind == ItemKind.INVOICE]
    credited = sum((item.gross for item in items if item.kind == ItemKind.CREDIT_NOTE), Decimal(0))
    notice = notice_day(dossier)
    debts = [_debt(dossier, item, owed, notice) for item, owed in _net(invoices, credited)]
    payments = [
        Payment(item.issued_on, Money(item.gross, item.currency)) for item in items if item.kind == ItemKind.PAYMENT
    ]
    return decompte(debts, payments, on=on, currency=dossier.currency, interest_stops_on=stop_on)


def items_claimed(dossier: Dossier) -> list[Item]:
    """Its items without those that are disputed: they stay in the figures, nothing is asked for them."""
    disputed = set(Hold.objects.disputed_items(dossier).values_list("item_id", flat=True))
    return [item for item in dossier.items.all() if item.pk not in disputed]


def claimed(dossier: Dossier) -> Money:
    """What may be asked for: the balance of the items that are not disputed."""
    total = sum((item.effect.amount for item in items_claimed(dossier)), Decimal(0))
    return Money(max(total, Decimal(0)), dossier.currency)


def notice_day(dossier: Dossier) -> date | None:
    """The day on which the post took the registered letter; None while there is no formal notice."""
    letters = Message.objects.about(dossier.pk).filter(kind="psrpc_letter", posted_on__isnull=False)
    return letters.values_list("posted_on", flat=True).first()


def is_between_professionals(dossier: Dossier) -> bool:
    """Neither side a consumer: late penalties and the indemnity are due (C. com. L441-10, D441-5)."""
    creditor, debtor = dossier.creditor, dossier.debtor
    if debtor is None or debtor.is_consumer:
        return False
    return creditor.kind == PersonKind.LEGAL or creditor.is_commercant


def _net(invoices: Sequence[Item], credited: Decimal) -> list[tuple[Item, Decimal]]:
    """Each invoice with what is left of it once the credit notes are taken off, the oldest first."""
    left = []
    for item in sorted(invoices, key=lambda item: (item.due_on, item.pk)):
        taken = min(credited, item.gross)
        credited -= taken
        if item.gross > taken:
            left.append((item, item.gross - taken))
    return left


def _debt(dossier: Dossier, item: Item, owed: Decimal, notice: date | None) -> Debt:
    principal = Money(owed, item.currency)
    if is_between_professionals(dossier):
        indemnity = Money(value_on("late_indemnity", item.due_on), "EUR") if item.currency == "EUR" else None
        return Debt(str(item), principal, item.due_on, item.due_on + ONE_DAY, Rate("late"), indemnity)
    private = dossier.creditor.kind == PersonKind.NATURAL and not dossier.creditor.is_commercant
    rate = Rate("legal" if private else "legal_person") if notice else None
    return Debt(str(item), principal, item.due_on, notice or item.due_on, rate)


def facts_of(dossier: Dossier) -> Facts | None:
    """What the routes of a dossier depend on; None while it has no debtor or no invoice that is still owed."""
    due_on, debtor = oldest_due([dossier.pk]).get(dossier.pk), dossier.debtor
    if due_on is None or debtor is None:
        return None
    creditor = dossier.creditor
    return Facts(
        amount=dossier.balance(), due_on=due_on, origin=dossier.origin, debtor_is_consumer=debtor.is_consumer,
        debtor_trades=debtor.is_trader, creditor_trades=creditor.is_commercant,
        creditor_is_professional=creditor.kind == PersonKind.LEGAL or creditor.is_commercant,
        territory=debtor.territory, town=debtor.town,
    )  # fmt: skip


def outlook_of(dossier: Dossier, *, on: date) -> Outlook | None:
    """Every route of the dossier on that day, with the dossier's own account."""
    facts = facts_of(dossier)
    if facts is None:
        return None
    try:
        account = account_of(dossier, on=on)
    except MissingParameter:
        account = None
    return outlook(facts, on=on, account=account)
