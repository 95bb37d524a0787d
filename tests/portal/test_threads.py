"""Messages between creditor and office: told without their text, read once a side, seen by nobody else."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Membership
from accounts.roles import Role
from core import clock
from dossiers import journal, threads
from dossiers.enums import Phase
from dossiers.models import Dossier, ThreadMessage, Voice
from notifications.models import Message
from notifications.relay import dispatch_next
from tests import factories
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(creditor: Any, office: Any) -> Dossier:
    made: Dossier = factories.dossier(creditor, phase=Phase.AMIABLE, office=office)
    return made


def paper(name: str = "accord.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, factories.pdf())


def bell(browser: AppClient, path: str) -> int:
    return int(browser.get(path).context["unread_count"])


@pytest.mark.req("ATR-08", "ATR-64", "ATR-65")
def test_each_side_writes_with_files_and_the_other_reads_by_the_bell(
    dossier: Dossier, as_creditor: Any, as_office: Any
) -> None:
    desk, room = as_creditor(), as_office()
    base = f"dossiers/{dossier.reference}/messages"
    sent = {"text": "Le débiteur a téléphoné.", "files": [paper(), paper("notes.pdf")]}
    assert desk.post(f"/espace/{base}/ecrire", sent)["Location"] == f"/espace/{base}"
    assert (bell(room, "/etude/"), bell(desk, "/espace/")) == (1, 0)
    assert 'href="/etude/messagerie/"' in room.get("/etude/").content.decode()

    page = room.get(f"/etude/{base}")
    assert "Le débiteur a téléphoné." in words(page) and "notes.pdf" in words(page)
    file = ThreadMessage.objects.get().files.first()
    assert file and room.get(f"/etude/documents/{file.document_id}").status_code == 200
    until = page.context["until"]
    room.post(f"/etude/{base}/ecrire", {"text": "Bien noté.", "files": [paper("releve.pdf")], "until": until})
    assert (bell(room, "/etude/"), bell(desk, "/espace/")) == (0, 1)
    desk.post(f"/espace/{base}/lu", {"until": ThreadMessage.objects.latest("pk").pk})
    assert bell(desk, "/espace/") == 0
    assert "Lu" in words(room.get(f"/etude/{base}"))


def test_looking_at_a_thread_marks_nothing_and_what_came_since_stays_unread(dossier: Dossier, as_creditor: Any) -> None:
    first, base = factories.word(dossier), f"/espace/dossiers/{dossier.reference}/messages"
    desk = as_creditor()
    assert desk.get(base).context["until"] == first.pk
    factories.word(dossier, text="Encore un mot.")
    desk.post(f"{base}/lu", {"until": first.pk})
    assert bell(desk, base) == 1
    for forged in ("", "x", "²", "9" * 40, "-1"):
        assert desk.post(f"{base}/lu", {"until": forged}).status_code == 302
    assert bell(desk, base) == 1


def test_a_mail_tells_that_a_message_waits_without_its_text_and_once_until_it_is_read(
    dossier: Dossier, tmp_path: Any
) -> None:
    for text in ("Secret un.", "Secret deux."):
        threads.write(dossier, text=text, files=[], voice=Voice.CREDITOR, by="Jeanne", now=clock.now())
    assert Message.objects.filter(kind="word_to_office").count() == 1
    mail = factories.sent_mail(tmp_path)
    assert dossier.reference in mail and f"/etude/dossiers/{dossier.reference}/messages" in mail
    assert "Secret" not in mail
    last = ThreadMessage.objects.latest("pk")
    threads.read(dossier, voice=Voice.OFFICE, until=last.pk, by="Claire", now=clock.now())
    threads.write(dossier, text="Secret trois.", files=[], voice=Voice.CREDITOR, by="Jeanne", now=clock.now())
    assert Message.objects.filter(kind="word_to_office").count() == 2


def test_no_mail_leaves_for_a_message_that_was_read_meanwhile(dossier: Dossier, tmp_path: Any) -> None:
    said = threads.write(dossier, text="Bonjour.", files=[], voice=Voice.OFFICE, by="Claire", now=clock.now())
    threads.read(dossier, voice=Voice.CREDITOR, until=said.pk, by="Jeanne", now=clock.now())
    while dispatch_next(now=clock.now()):
        pass
    assert Message.objects.get(kind="word_to_creditor").outcome == "cancelled"


@pytest.mark.req("ATR-64")
def test_the_office_names_who_follows_the_dossier_and_the_mail_goes_to_her(
    dossier: Dossier, as_creditor: Any, as_office: Any, office: Any
) -> None:
    room, clerk = as_office(), factories.clerk(office)
    room.post(f"/etude/dossiers/{dossier.reference}/gestionnaire", {"manager": clerk.pk})
    desk = as_creditor()
    assert "Votre interlocuteur : Claire Morel" in words(desk.get(f"/espace/dossiers/{dossier.reference}/"))
    desk.post(f"/espace/dossiers/{dossier.reference}/messages/ecrire", {"text": "Bonjour."})
    assert Message.objects.get(kind="word_to_office").recipient["email"] == clerk.email
    stranger = factories.clerk(factories.office(office.brand, name="Autre", court_of_appeal="Paris"))
    room.post(f"/etude/dossiers/{dossier.reference}/gestionnaire", {"manager": stranger.pk})
    dossier.refresh_from_db()
    assert dossier.manager == clerk


def test_a_file_that_is_not_what_it_says_keeps_the_text_and_sends_nothing(dossier: Dossier, as_creditor: Any) -> None:
    bad = SimpleUploadedFile("facture.pdf", b"MZ program")
    answer = as_creditor().post(
        f"/espace/dossiers/{dossier.reference}/messages/ecrire", {"text": "Voici la facture.", "files": [paper(), bad]}
    )
    assert answer.status_code == 422 and "Voici la facture." in answer.content.decode()
    assert "facture.pdf" in words(answer)
    assert not ThreadMessage.objects.exists() and not Message.objects.filter(kind="word_to_office").exists()


def test_more_files_than_a_message_takes_are_refused_with_a_sentence(dossier: Dossier, as_creditor: Any) -> None:
    files = [paper(f"{n}.pdf") for n in range(11)]
    path = f"/espace/dossiers/{dossier.reference}/messages/ecrire"
    assert "Dix fichiers au plus" in words(as_creditor().post(path, {"text": "Voici.", "files": files}))


@pytest.mark.req("ATR-09")
def test_the_inbox_shows_the_whole_portfolio_unread_first(creditor: Any, office: Any, as_creditor: Any) -> None:
    one, two = (factories.dossier(creditor, phase=Phase.AMIABLE, office=office) for _ in range(2))
    old = factories.word(one, text="Déjà lu.", read_at=factories.LONG_AGO, read_by="Jeanne")
    new = factories.word(two, text="Pas encore lu.")
    desk = as_creditor()
    page = desk.get("/espace/messagerie/")
    assert [row.pk for row in page.context["unread"]] == [new.pk]
    assert [row.pk for row in page.context["page"].rows] == [old.pk]
    assert "Déjà lu." not in words(desk.get("/espace/messagerie/?q=encore"))
    assert "lu." not in words(desk.get("/espace/messagerie/?de=creditor"))
    assert desk.get("/espace/messagerie/?q=%00").status_code == 200


@pytest.mark.req("ATR-09")
@pytest.mark.parametrize("door", ["espace", "etude"])
def test_the_inbox_costs_the_same_for_one_message_as_for_many(
    door: str, creditor: Any, office: Any, as_creditor: Any, as_office: Any
) -> None:
    browser = as_creditor() if door == "espace" else as_office()

    def cost() -> int:
        browser.get(f"/{door}/messagerie/")  # what is read once a process
        with factories.counted() as found:
            browser.get(f"/{door}/messagerie/")
        return len(found)

    def fill() -> None:
        made = factories.dossier(creditor, phase=Phase.AMIABLE, office=office)
        for voice in Voice.values:
            factories.word(made, voice)
        factories.word_with_file(made)

    fill()
    few = cost()
    for _ in range(6):
        fill()
    assert cost() == few


def test_the_export_keeps_the_filters_and_no_cell_is_a_formula(dossier: Dossier, as_creditor: Any) -> None:
    factories.word(dossier, text="=HYPERLINK(1)")
    factories.word(dossier, text="autre chose")
    text = as_creditor().get("/espace/messagerie/export?q=HYPER").content.decode()
    assert "'=HYPERLINK(1)" in text and "autre chose" not in text


def test_a_reader_reads_but_neither_writes_nor_marks(dossier: Dossier, creditor: Any, as_creditor: Any) -> None:
    factories.word(dossier, text="À lire.")
    desk = as_creditor()
    Membership.objects.update(role=Role.READER)
    base = f"/espace/dossiers/{dossier.reference}/messages"
    page = desk.get(base)
    assert "À lire." in words(page) and page.context["form"] is None and page.context["until"] is None
    assert desk.post(f"{base}/ecrire", {"text": "x"}).status_code == 403
    assert desk.post(f"{base}/lu", {"until": 99}).status_code == 403
    assert bell(desk, base) == 0


def test_neither_the_debtor_nor_a_guest_reads_the_thread(dossier: Dossier, creditor: Any) -> None:
    factories.word(dossier, text="Entre nous.")
    factories.share_link(creditor, "lien")
    guest = AppClient()
    guest.post("/partage/ouvrir/lien")
    page = guest.get(f"/partage/dossiers/{dossier.reference}/")
    assert page.status_code == 200 and "Entre nous." not in page.content.decode()


@pytest.mark.req("REL-64")
def test_one_timeline_holds_every_channel(dossier: Dossier, as_creditor: Any, as_office: Any, now: Any) -> None:
    factories.word_with_file(dossier, text="Nous relançons lundi.")
    for kind, channel in (("amiable_letter", "letter"), ("psrpc_letter", "registered"), ("psrpc_email", "email")):
        detail = {"letter": kind, "channel": channel, "detail": "", "message": ""}
        journal.note(dossier, "message_sent", by="envois", at=now, **detail)
    room, path = as_office(), f"/etude/dossiers/{dossier.reference}"
    room.post(f"{path}/appel", {"appel-text": "Le débiteur paie vendredi."})
    for page in (as_creditor().get(f"/espace/dossiers/{dossier.reference}/"), room.get(f"{path}/")):
        told = words(page)
        assert f"{dossier.reference}/messages" in page.content.decode()
        for line in (
            "Lettre amiable", "(recommandé)", "(courriel)", "Appel téléphonique", "Le débiteur paie vendredi.",
            "Message de l'étude", "Nous relançons lundi.", "piece.pdf",
        ):  # fmt: skip
            assert line in told


def test_nobody_writes_about_a_draft(creditor: Any, office: Any, as_creditor: Any) -> None:
    draft = factories.dossier(creditor)
    assert as_creditor().post(f"/espace/dossiers/{draft.reference}/messages/ecrire", {"text": "x"}).status_code == 404
    with pytest.raises(threads.NobodyThere):
        threads.write(draft, text="x", files=[], voice=Voice.CREDITOR, by="Jeanne", now=clock.now())
