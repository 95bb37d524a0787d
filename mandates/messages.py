"""What the mails and SMS of this app say."""

from django.template.loader import render_to_string

from core import crypto
from mandates.models import Mandate
from notifications.contents import Content, content_of
from notifications.models import Message


@content_of("signature_code")
def signature_code(message: Message) -> Content:
    """The code and nothing else that a lock screen could betray."""
    code = crypto.decrypt(message.payload["code"], place=f"challenge:{message.payload['challenge']}")
    text = f"{message.brand.name} : votre code de signature est {code}. Il est valable 10 minutes."
    return Content(subject=f"{message.brand.name} : votre code de signature", text=text, is_confidential=True)


@content_of("mandate_signed")
def mandate_signed(message: Message) -> Content:
    mandate = Mandate.objects.select_related("signed", "creditor", "brand").get(pk=message.payload["mandate"])
    assert mandate.signed is not None  # the mail is written by the signature itself
    context = {
        "mandate": mandate,
        "brand": mandate.brand,
        "recipient": message.recipient,
        "subject": "Mandat signé",
    }
    return Content(
        subject=f"Votre mandat {mandate.rum} est signé",
        text=render_to_string("messages/mandates/signed.txt", context),
        html=render_to_string("messages/mandates/signed.html", context),
        attachments=((mandate.signed.name, mandate.signed.read(), "application/pdf"),),
    )
