"""What the mails of this app say."""

from django.template.loader import render_to_string

from mandates.models import Mandate
from notifications.contents import Content, content_of
from notifications.models import Message


@content_of("mandate_signed")
def mandate_signed(message: Message) -> Content:
    mandate = _mandate(message)
    assert mandate.signed is not None  # the mail is written by the signature itself
    paper = mandate.signature.paper if mandate.signature else mandate.signed
    pieces = ((paper.name, paper.read(), "application/pdf"),)
    return _mail(message, mandate, "signed", f"Votre mandat {mandate.rum} est signé", pieces)


@content_of("mandate_revoked")
def mandate_revoked(message: Message) -> Content:
    mandate = _mandate(message)
    return _mail(message, mandate, "revoked", f"Votre mandat {mandate.rum} est révoqué")


@content_of("mandate_email_changed")
def mandate_email_changed(message: Message) -> Content:
    return _mail(message, _mandate(message), "email_changed", "Vos prélèvements seront annoncés à une autre adresse")


@content_of("mandate_lapsed")
def mandate_lapsed(message: Message) -> Content:
    mandate = _mandate(message)
    return _mail(message, mandate, "lapsed", f"Votre mandat {mandate.rum} est caduc : signez-en un nouveau")


def _mandate(message: Message) -> Mandate:
    found = Mandate.objects.select_related("signed", "creditor", "brand", "signature__sealed")
    return found.get(pk=message.payload["mandate"])


def _mail(
    message: Message, mandate: Mandate, name: str, subject: str, pieces: tuple[tuple[str, bytes, str], ...] = ()
) -> Content:
    context = {"mandate": mandate, "brand": mandate.brand, "recipient": message.recipient, "subject": subject}
    return Content(
        subject=subject,
        text=render_to_string(f"messages/mandates/{name}.txt", context),
        html=render_to_string(f"messages/mandates/{name}.html", context),
        attachments=pieces,
    )
