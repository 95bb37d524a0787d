"""E-mail: against a real SMTP server, and to a folder."""

import email
import socket
from collections.abc import Iterator
from email import policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from notifications.channels import Rejected, Unavailable
from notifications.channels import email as channel
from notifications.contents import Content
from notifications.models import Message
from tenants.models import Brand

CONTENT = Content("Objet accentué – 7", text="Bonjour Zoé,\n\nÀ bientôt.\n")


class Mailbox:
    """Takes every mail, or answers what the test says."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.to_recipient, self.to_data = "250 OK", "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.to_data.startswith("250"):
            self.taken.append(envelope)
        return self.to_data


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    made = Mailbox()
    server = Controller(made, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_URL = f"smtp://127.0.0.1:{server.port}"
    yield made
    server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def message(**recipient: str) -> Message:
    brand = Brand(name="Crédicys", host="credicys.example", sender_email="ne-pas-repondre@credicys.example")
    return Message(brand=brand, recipient={"name": "Zoé Durand", "email": "zoe@durand.example"} | recipient)


def test_a_mail_reaches_the_server_with_its_text_and_its_addresses(mailbox: Mailbox) -> None:
    one = message()
    receipt = channel.send(one, CONTENT)
    [envelope] = mailbox.taken
    mail = email.message_from_bytes(envelope.content, policy=policy.default)
    assert envelope.rcpt_tos == ["zoe@durand.example"]
    assert (mail["Subject"], mail["Message-ID"]) == (CONTENT.subject, f"<{one.pk}@credicys.example>")
    assert receipt == mail["Message-ID"]
    assert mail["To"].addresses[0].display_name == "Zoé Durand"
    assert (mail["From"].addresses[0].display_name, mail["Auto-Submitted"]) == ("Crédicys", "auto-generated")
    assert mail.get_content().replace("\r\n", "\n") == CONTENT.text


@pytest.mark.attack("R08")
def test_a_mail_that_is_sent_again_keeps_its_identity(mailbox: Mailbox) -> None:
    one = message()
    assert channel.send(one, CONTENT) == channel.send(one, CONTENT)
    assert channel.send(message(), CONTENT) != channel.send(one, CONTENT)


@pytest.mark.parametrize("answer", ["550 unknown", "553 not allowed", "501 bad address"])
def test_an_address_that_the_server_will_never_take_is_rejected(mailbox: Mailbox, answer: str) -> None:
    mailbox.to_recipient = answer
    with pytest.raises(Rejected):
        channel.send(message(), CONTENT)


@pytest.mark.parametrize("answer", ["450 greylisted", "451 try later", "452 full"])
def test_an_address_that_the_server_does_not_take_now_is_tried_again(mailbox: Mailbox, answer: str) -> None:
    mailbox.to_recipient = answer
    with pytest.raises(Unavailable):
        channel.send(message(), CONTENT)


@pytest.mark.parametrize(("answer", "failure"), [("554 spam", Rejected), ("451 later", Unavailable)])
def test_a_refusal_of_the_text_is_told_from_an_absence(mailbox: Mailbox, answer: str, failure: type[Exception]) -> None:
    mailbox.to_data = answer
    with pytest.raises(failure):
        channel.send(message(), CONTENT)


@pytest.mark.attack("P10")
def test_a_server_that_is_not_there_is_unavailable(settings: Any) -> None:
    settings.EMAIL_URL = f"smtp://127.0.0.1:{free_port()}"
    with pytest.raises(Unavailable):
        channel.send(message(), CONTENT)


@pytest.mark.attack("X11")
@pytest.mark.parametrize(
    "recipient",
    [
        {"name": "Paul\nBcc: victime@exemple.fr"},
        {"name": "Paul\r\nBcc: victime@exemple.fr"},
        {"email": "paul@durand.example\nBcc: victime@exemple.fr"},
        {"email": "paul@durand.example\r\n\r\ntexte"},
    ],
)
def test_a_line_break_in_a_name_or_an_address_adds_no_recipient(mailbox: Mailbox, recipient: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        channel.send(message(**recipient), CONTENT)
    assert not mailbox.taken


@pytest.mark.attack("X11")
def test_a_line_break_in_a_subject_adds_no_header(mailbox: Mailbox) -> None:
    with pytest.raises(Rejected):
        channel.send(message(), Content("Objet\nBcc: victime@exemple.fr", text="…"))
    assert not mailbox.taken


def test_a_recipient_without_an_address_is_rejected() -> None:
    with pytest.raises(Rejected):
        channel.send(Message(brand=Brand(name="C", sender_email="c@c.example"), recipient={"name": "Paul"}), CONTENT)


def test_pieces_and_html_go_with_the_text() -> None:
    content = Content("Objet", text="texte", html="<p>html</p>", attachments=(("l.pdf", b"%PDF-", "application/pdf"),))
    mail = channel.compose(message(), content)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text and html and text.get_content().strip() == "texte" and "<p>html</p>" in html.get_content()
    [piece] = mail.iter_attachments()
    assert (piece.get_filename(), piece.get_content()) == ("l.pdf", b"%PDF-")


def test_without_a_server_the_mail_lies_in_a_folder_once_however_often_it_is_sent(settings: Any) -> None:
    settings.EMAIL_URL = ""
    one = message()
    channel.send(one, CONTENT)
    channel.send(one, CONTENT)
    [file] = settings.MAIL_DIR.iterdir()
    assert file.name == f"{one.pk}.eml"
    assert email.message_from_bytes(file.read_bytes(), policy=policy.default)["To"].addresses[0].addr_spec == (
        "zoe@durand.example"
    )
