"""Papers of the dossier itself (statements, titles, receipts): written like a letter, kept, sent to nobody."""

from notifications.channels import Rejected
from notifications.contents import Content
from notifications.models import Message


def send(message: Message, content: Content) -> str:
    """Nothing leaves; the relay keeps the paper."""
    if not content.pdf:
        raise Rejected("aucun document à classer")
    return "classé au dossier"
