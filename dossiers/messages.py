"""What the mails of this app say."""

from django.template.loader import render_to_string
from django.urls import reverse

from accounts.messages import site_url
from dossiers.models import ThreadMessage
from notifications.contents import Content, NoLongerWanted, content_of
from notifications.models import Message

PAGES = {"word_to_office": "office-thread", "word_to_creditor": "thread"}


def word(message: Message) -> Content:
    """That a message waits, never what it says; nothing when it was read meanwhile."""
    said = ThreadMessage.objects.select_related("dossier").get(pk=int(message.key.partition(":")[2]))
    if said.read_at:
        raise NoLongerWanted("le message a été lu")
    reference = said.dossier.reference
    url = site_url(message.brand, reverse(PAGES[message.kind], args=[reference]))
    context = {"brand": message.brand, "recipient": message.recipient, "reference": reference, "url": url}
    text = render_to_string("messages/dossiers/word.txt", context)
    return Content(subject=f"Un message vous attend – {reference}", text=text)


for kind in PAGES:
    content_of(kind)(word)
