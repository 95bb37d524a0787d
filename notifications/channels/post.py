"""Letters: the local twin prints a PDF that the office posts by hand and whose posting it records."""

from django.conf import settings

from notifications.channels import Rejected
from notifications.contents import Content
from notifications.models import Message


def send(message: Message, content: Content) -> str:
    """The printed file's name, one per message whatever is retried."""
    if not content.pdf:
        raise Rejected("aucune lettre à imprimer")
    settings.LETTER_DIR.mkdir(parents=True, exist_ok=True)
    path = settings.LETTER_DIR / f"{message.pk}.pdf"
    path.write_bytes(content.pdf)
    return path.name
