"""What the mails of this app say."""

from django.template.loader import render_to_string

from notifications.contents import Content, NoLongerWanted, content_of
from notifications.models import Message
from payments.models import BankReturn, Collection, CollectionState
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


def _mail(message: Message, name: str, subject: str, context: dict[str, object]) -> Content:
    shared = {"brand": message.brand, "recipient": message.recipient, "subject": subject}
    return Content(
        subject=subject,
        text=render_to_string(f"messages/payments/{name}.txt", shared | context),
        html=render_to_string(f"messages/payments/{name}.html", shared | context),
    )
