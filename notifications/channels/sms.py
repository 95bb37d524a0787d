"""SMS: the local twin writes a file; a provider stands here when SMS_URL names one."""

import json

from django.conf import settings

from core import clock
from notifications.channels import Rejected
from notifications.contents import Content
from notifications.models import Message


def send(message: Message, content: Content) -> str:
    """The file's name, one per message whatever is retried."""
    number = message.recipient.get("phone", "")
    if not number:
        raise Rejected("aucun numéro de téléphone")
    settings.SMS_DIR.mkdir(parents=True, exist_ok=True)
    sms = {"to": number, "from": message.brand.name[:11], "text": content.text, "at": clock.now().isoformat()}
    path = settings.SMS_DIR / f"{message.pk}.json"
    path.write_text(json.dumps(sms, ensure_ascii=False), encoding="utf-8")
    return path.name
