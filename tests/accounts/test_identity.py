"""Who a creditor is, by where it stands and by what it is: the right number, an address that prints, what the court asks."""

from datetime import date
from typing import Any

import pytest

from accounts.identity import needed_numbers
from accounts.legal_forms import COMMERCIAL_BY_FORM, USUAL, VERSIONS, choices_on, every_form, forms_on
from accounts.models import CivilStatus, Creditor
from tests import factories
from tests.accounts.test_sign_up import NATURAL, errors, page_of, sign_up, words
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import SIGN_UP

pytestmark = pytest.mark.django_db
NOUMEA = {"siret": "", "ridet": "1 234 567 001", "street": "15 route du Sud", "postcode": "98800", "town": "Nouméa"}
PAPEETE = {"siret": "", "tahiti": "A12345", "street": "3 rue Gauguin", "postcode": "98714", "town": "Papeete"}


@pytest.fixture
def relance(db: None) -> Any:
    return factories.brand("relance-nc", currency="XPF", territory="NC", time_zone="Pacific/Noumea")


# --- numbers ----------------------------------------------------------------------------------------------------
@pytest.mark.req("REL-26", "REL-63")
def test_the_brand_of_new_caledonia_asks_for_a_ridet_and_no_siret(relance: Any, client: AppClient) -> None:
    answer = client.get("/inscription", HTTP_HOST="relance-nc.localhost")
    page = page_of(answer)
    assert "*" in page.find("label", attrs={"for": "id_ridet"}).get_text()
    assert "*" not in page.find("label", attrs={"for": "id_siret"}).get_text()
    assert page.find("input", attrs={"name": "ridet"}).find_parent("details") is None
    assert page.find("input", attrs={"name": "siret"}).find_parent("details"), "the others wait behind a click"


@pytest.mark.req("REL-26", "REL-63", "CRE-22")
@pytest.mark.parametrize("host", ["relance-nc.localhost", "credicys.localhost"])
def test_a_company_of_noumea_registers_with_its_ridet_at_any_brand(
    host: str, brand: Any, relance: Any, client: AppClient
) -> None:
    answer = client.post("/inscription", SIGN_UP | NOUMEA | {"phone": "41 20 20"}, HTTP_HOST=host)
    assert answer.status_code == 302, errors(answer)
    creditor = Creditor.objects.get()
    assert (creditor.siret, creditor.ridet, creditor.registration) == ("", "1234567001", "RIDET 1234567001")
    assert creditor.phone == "+687412020"


@pytest.mark.req("REL-63")
def test_a_company_of_papeete_registers_with_its_tahiti_number(brand: Any, client: AppClient) -> None:
    assert sign_up(client, **PAPEETE).status_code == 302
    assert Creditor.objects.get().registration == "n° TAHITI A12345"


@pytest.mark.parametrize(
    ("place", "name", "sentence"),
    [(NOUMEA | {"ridet": ""}, "ridet", "RIDET"), (PAPEETE | {"tahiti": ""}, "tahiti", "TAHITI"),
     (NOUMEA | {"ridet": "12"}, "ridet", "sept chiffres"), (PAPEETE | {"tahiti": "ABCDEF"}, "tahiti", "six caractères"),
     (NOUMEA | {"ridet": "", "siret": "732 829 320 00074"}, "ridet", "RIDET")],
)  # fmt: skip
def test_the_number_of_the_place_is_asked(
    place: dict[str, str], name: str, sentence: str, brand: Any, client: AppClient
) -> None:
    answer = sign_up(client, **place)
    assert answer.status_code == 422 and sentence in str(errors(answer)[name])
    assert not Creditor.objects.exists()


@pytest.mark.req("CRE-22")
@pytest.mark.parametrize("siret", ["356 000 000 09075", "35600000049837", "356 000 000 00048"])
def test_la_poste_has_its_own_rule(siret: str, brand: Any, client: AppClient) -> None:
    """Its establishments fail the usual check digit: the sum of their digits is a multiple of five."""
    assert sign_up(client, siret=siret).status_code == 302


@pytest.mark.parametrize(
    ("fields", "needed"),
    [
        ({"kind": "legal", "legal_form": "5499", "territory": "FR"}, ("siret",)),
        ({"kind": "legal", "legal_form": "5499", "territory": "REUNION"}, ("siret",)),
        ({"kind": "legal", "legal_form": "5499", "territory": "SAINT-MARTIN"}, ("siret",)),
        ({"kind": "legal", "legal_form": "5499", "territory": "NC"}, ("ridet",)),
        ({"kind": "legal", "legal_form": "5499", "territory": "PF"}, ("tahiti",)),
        ({"kind": "legal", "legal_form": "5499", "territory": "WF"}, ()),
        ({"kind": "legal", "legal_form": "3220", "territory": "ABROAD"}, ()),
        ({"kind": "legal", "legal_form": "9220", "territory": "FR"}, ("siret", "rna")),
        ({"kind": "legal", "legal_form": "9220", "territory": "NC"}, ("ridet", "rna")),
        ({"kind": "legal", "legal_form": "9260", "territory": "ALSACE-MOSELLE"}, ()),
        ({"kind": "natural", "is_professional": False, "territory": "FR"}, ()),
        ({"kind": "natural", "is_professional": True, "territory": "FR"}, ("siret",)),
        ({"kind": "natural", "is_professional": True, "territory": "NC"}, ("ridet",)),
    ],
)
def test_which_number_is_needed_follows_from_place_and_kind(fields: dict[str, Any], needed: tuple[str, ...]) -> None:
    assert needed_numbers(**({"legal_form": "", "is_professional": True} | fields)) == needed


def test_an_association_may_give_its_rna_alone(brand: Any, client: AppClient) -> None:
    assert sign_up(client, legal_form="9220", company="Club nautique", siret="", rna="w751234567").status_code == 302
    creditor = Creditor.objects.get()
    assert creditor.identity == "Club nautique, Association déclarée, RNA W751234567"
    assert not creditor.is_commercant


def test_an_association_without_any_number_reads_what_to_give(brand: Any, client: AppClient) -> None:
    answer = sign_up(client, legal_form="9220", siret="", rna="")
    assert "RNA" in str(errors(answer)["siret"])


# --- legal forms ------------------------------------------------------------------------------------------------
@pytest.mark.req("CRE-21")
def test_the_list_of_legal_forms_is_the_one_of_the_day() -> None:
    usual, others = choices_on(date(2026, 11, 21))
    assert usual[1][0] == ("5599", "Société Anonyme") and len(others[1]) > 150
    assert forms_on(date(1990, 1, 1)) == forms_on(min(VERSIONS)), "before the first version, the first one"
    assert set(USUAL) <= set(forms_on(date(2026, 11, 21)))
    codes = [code for code, _name in every_form()]
    assert len(codes) == len(set(codes)) and all(len(code) == 4 and code.isdigit() for code in codes)


@pytest.mark.parametrize(("code", "commercial"), [("5499", True), ("5710", True), ("5202", True), ("5308", True), ("6540", False),
                                                  ("9220", False), ("6220", False), ("7210", False)])  # fmt: skip
def test_companies_are_commercial_by_their_form(code: str, commercial: bool) -> None:
    assert (code in COMMERCIAL_BY_FORM) is commercial


# --- persons ----------------------------------------------------------------------------------------------------
@pytest.mark.req("CRE-27")
def test_a_natural_person_gives_what_the_court_will_ask(brand: Any, client: AppClient) -> None:
    assert sign_up(client, **NATURAL).status_code == 302
    creditor = Creditor.objects.get()
    status = CivilStatus.objects.get()
    assert (status.creditor, status.birth_on, status.birth_place) == (creditor, date(1984, 5, 12), "Lyon (69)")
    assert (status.nationality, status.occupation) == ("française", "menuisière")
    assert (creditor.is_professional, creditor.is_commercant, creditor.siret) == (False, False, "73282932000074")


@pytest.mark.parametrize("name", ["birth_on", "birth_place", "nationality", "occupation"])
def test_what_the_court_asks_is_compulsory_for_a_person_only(name: str, brand: Any, client: AppClient) -> None:
    assert "tribunal" in str(errors(sign_up(client, **NATURAL | {name: ""}))[name])
    assert sign_up(client, **{name: ""}).status_code == 302
    assert not CivilStatus.objects.exists()


@pytest.mark.parametrize(
    ("day", "word"),
    [("2030-01-01", "impossible"), ("1899-12-31", "impossible"), ("2015-01-01", "mineur"), ("x", "date")],
)
def test_a_birth_that_cannot_be_is_refused(day: str, word: str, brand: Any, client: AppClient) -> None:
    assert word in str(errors(sign_up(client, **NATURAL | {"birth_on": day}))["birth_on"])


def test_a_sole_trader_says_so_and_gives_a_siret(brand: Any, client: AppClient) -> None:
    trader = NATURAL | {"is_professional": "on", "is_commercant": "on"}
    assert "SIRET" in str(errors(sign_up(client, **trader | {"siret": ""}))["siret"])
    assert "is_professional" in errors(sign_up(client, **NATURAL | {"is_commercant": "on"}))
    assert sign_up(client, **trader).status_code == 302
    creditor = Creditor.objects.get()
    assert creditor.is_professional and creditor.is_commercant


def test_a_company_always_acts_for_its_profession(brand: Any, client: AppClient) -> None:
    assert sign_up(client, legal_form="6540", is_commercant="on").status_code == 302
    creditor = Creditor.objects.get()
    assert creditor.is_professional and not creditor.is_commercant, "a civil company is no trader, whatever is posted"


# --- addresses --------------------------------------------------------------------------------------------------
@pytest.mark.req("CRE-23", "CRE-24", "CRE-25")
@pytest.mark.parametrize("name", ["street", "complement", "delivery"])
def test_a_line_too_long_for_an_envelope_is_told_and_not_cut(name: str, brand: Any, client: AppClient) -> None:
    answer = sign_up(client, **{name: "128 boulevard de la Croix-Rousse, escalier B"})
    assert "38" in str(errors(answer)[name])


def test_seven_lines_are_one_too_many(brand: Any, client: AppClient) -> None:
    form = {"company": "Société coopérative des producteurs de la vallée", "complement": "bâtiment B", "delivery": "BP 12",
            "postcode": "1000", "town": "Bruxelles", "country": "BE", "legal_form": "3220", "siret": ""}  # fmt: skip
    assert "six lignes" in str(errors(sign_up(client, **form))["complement"])
    assert sign_up(client, **form | {"complement": ""}).status_code == 302


def test_the_address_is_kept_in_its_parts_and_prints_to_the_norm(brand: Any, client: AppClient) -> None:
    answer = sign_up(
        client, street="12 bis rue de la République", complement="Bâtiment B", delivery="CS 12345", commune="69382"
    )
    assert answer.status_code == 302
    creditor = Creditor.objects.get()
    assert (creditor.street_number, creditor.street_name) == ("12 bis", "rue de la République")
    assert (creditor.delivery, creditor.commune, creditor.country) == ("CS 12345", "69382", "FR")
    assert creditor.postal_lines == [
        "Menuiserie Martin", "Bâtiment B", "12 bis rue de la République", "CS 12345", "69002 LYON",
    ]  # fmt: skip


@pytest.mark.req("REL-63")
def test_in_the_pacific_a_box_is_an_address(brand: Any, client: AppClient) -> None:
    assert (
        sign_up(
            client, **NOUMEA | {"street": "", "delivery": "BP 2051", "postcode": "98846", "town": "Nouméa Cedex"}
        ).status_code
        == 302
    )
    assert Creditor.objects.get().address_lines[1:] == ["BP 2051", "98846 Nouméa Cedex"]


def test_a_company_abroad_gives_its_own_postcode_and_country(brand: Any, client: AppClient) -> None:
    form = {"postcode": "SW1A 1AA", "town": "London", "country": "GB", "legal_form": "3220", "siret": ""}
    assert sign_up(client, **form).status_code == 302
    assert Creditor.objects.get().postal_lines[-1] == "ROYAUME-UNI"


def test_a_number_that_rings_nowhere_is_told(brand: Any, client: AppClient) -> None:
    assert "ne sonne nulle part" in str(errors(sign_up(client, phone="12"))["phone"])


def test_the_page_says_why_it_asks_for_a_birth(brand: Any, client: AppClient) -> None:
    assert "injonction de payer porte ces indications" in words(client.get("/inscription"))
