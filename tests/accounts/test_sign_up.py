"""Sign-up and activation: the manual's own fields and words, and nothing learnt about who is a client."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup
from django.core import signing
from django.utils import timezone

from accounts.legal_forms import USUAL
from accounts.models import Creditor, Membership, User
from accounts.roles import Role
from accounts.services import ACTIVATION_SALT, activation_token
from notifications.models import Message
from tests import factories
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import SIGN_UP, mails, post_out, text_of

PASSWORD = SIGN_UP["password"]
NATURAL = {
    "kind": "natural",
    "birth_on": "1984-05-12",
    "birth_place": "Lyon (69)",
    "nationality": "française",
    "occupation": "menuisière",
}
AFTER_SIGN_UP = (
    "Votre inscription a bien été prise en compte. Un email de confirmation vous a été envoyé. "
    "A très bientôt sur notre plateforme."
)
AFTER_ACTIVATION = (
    "Votre compte a été activé. Vous pouvez désormais vous connecter. A très bientôt sur notre plateforme."
)

pytestmark = pytest.mark.django_db


def page_of(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.content.decode(), "html.parser")


def words(answer: Any) -> str:
    """The text of a page, spaces and apostrophes made alike."""
    return " ".join(page_of(answer).get_text(" ").split()).replace("’", "'")


def sign_up(browser: AppClient, **fields: Any) -> Any:
    return browser.post("/inscription", SIGN_UP | fields)


def errors(answer: Any) -> dict[str, list[str]]:
    return dict(answer.context["form"].errors)


def activation_link(settings: Any) -> str:
    post_out()
    found = re.search(r"https?://\S+(/activation/\S+)", text_of(mails(settings)[-1]))
    assert found
    return found[1]


# --- the page ------------------------------------------------------------------------------------------------
@pytest.mark.req("CRE-14", "CRE-15", "CRE-36")
def test_sign_up_is_reached_from_log_in_and_log_in_from_the_public_site(brand: Any, client: AppClient) -> None:
    assert page_of(client.get("/connexion")).find("a", href="/inscription")
    assert client.get("/inscription").status_code == 200
    entrance = page_of(client.get("/")).find("a", href="/connexion")
    assert entrance and "CONNEXION" in entrance.get_text()


@pytest.mark.req(
    "CRE-16",
    "CRE-17",
    "CRE-18",
    "CRE-19",
    "CRE-20",
    "CRE-21",
    "CRE-22",
    "CRE-23",
    "CRE-24",
    "CRE-25",
    "CRE-26",
    "CRE-27",
)
def test_the_form_asks_what_the_manual_says(brand: Any, client: AppClient) -> None:
    page = page_of(client.get("/inscription"))
    placeholders = {
        "email": "Entrez votre Email", "password": "Entrez votre mot de passe", "confirmation": "Confirmez votre mot de passe",
        "street": "Entrez votre adresse", "complement": "Entrez votre complément d'adresse",
        "postcode": "Entrez votre code postal", "town": "Entrez votre ville",
    }  # fmt: skip
    for name, placeholder in placeholders.items():
        field = page.find("input", attrs={"name": name})
        assert field and field["placeholder"].replace("’", "'") == placeholder
    assert {radio["value"]: radio.has_attr("checked") for radio in page.find_all("input", attrs={"name": "kind"})} == {
        "legal": True, "natural": False,
    }  # fmt: skip
    civility = page.find("select", attrs={"name": "civility"}).find("option", selected=True)
    form = page.find("select", attrs={"name": "legal_form"}).find("option", selected=True)
    assert (civility.get_text(), form.get_text()) == ("Monsieur", "Société Anonyme")
    assert len(page.find("select", attrs={"name": "legal_form"}).find_all("option")) >= len(USUAL) + 100
    text = words(client.get("/inscription"))
    for label in ("Email", "Mot de passe", "Confirmation", "Nom", "Prénom", "Société", "Siret", "Adresse principale",
                  "Complément d'adresse", "Code postal", "Ville", "Personne morale", "Personne physique"):  # fmt: skip
        assert label in text
    assert page.find("button", string=re.compile("S’INSCRIRE")) or "S'INSCRIRE" in text
    for name in ("email", "password", "confirmation", "last_name", "first_name", "street", "postcode", "town"):
        label = page.find("label", attrs={"for": f"id_{name}"})
        assert label and "*" in label.get_text(), f"{name} is compulsory and does not say so"
    assert "*" not in page.find("label", attrs={"for": "id_complement"}).get_text()


@pytest.mark.req("CRE-21", "CRE-22", "CRE-27")
def test_the_companys_fields_carry_their_asterisk_too(brand: Any, client: AppClient) -> None:
    page = page_of(client.get("/inscription"))
    for name in ("company", "siret"):
        assert "*" in page.find("label", attrs={"for": f"id_{name}"}).get_text(), f"{name} is compulsory for a company"


# --- what is refused ------------------------------------------------------------------------------------------
REFUSALS: list[tuple[dict[str, str], str, str]] = [
    ({"email": ""}, "email", "obligatoire"),
    ({"email": "jeanne@"}, "email", "adresse"),
    ({"email": "jeanne@martin.example\r\nBcc: x@y.fr"}, "email", "adresse"),
    ({"confirmation": "autre chose encore"}, "confirmation", "pas identiques"),
    ({"password": "court", "confirmation": "court"}, "password", "12"),
    ({"password": "1q2w3e4r5t6y", "confirmation": "1q2w3e4r5t6y"}, "password", "courant"),
    ({"kind": "autre"}, "kind", "choix"),
    ({"last_name": ""}, "last_name", "obligatoire"),
    ({"last_name": "x" * 81}, "last_name", "80"),
    ({"first_name": ""}, "first_name", "obligatoire"),
    ({"company": ""}, "company", "personne morale"),
    ({"siret": ""}, "siret", "personne morale"),
    ({"siret": "732 829 320 00075"}, "siret", "SIRET"),
    ({"siret": "73282932"}, "siret", "SIRET"),
    ({"legal_form": "0000"}, "legal_form", "choix"),
    ({"street": ""}, "street", "obligatoire"),
    ({"postcode": "6900"}, "postcode", "cinq chiffres"),
    ({"postcode": "６９００２"}, "postcode", "cinq chiffres"),
    ({"postcode": "2A004"}, "postcode", "cinq chiffres"),
    ({"town": ""}, "town", "obligatoire"),
    ({"town": "Ly\x00on"}, "town", "nul"),
]


@pytest.mark.req("CRE-16", "CRE-17", "CRE-18", "CRE-20", "CRE-21", "CRE-22", "CRE-23", "CRE-25")
@pytest.mark.parametrize(("fields", "name", "word"), REFUSALS, ids=lambda value: str(value)[:30])
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_kept(
    fields: dict[str, str], name: str, word: str, brand: Any, client: AppClient
) -> None:
    answer = sign_up(client, **fields)
    assert answer.status_code == 422
    assert word in " ".join(errors(answer)[name])
    assert not User.objects.exists() and not Creditor.objects.exists() and not Message.objects.exists()
    assert PASSWORD not in answer.content.decode(), "a page never gives a password back"


def test_what_was_typed_is_still_there_after_a_refusal(brand: Any, client: AppClient) -> None:
    page = page_of(sign_up(client, siret="1"))
    assert page.find("input", attrs={"name": "town"})["value"] == "Lyon"


# --- what is kept ---------------------------------------------------------------------------------------------
@pytest.mark.req("CRE-16", "CRE-21", "CRE-22", "CRE-28", "CRE-31")
def test_a_company_is_registered_with_all_it_gave(brand: Any, client: AppClient) -> None:
    answer = sign_up(client)
    assert AFTER_SIGN_UP in words(client.get(answer["Location"]))
    creditor, user = Creditor.objects.get(), User.objects.get()
    kept = (creditor.brand, creditor.company, creditor.legal_form, creditor.siret, creditor.postcode, creditor.town)
    assert kept == (brand, "Menuiserie Martin", "5499", "73282932000074", "69002", "Lyon")
    assert (user.email, user.civility, creditor.email) == ("jeanne@martin.example", "Mme", "jeanne@martin.example")
    assert Membership.objects.get().role == Role.OWNER
    assert creditor.is_commercant, "a SARL is commercial by its form (C. com. L210-1)"
    assert not creditor.is_complete


@pytest.mark.req("CRE-19", "CRE-27")
def test_a_natural_person_gives_no_company(brand: Any, client: AppClient) -> None:
    assert sign_up(client, **NATURAL).status_code == 302
    creditor = Creditor.objects.get()
    assert (creditor.company, creditor.legal_form, creditor.name) == ("", "", "Jeanne Martin")
    assert not creditor.is_commercant


def test_a_natural_persons_invisible_number_does_not_stop_her(brand: Any, client: AppClient) -> None:
    assert sign_up(client, **NATURAL | {"company": "", "siret": ""}).status_code == 302


@pytest.mark.attack("A03")
@pytest.mark.parametrize("email", ["jeanne@martin.example", "JEANNE@Martin.example"])
def test_an_address_that_has_an_account_gets_the_same_page_and_another_mail(
    email: str, brand: Any, client: AppClient, settings: Any
) -> None:
    first = sign_up(client)
    post_out()
    user = User.objects.get()
    second = sign_up(
        AppClient(), email=email, password="tout autre phrase", confirmation="tout autre phrase", last_name="Pirate"
    )
    assert (second.status_code, second["Location"]) == (first.status_code, first["Location"])
    post_out()
    assert "déjà un compte" in text_of(mails(settings)[-1]) and "/activation/" not in text_of(mails(settings)[-1])
    assert User.objects.get().password == user.password and Creditor.objects.count() == 1


# --- activation -----------------------------------------------------------------------------------------------
@pytest.mark.req("CRE-30", "CRE-32")
def test_the_activation_mail_says_what_the_manual_says(brand: Any, client: AppClient, settings: Any) -> None:
    sign_up(client)
    post_out()
    [mail] = mails(settings)
    assert "jeanne@martin.example" in mail["To"] and "ne-pas-repondre@credicys.example" in mail["From"]
    text = " ".join(re.sub(r"https?://\S+", "", text_of(mail)).split()).replace("ICI :", "ICI")
    assert text == "Bonjour, Merci d'activer votre compte en suivant le lien : ICI Cordialement, CREDICYS"
    html = BeautifulSoup(mail.get_body(("html",)).get_content(), "html.parser")
    link = html.find("a", string="ICI")
    assert link and link["href"].startswith("http://credicys.localhost")


@pytest.mark.req("CRE-33", "CRE-34")
def test_the_link_activates_once_and_for_ever(brand: Any, client: AppClient, settings: Any) -> None:
    sign_up(client)
    link = activation_link(settings)
    assert client.get(link).status_code == 200 and client.head(link).status_code == 200
    assert not EmailAddress.objects.filter(verified=True).exists(), (
        "a mail scanner that looks at the link activates nothing"
    )
    done = client.post(link)
    assert AFTER_ACTIVATION in words(done)
    button = page_of(done).find("a", href="/connexion")
    assert button and "SE CONNECTER" in page_of(done).get_text()
    for again in (client.get(link), client.post(link)):
        assert again.status_code == 410 and "déjà servi" in words(again)
    assert EmailAddress.objects.get().verified


@pytest.mark.req("CRE-33")
@pytest.mark.parametrize("spoil", [lambda t: t[:-2], lambda t: "x" + t, lambda t: "x", lambda t: t.replace(":", ";"),
                                   lambda t: signing.dumps([1, "jeanne@martin.example"], salt="autre")])  # fmt: skip
def test_a_forged_link_activates_nothing(spoil: Any, brand: Any, client: AppClient) -> None:
    sign_up(client)
    link = f"/activation/{spoil(activation_token(User.objects.get()))}"
    assert client.get(link).status_code == client.post(link).status_code == 410
    assert not EmailAddress.objects.get().verified


@pytest.mark.req("CRE-33")
def test_a_link_dies_after_a_week_and_with_the_address_it_was_sent_to(brand: Any, client: AppClient) -> None:
    sign_up(client)
    user = User.objects.get()
    other = signing.dumps([user.pk, "autre@martin.example"], salt=ACTIVATION_SALT)
    assert client.post(f"/activation/{other}").status_code == 410
    token = activation_token(user)
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23), tick=False):
        assert client.get(f"/activation/{token}").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        assert client.post(f"/activation/{token}").status_code == 410


@pytest.mark.req("CRE-33")
def test_before_activation_nobody_logs_in_and_a_fresh_link_is_sent(
    brand: Any, client: AppClient, settings: Any
) -> None:
    sign_up(client)
    first = activation_link(settings)
    answer = client.post("/connexion", {"login": "jeanne@martin.example", "password": PASSWORD}, follow=True)
    assert "nouveau lien d'activation" in words(answer)
    assert client.get("/espace/").status_code == 302
    post_out()
    assert len(mails(settings)) == 2
    assert client.post(activation_link(settings)).status_code == 200
    assert client.post(first).status_code == 410, "one activation, whichever link"
    client.post("/connexion", {"login": "jeanne@martin.example", "password": PASSWORD})
    assert client.get("/espace/", follow=True).status_code == 200


def test_the_token_leaves_the_outbox_once_it_is_sent(brand: Any, client: AppClient) -> None:
    sign_up(client)
    assert Message.objects.get().payload
    post_out()
    sent = Message.objects.get()
    assert (sent.payload, sent.text) == ({}, "")


@pytest.mark.req("CRE-59")
def test_each_brand_signs_up_its_own_creditors(brand: Any, client: AppClient, settings: Any) -> None:
    other = factories.brand("autre", name="Relance NC")
    assert client.post("/inscription", SIGN_UP, HTTP_HOST="autre.localhost").status_code == 302
    assert Creditor.objects.get().brand == other
    post_out()
    mail = mails(settings)[-1]
    assert "http://autre.localhost" in text_of(mail) and "RELANCE NC" in text_of(mail)


@pytest.mark.attack("A07")
def test_a_forged_host_does_not_reach_the_activation_mail(brand: Any, client: AppClient, settings: Any) -> None:
    client.post("/inscription", SIGN_UP, HTTP_HOST="pirate.localhost", HTTP_X_FORWARDED_HOST="pirate.example")
    post_out()
    assert "pirate" not in mails(settings)[-1].as_string()
