"""What the mails and SMS of this app say."""

import re
import unicodedata

from core import crypto
from notifications.contents import Content, NoLongerWanted, content_of
from notifications.models import Message
from signatures.codes import LIFE
from signatures.models import Challenge

LINK = re.compile(r"\S*(?:://|www\.|\.[a-z]{2,}/)\S*", re.IGNORECASE)


@content_of("signature_code")
def signature_code(message: Message) -> Content:
    """The code and nothing else that a lock screen could betray; none if it has expired or served meanwhile."""
    challenge = Challenge.objects.get(pk=message.payload["challenge"])
    if challenge.used_at or challenge.expires_at < challenge.created_at + LIFE:
        raise NoLongerWanted("ce code a servi ou a été remplacé")
    code = crypto.decrypt(message.payload["code"], place=f"challenge:{challenge.pk}")
    sender = plain(message.brand.name)
    text = f"{sender} : votre code de signature est {code}. Il est valable 10 minutes. Ne le donnez à personne."
    return Content(subject=f"{sender} : votre code de signature", text=text, is_confidential=True)


def plain(name: str) -> str:
    """A name that cannot bend the message around it: one line, no link, forty characters."""
    shown = "".join(character if unicodedata.category(character)[0] in "LNPZ" else " " for character in name)
    return " ".join(LINK.sub(" ", shown).split())[:40]
