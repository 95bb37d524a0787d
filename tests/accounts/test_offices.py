"""An office's own page and people."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import Invitation, OfficeMembership, OfficeProfile
from core.models import AuditEntry
from notifications.models import Message
from tenants.models import Office
from tests import factories
from tests.accounts.test_people import browser_of
from tests.conftest import AppClient

pytestmark = pytest.mark.django_db
PAGE = "/etude/compte/"
FORM = {"insurer": "MMA", "insurance_number": "RC-1", "insured_until_on": "2027-12-31", "third_party_bank": "CDC",
        "third_party_bic": "CDCGFRPPXXX", "letterhead": "SELARL Morel", "iban": factories.IBAN}  # fmt: skip


def png() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(out, "PNG")
    return SimpleUploadedFile("signature.png", out.getvalue(), "image/png")


def test_the_office_keeps_its_page_and_its_account_is_never_shown_again(office: Any, as_office: Any) -> None:
    browser = as_office()
    assert browser.post(PAGE, FORM | {"signature_image": png()}).status_code == 302
    kept = OfficeProfile.objects.get()
    assert (kept.insurer, kept.third_party_iban(), kept.letterhead) == ("MMA", factories.IBAN, "SELARL Morel")
    page = browser.get(PAGE).content.decode()
    assert factories.IBAN not in page and kept.third_party_last4 in page
    assert browser.get(f"/etude/documents/{kept.signature_id}").status_code == 200
    assert Message.objects.get(kind="third_party_changed").recipient["email"] == office.email
    browser.post(PAGE, FORM | {"iban": "", "insurer": "Allianz"})
    kept.refresh_from_db()
    assert (kept.insurer, kept.third_party_iban()) == ("Allianz", factories.IBAN)
    assert Message.objects.filter(kind="third_party_changed").count() == 1


def test_a_signature_is_an_image(office: Any, as_office: Any) -> None:
    file = SimpleUploadedFile("signature.pdf", factories.pdf(), "application/pdf")
    answer = as_office().post(PAGE, FORM | {"signature_image": file})
    assert answer.status_code == 422 and "PNG ou JPEG" in answer.content.decode()
    assert not OfficeProfile.objects.exists()


@pytest.mark.attack("T06", "T18")
def test_an_office_writes_of_itself_only(office: Any, as_office: Any) -> None:
    other = factories.office(office.brand, name="Étude Lagarde")
    as_office().post(PAGE, FORM | {"office": other.pk, "brand": 9, "court_of_appeal": "Paris", "id": 1})
    assert OfficeProfile.objects.get().office == office
    assert Office.objects.get(pk=office.pk).court_of_appeal == "Lyon"


def test_an_unavailable_office_gets_no_new_dossier(office: Any, as_office: Any) -> None:
    as_office().post(f"{PAGE}disponibilite", {"available": "no"})
    assert not Office.objects.competent_for("Lyon", brand=office.brand).exists()
    as_office().post(f"{PAGE}disponibilite", {"available": "yes"})
    assert Office.objects.competent_for("Lyon", brand=office.brand).get() == office


def test_a_colleague_is_invited_joins_and_is_removed(office: Any) -> None:
    claire = factories.clerk(office)
    browser = browser_of(claire)
    browser.post(f"{PAGE}personnes/inviter", {"email": "luc@etude.example"})
    invitation = Invitation.objects.get()
    assert (invitation.office, invitation.role, invitation.creditor) == (office, "", None)
    Invitation.objects.update(code_hash=factories.people.fingerprint("AAAA-BBBB-CCCC-DDDD"))
    form = {"civility": "M", "last_name": "Bon", "first_name": "Luc", "password": "un mot de passe long",
            "confirmation": "un mot de passe long"}  # fmt: skip
    assert AppClient().post("/invitation/AAAA-BBBB-CCCC-DDDD", form)["Location"] == "/connexion"
    member = OfficeMembership.objects.get(user__email="luc@etude.example")
    assert member.office == office
    factories.second_factor(member.user)
    luc = browser_of(member.user)
    assert luc.get("/etude/").status_code == 200
    browser.post(f"{PAGE}personnes/{member.pk}/retirer")
    assert luc.get("/etude/")["Location"].startswith("/connexion"), "the session itself is over"
    assert browser_of(member.user).get("/etude/").status_code == 404
    assert AuditEntry.objects.filter(action="accès retiré").exists()


def test_nobody_shuts_herself_out_of_an_office(office: Any) -> None:
    claire = factories.clerk(office)
    browser_of(claire).post(f"{PAGE}personnes/{claire.office_membership.pk}/retirer")
    assert OfficeMembership.objects.filter(user=claire).exists()
