"""What the mails of this app say."""

from collections.abc import Mapping

from django.template.loader import render_to_string

from documents.pdf import letter
from notifications.contents import Content, NoLongerWanted, content_of
from notifications.models import Message
from payments.models import BankReturn, CardPayment, Collection, CollectionState
from payments.reasons import Next, reason_of


@content_of("collection_announced")
def collection_announced(message: Message) -> Content:
    keys = message.payload["collections"]
    found = Collection.objects.filter(pk__in=keys, state=CollectionState.ANNOUNCED).select_related(
        "mandate__account", "creditor"
    )
    collections = list(found.order_by("due_on"))
    if not collections:
        raise NoLongerWanted("les prélèvements ont été annulés")
    first = collections[0]
    context = {"collections": collections, "mandate": first.mandate, "fees": first.detail, "ics": first.mandate.ics}
    return _mail(message, "announced", f"Prélèvement à venir le {first.due_on:%d/%m/%Y}", context)


@content_of("collection_returned")
def collection_returned(message: Message) -> Content:
    found = BankReturn.objects.select_related("collection__mandate__account", "creditor").get(
        pk=message.payload["bank_return"]
    )
    reason = reason_of(found.code)
    context = {
        "found": found,
        "mandate": found.collection.mandate,
        "meaning": reason.meaning,
        "is_presented_again": reason.then == Next.RETRY and found.collection.attempt == 1,
        "needs_account": reason.then in (Next.NEW_ACCOUNT, Next.END_MANDATE),
    }
    return _mail(message, "returned", "Votre banque a rejeté un prélèvement", context)


RECEIPT = "letters/payments/card_receipt.2026-11-21.html"


def receipt_pdf(payment: CardPayment) -> bytes:
    """The receipt of what a card paid, made of its rows at each asking."""
    lines = [(line.fee, line.amount) for line in payment.lines.select_related("fee").order_by("pk")]
    return letter(RECEIPT, {"payment": payment, "lines": lines, "brand": payment.brand, "creditor": payment.creditor})


@content_of("card_receipt")
def card_receipt(message: Message) -> Content:
    payment = _payment(message)
    cancelled = Collection.objects.filter(pk__in=message.payload["cancelled"]).order_by("due_on")
    context = {"payment": payment, "lines": payment.lines.select_related("fee").order_by("pk"), "cancelled": cancelled}
    name = f"Reçu {payment}.pdf"
    pdf = (name, receipt_pdf(payment), "application/pdf")
    return _mail(message, "card_receipt", f"Reçu de votre paiement par carte {payment}", context, (pdf,))


@content_of("card_refunded")
def card_refunded(message: Message) -> Content:
    return _mail(message, "card_refunded", "Remboursement de votre paiement par carte", {"payment": _payment(message)})


@content_of("card_flagged")
def card_flagged(message: Message) -> Content:
    payment = _payment(message)
    return _mail(message, "card_flagged", f"À vérifier : paiement par carte {payment}", {"payment": payment})


def _payment(message: Message) -> CardPayment:
    return CardPayment.objects.select_related("brand", "creditor").get(pk=message.payload["payment"])


def _mail(
    message: Message, name: str, subject: str, context: Mapping[str, object],
    attachments: tuple[tuple[str, bytes, str], ...] = (),
) -> Content:  # fmt: skip
    shared = {"brand": message.brand, "recipient": message.recipient, "subject": subject}
    return Content(
        subject=subject,
        text=render_to_string(f"messages/payments/{name}.txt", shared | dict(context)),
        html=render_to_string(f"messages/payments/{name}.html", shared | dict(context)),
        attachments=attachments,
    )
