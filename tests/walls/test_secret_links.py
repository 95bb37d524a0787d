"""Links and codes that open something: unreadable in the database, deaf to robots, worth nothing in other hands."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from accounts import contacts, people, sharing
from accounts.models.contact import ContactKind
from accounts.roles import Role
from accounts.services import activation_token, send_activation
from core import clock
from dossiers.enums import Phase
from notifications.models import Message
from procedures import access
from signatures.codes import Way, send_code
from tests import factories
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import mails, post_out, text_of
from tests.walls.test_tenancy import browser_of, everything

pytestmark = pytest.mark.django_db
LINK = re.compile(r"https?://[^/\s]+(/\S+)")


@pytest.fixture
def links(brand: Any, creditor: Any, office: Any, settings: Any) -> dict[str, str]:
    """Every kind of secret that leaves, as its receiver reads it."""
    now, found = clock.now(), {}
    person = factories.member(creditor)
    person.emailaddress_set.create(email=person.email, primary=True, verified=True)
    _link, found["share"] = sharing.share(creditor, recipient="Cabinet", days=7, dossier_id=None, by=person, now=now)
    people.invite(creditor, email="luc@exemple.fr", role=Role.READER, by=person, now=now)
    _contact, found["receipt"] = contacts.write(
        brand, ContactKind.COMPLAINT, now=now, name="P", email="p@d.fr", text="x"
    )
    AppClient().post("/mot_de_passe_oublie", {"email": person.email})
    send_code(factories.paper(creditor), factories.signer(person), Way("email", person.email), now=now)
    new = factories.user()
    new.emailaddress_set.create(email=new.email, primary=True, verified=False)
    send_activation(new, brand, now=now)
    found["activation"] = activation_token(new).split(":")[0]
    found["debtor"] = access.code(factories.dossier(creditor, phase=Phase.AMIABLE))
    found["session"] = browser_of(person).session.session_key
    return found


def receive(links: dict[str, str], settings: Any) -> dict[str, str]:
    """The same, with what only the mails say."""
    post_out()
    for mail in mails(settings):
        text = text_of(mail)
        if code := re.search(r"\b\d{6}\b", text) if "code" in mail["Subject"] else None:
            links["code"] = code[0]
        if typed := re.search(r"\b[2-9A-Z]{4}(?:-[2-9A-Z]{4}){3}\b", text):
            links["invitation"] = typed[0]
        if path := re.search(r"/mot_de_passe_oublie/([0-9A-Za-z]+-\S+)", text):
            links["recovery"] = path[1]
    return links


@pytest.mark.attack("L02")
def test_whoever_reads_the_whole_database_holds_no_key(links: dict[str, str], settings: Any) -> None:
    """While the mails wait in the outbox, and once they have left."""
    waiting = dump()
    assert Message.objects.filter(outcome="").count() >= 5
    secrets = receive(links, settings)
    assert set(secrets) == {"share", "receipt", "activation", "debtor", "session", "code", "invitation", "recovery"}
    for when, kept in (("waiting", waiting), ("sent", dump())):
        for name, secret in secrets.items():
            for form in {secret, secret.replace("-", "")}:
                assert form not in kept, f"{name} stands in the base, {when}"


def dump() -> str:
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        rows = []
        for name in names:
            cursor.execute(f"SELECT string_agg(t::text, E'\\n') FROM {name} t")
            rows.append(cursor.fetchone()[0] or "")
    return "\n".join(rows)


@pytest.mark.attack("L04")
def test_a_robot_that_looks_at_every_link_twenty_times_changes_nothing(links: dict[str, str], settings: Any) -> None:
    receive(links, settings)
    paths = {path.rstrip(".,)") for mail in mails(settings) for path in LINK.findall(text_of(mail))}
    paths |= {f"/partage/ouvrir/{links['share']}", "/debiteur/"}
    assert len([p for p in paths if len(p) > 20]) >= 5
    before = everything()
    for path in paths:
        robot = AppClient(headers={"user-agent": "Microsoft Office SafeLinks"})
        for _ in range(10):
            assert robot.head(path, follow=True).status_code < 500
            assert robot.get(path, follow=True).status_code < 500
    assert everything() == before
    assert not mails_since(settings), "nothing is written to anybody"


def mails_since(settings: Any) -> list[Message]:
    return list(Message.objects.filter(outcome=""))


@pytest.mark.attack("L08")
def test_the_address_of_the_room_opens_nothing_in_other_hands(creditor: Any, office: Any) -> None:
    """The debtor forwards what stands in his address bar: the second device is asked for the letter's code."""
    debtor = {"company": "", "kind": "natural", "first_name": "Paul", "last_name": "Canari", "street": "7 rue du Canari", "phone": "+33612345678",
              "email": "paul@canari.example"}  # fmt: skip
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE, debtor=debtor)
    first, second = AppClient(), AppClient()
    first.post("/debiteur/", {"reference": dossier.reference, "code": access.code(dossier)})
    for path in ("/debiteur/dossier", "/debiteur/repondre?reponse=contest"):
        assert access.code(dossier) not in path and dossier.reference not in path
        assert first.get(path).status_code == 200
        answer = second.get(path, follow=True)
        assert "Canari" not in words(answer) and dossier.reference not in words(answer)
    room = words(first.get("/debiteur/dossier"))
    for private in ("7 rue du Canari", "612345678", "paul@canari.example", "IBAN"):
        assert private not in room, "even the letter's code shows no personal data"
    said = {"text": "Je conteste", "code": "AAAAA-AAAAA"}
    assert first.post("/debiteur/repondre?reponse=contest", said).status_code == 422, (
        "and an answer asks for the code again"
    )


@pytest.mark.attack("L13")
@pytest.mark.parametrize("cut", [1, 5, 10, 20])
def test_a_link_that_was_cut_short_is_told_like_one_that_never_was(
    cut: int, links: dict[str, str], settings: Any
) -> None:
    receive(links, settings)
    doors = {
        "share": "/partage/ouvrir/{}",
        "receipt": "/suivi/{}",
        "invitation": "/invitation/{}",
        "recovery": "/mot_de_passe_oublie/{}",
    }
    for name, door in doors.items():
        for path in (door.format(links[name][:-cut]), door.format("x" * 30)):
            answers = [AppClient().get(path), AppClient().post(path)]
            assert all(answer.status_code in (200, 302, 404, 405, 410, 422) for answer in answers), path
            assert not any("Cabinet" in words(answer) or "luc@" in words(answer) for answer in answers)


@pytest.mark.attack("L13")
def test_no_secret_in_an_address_is_weaker_than_128_bits(links: dict[str, str], settings: Any) -> None:
    """Base 64 tells six bits a sign; what people type by hand (five bits a sign) is short-lived or throttled."""
    assert len(links["share"]) * 6 >= 128 and len(links["receipt"]) * 6 >= 128
    receive(links, settings)
    assert len(links["invitation"].replace("-", "")) * 5 == 80
    cache.clear()
