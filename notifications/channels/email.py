"""E-mail by SMTP, or to a folder of .eml files when no server is named."""

import smtplib
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from urllib.parse import unquote, urlsplit

from django.conf import settings

from core import clock
from notifications.channels import Rejected, Unavailable
from notifications.contents import Content
from notifications.models import Message


def send(message: Message, content: Content) -> str:
    """The Message-ID, stable over retries so that a mailbox can tell a repeat."""
    mail = compose(message, content)
    if settings.EMAIL_URL:
        _by_smtp(mail)
    else:
        _to_folder(message, mail)
    return str(mail["Message-ID"])


def compose(message: Message, content: Content) -> EmailMessage:
    """The mail as it leaves, multipart when it has HTML or pieces."""
    mail = EmailMessage()
    try:
        mail["Subject"] = content.subject
        mail["From"] = formataddr((message.brand.name, message.brand.sender_email))
        mail["To"] = formataddr((message.recipient.get("name", ""), message.recipient["email"]))
    except (ValueError, KeyError) as error:  # a line break in a name is an attack, not a name
        raise Rejected(f"adresse ou objet inutilisable : {error}") from error
    mail["Message-ID"] = f"<{message.pk}@{message.brand.host}>"
    mail["Date"] = format_datetime(clock.now())
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(content.text)
    if content.html:
        mail.add_alternative(content.html, subtype="html")
    for name, data, media_type in content.attachments:
        main, sub = media_type.split("/")
        mail.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return mail


def _by_smtp(mail: EmailMessage) -> None:
    url = urlsplit(settings.EMAIL_URL)
    kind = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(url.hostname or "", url.port or 25, timeout=10) as server:
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        for_ever = all(code >= 500 for code, _reason in error.recipients.values())
        raise (Rejected if for_ever else Unavailable)(f"adresse refusée : {mail['To']}") from error
    except smtplib.SMTPResponseException as error:
        kind_of_failure = Rejected if error.smtp_code >= 550 else Unavailable
        raise kind_of_failure(str(error)) from error
    except OSError as error:
        raise Unavailable(str(error)) from error


def _to_folder(message: Message, mail: EmailMessage) -> None:
    settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
    (settings.MAIL_DIR / f"{message.pk}.eml").write_bytes(bytes(mail))
