"""The right of access: all that is held about a person, nothing about another, and the line that says who made the copy."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.db import connection

from accounts import contacts
from accounts.models import BillingParty, CivilStatus, Contact, SecretQuestion
from accounts.models.contact import ContactKind
from core import clock
from core.models import AuditEntry, Reading
from documents.services import store
from dossiers import journal
from dossiers.enums import Phase
from notifications.models import Channel, Message
from procedures import access
from reports import subject_access
from tests import factories
from tests.accounts.test_profile import as_support
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db
STRANGER = "ETRANGER9"


def canary(word: str) -> str:
    return f"Canari-{word}"


@pytest.fixture
def dossier(creditor: Any, office: Any) -> Any:
    """A dossier with something of its debtor in every table that may hold it."""
    debtor = {
        "kind": "natural", "first_name": canary("prenom"), "last_name": canary("nom"), "street": canary("rue"), "town": canary("ville"),
        "complement": canary("etage"), "email": "canari@courriel.example", "phone": "+33612345678",
    }  # fmt: skip
    made = factories.dossier(creditor, phase=Phase.AMIABLE, debtor=debtor, comments=canary("commentaires"))
    factories.item(made, number=canary("facture"), comment=canary("objet"))
    journal.note(made, "call_noted", by="Claire Clerc", at=clock.now(), text=canary("appel"))
    factories.month(made)
    factories.agreement(made, text=canary("reponse"))
    factories.word(made, text=f"entre nous, {STRANGER}")
    paper = store(b"%PDF-1.4 lettre", name=f"{canary('lettre')}.pdf", media_type="application/pdf", brand=made.brand,
                  creditor_id=made.creditor_id, dossier_id=made.pk, for_debtor=True)  # fmt: skip
    said = {"brand": made.brand, "creditor_id": made.creditor_id, "dossier_id": made.pk, "office": made.office,
            "created_at": clock.now(), "try_at": clock.now(), "outcome": "sent", "settled_at": clock.now()}  # fmt: skip
    Message.objects.create(key="a", kind="amiable_letter", channel=Channel.LETTER, subject=canary("objet-lettre"), document=paper,
                           recipient={"name": made.debtor.name, "lines": [canary("ligne")]}, **said)  # fmt: skip
    Message.objects.create(key="b", kind="dossier_accepted", channel=Channel.EMAIL, subject="Avis", text=f"Cher {STRANGER}",
                           recipient={"name": "Jeanne", "email": creditor.email}, **said)  # fmt: skip
    contacts.write(made.brand, ContactKind.COMPLAINT, now=clock.now(), name="P", email="canari@courriel.example",
                   text=canary("reclamation"), dossier_reference=made.reference)  # fmt: skip
    return made


HELD = [
    "prenom",
    "nom",
    "rue",
    "ville",
    "etage",
    "commentaires",
    "facture",
    "objet",
    "appel",
    "reponse",
    "objet-lettre",
    "ligne",
]


def unzipped(answer: Any) -> zipfile.ZipFile:
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip", words(answer)
    return zipfile.ZipFile(io.BytesIO(answer.content))


def told(copy: zipfile.ZipFile) -> str:
    return copy.read("vos-donnees.json").decode()


@pytest.mark.attack("G08")
def test_the_office_makes_a_copy_with_all_of_the_debtor_and_nothing_of_others(dossier: Any, office: Any) -> None:
    neighbour = {"last_name": STRANGER, "email": "autre@etranger.example"}
    other = factories.dossier(dossier.creditor, phase=Phase.AMIABLE, debtor=neighbour, comments=f"de {STRANGER}")
    factories.item(other, number=STRANGER)
    journal.note(other, "call_noted", by="X", at=clock.now(), text=f"appel de {STRANGER}")
    browser = browser_of(factories.clerk(office))
    copy = unzipped(browser.post(f"/etude/dossiers/{dossier.reference}/copie"))
    text = told(copy)
    missing = [word for word in HELD if canary(word) not in text]
    assert not missing and "canari@courriel.example" in text and "+33612345678" in text
    assert STRANGER not in text and "Claire Clerc" not in text, "third parties stay out"
    [piece] = [name for name in copy.namelist() if name.startswith("pieces/")]
    assert canary("lettre") in piece and copy.read(piece) == b"%PDF-1.4 lettre"
    assert copy.read("vos-donnees.pdf").startswith(b"%PDF-")
    trace = AuditEntry.objects.get(action="droit d’accès : copie")
    assert trace.subject == f"debtor:{dossier.debtor_id}" and trace.actor and trace.reason == dossier.reference


@pytest.mark.attack("G08", "S07")
def test_support_makes_it_for_a_reason_with_complaints_and_readings(dossier: Any, office: Any) -> None:
    browser_of(factories.clerk(office)).get(f"/etude/dossiers/{dossier.reference}/")
    browser, path = as_support(), f"/admin/droit-d-acces/debiteur/{dossier.debtor_id}"
    assert canary("rue") not in browser.get(path).content.decode()
    assert browser.post(path, {"look_reason": ""}).status_code == 422
    text = told(unzipped(browser.post(path, {"look_reason": "Demande R-1, identité vérifiée"})))
    assert not [word for word in [*HELD, "reclamation"] if canary(word) not in text]
    assert (
        "une personne habilitée" in text
        and "Claire Morel" not in json.loads(text)["sections"]["consultations"].__str__()
    )
    assert AuditEntry.objects.filter(action="droit d’accès : copie", reason__contains="R-1").count() == 1
    assert Reading.objects.filter(page=f"POST {path}", dossiers=[dossier.pk]).count() == 1


@pytest.mark.attack("G08")
def test_a_person_with_an_account_gets_hers_without_any_secret(brand: Any) -> None:
    creditor = factories.creditor(brand, kind="natural", company="", legal_form="", first_name="Jeanne", last_name="Canari",
                                  street=canary("chez-moi"), siret="")  # fmt: skip
    person = factories.member(creditor)
    type(person).objects.filter(pk=person.pk).update(first_name="Jeanne", last_name="Canari")
    CivilStatus.objects.create(creditor=creditor, birth_on=clock.now().date(), birth_place=canary("naissance"),
                               nationality="française", occupation=canary("metier"))  # fmt: skip
    BillingParty.objects.create(
        creditor=creditor, name=canary("facture"), street="1", postcode="1", town="x", email="a@b.fr"
    )
    SecretQuestion.objects.create(user=person, question=canary("question"), answer_hash="SECRET-HASH")
    factories.trusted_phone(person)
    factories.second_factor(person)
    browser_of(person).get("/espace/")
    stranger = factories.member(factories.creditor(brand, street=STRANGER))
    answer = as_support().post(f"/admin/droit-d-acces/personne/{person.pk}", {"look_reason": "Demande R-2, vérifiée"})
    text = told(unzipped(answer))
    for found in (canary("chez-moi"), canary("naissance"), canary("metier"), canary("question"), canary("facture"),
                  person.email, "+33612345678", "Responsable", "2606"):  # fmt: skip
        assert found in text, found
    for secret in ("SECRET-HASH", factories.TOTP_SECRET, "pbkdf2", "argon2", person.password, STRANGER, stranger.email):
        assert secret not in text, secret


@pytest.mark.attack("G08")
def test_every_table_that_knows_dossiers_or_people_is_in_the_inventory() -> None:
    knows = ("dossier_id", "debtor_id", "user_id", "recipient", "dossiers", "email", "last_name", "person")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = ANY(%s)",
            [list(knows)],
        )
        tables = {name for (name,) in cursor.fetchall()}
    named = set(subject_access.INVENTORY) | set(subject_access.NOT_HERS)
    assert tables <= named, f"say in INVENTORY or NOT_HERS what these hold: {sorted(tables - named)}"


@pytest.mark.attack("T01")
def test_nobody_else_makes_a_copy(dossier: Any, brand: Any) -> None:
    path = f"/admin/droit-d-acces/debiteur/{dossier.debtor_id}"
    other = browser_of(factories.clerk(factories.office(brand)))
    assert other.post(f"/etude/dossiers/{dossier.reference}/copie").status_code == 404
    for browser in (AppClient(), browser_of(factories.member(dossier.creditor)), other):
        assert browser.post(path, {"look_reason": "pour voir tout"}).status_code == 404
    assert not AuditEntry.objects.filter(action="droit d’accès : copie").exists()


def test_it_is_asked_for_from_the_room_and_from_the_site_and_followed_by_a_receipt(
    dossier: Any, client: AppClient
) -> None:
    client.post("/debiteur/", {"reference": dossier.reference, "code": access.code(dossier)})
    assert "/mes-donnees" in client.get("/debiteur/dossier").content.decode()
    form = {"name": "Paul", "email": "p@d.fr", "text": "Une copie", "dossier_reference": dossier.reference}
    answer = client.post("/mes-donnees", form, follow=True)
    assert "Accès à mes données R-" in words(answer) and "Reçue" in words(answer)
    assert Contact.objects.filter(kind=ContactKind.ACCESS).count() == 1
    assert Message.objects.filter(kind="contact_arrived").count() == 2
