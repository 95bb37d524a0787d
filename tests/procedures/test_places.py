"""The courts of an address: the State's list when it is loaded, what a person must confirm when it is not enough."""

from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.actors import Actor, Side
from dossiers.enums import Phase
from procedures.competence import possible_courts
from procedures.models import Commune
from procedures.petition import court_of
from procedures.places import located, name_key
from procedures.services import refusals, submit
from tests import factories
from tests.accounts.test_sign_up import words

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 21)
JUSTICE = """Code INSEE;Libellé commune;Origine CA;Numéro CA;Nom CA;Numéro TJ;Nom TJ;Nom TPROX
69123;Lyon;COJ;24;Cour d'appel de Lyon;1;Tribunal judiciaire de Lyon;
69264;Villefranche-sur-Saône;COJ;24;LYON;2;VILLEFRANCHE-SUR-SAONE;
69999;Saint-Essai;COJ;24;ATLANTIDE;9;NULLE PART;
95527;Roissy-en-France;COJ;33;Versailles;5;Pontoise;Gonesse
"""
INFOGREFFE = "code postal,greffe,code commune,commune\n69001,LYON,69123,LYON\n75001,PARIS,75101,PARIS\n"


@pytest.fixture
def loaded(tmp_path: Path) -> str:
    (tmp_path / "justice.csv").write_text(JUSTICE, encoding="utf-8-sig")
    (tmp_path / "greffes.csv").write_text(INFOGREFFE, encoding="utf-8")
    told = StringIO()
    call_command("load_courts", justice=tmp_path / "justice.csv", infogreffe=tmp_path / "greffes.csv",
                 edition="2026-07-01", stdout=told)  # fmt: skip
    return told.getvalue()


def debtor(**fields: Any) -> Any:
    return factories.debtor(factories.creditor(), **fields)


# --- the list ---------------------------------------------------------------------------------------------------------
def test_the_list_is_read_by_its_headers_and_a_court_nobody_knows_is_left_out(loaded: str) -> None:
    assert "Communes chargées : 3. Laissées de côté : 1." in loaded and "laissée : 69999 Saint-Essai" in loaded
    assert "Greffes de commerce : 1 communes. Hors liste : 1." in loaded
    lyon = Commune.objects.get(pk="69123")
    assert (lyon.court_of_appeal, lyon.tribunal, lyon.commercial) == ("Lyon", "Lyon", "LYON")
    assert Commune.objects.get(pk="69264").tribunal == "VILLEFRANCHE-SUR-SAONE" and lyon.edition_on == date(2026, 7, 1)


def test_a_list_without_its_columns_changes_nothing_and_says_which(loaded: str, tmp_path: Path) -> None:
    (tmp_path / "autre.csv").write_text("a;b\n1;2\n")
    with pytest.raises(CommandError, match=r"Colonnes introuvables : insee, .*--column"):
        call_command("load_courts", justice=tmp_path / "autre.csv", edition="2027-07-01", stdout=StringIO())
    assert Commune.objects.count() == 3


def test_a_renamed_column_is_named_by_hand(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text(JUSTICE.replace("Nom TJ", "Siège"), encoding="utf-8")
    call_command(
        "load_courts", justice=tmp_path / "l.csv", edition="2026-07-01", column=["tribunal=Siège"], stdout=StringIO()
    )
    assert Commune.objects.get(pk="69123").tribunal == "Tribunal judiciaire de Lyon".removeprefix(
        "Tribunal judiciaire de "
    )


@pytest.mark.parametrize(
    ("written", "key"),
    [("Lyon 03", "LYON"), ("PARIS 8E ARRONDISSEMENT", "PARIS"), ("St-Étienne cedex 2", "SAINT ETIENNE"),
     ("L’Haÿ-les-Roses", "L HAY LES ROSES"), ("Ste Foy", "SAINTE FOY"), ("Sœurdres", "SOEURDRES")],
)  # fmt: skip
def test_a_commune_is_found_however_its_name_is_written(written: str, key: str) -> None:
    assert name_key(written) == key


# --- the address ------------------------------------------------------------------------------------------------------
@pytest.mark.req("LEG-02")
@pytest.mark.parametrize(
    ("postcode", "address", "courts"),
    [
        ("95700", "Aéroport Roissy-Charles-de-Gaulle, terminal 2", ("Paris", "Versailles")),
        ("95500", "12 rue de Paris Gonesse", ("Versailles",)),
        ("93350", "Aéroport du Bourget", ("Paris",)),
        ("94390", "Orly aérogare", ("Paris",)),
        ("32400", "Aérodrome d’Aire-sur-l’Adour", ("Pau", "Agen")),
        ("32000", "1 place de la mairie Auch", ("Agen",)),
    ],
)
def test_the_grounds_of_airports_follow_another_court_and_a_person_confirms(
    postcode: str, address: str, courts: tuple[str, ...]
) -> None:
    found, doubts = possible_courts(postcode, address)
    assert found == courts and bool(doubts) == (len(courts) > 1)


@pytest.mark.req("LEG-02", "CRE-06")
def test_a_claim_on_an_airport_is_routed_to_its_own_court_of_appeal(brand: Any, now: Any) -> None:
    factories.office(brand, court_of_appeal="Versailles")
    paris = factories.office(brand, court_of_appeal="Paris")
    creditor = factories.creditor(brand)
    draft = factories.dossier(
        creditor, debtor={"street": "Aérogare 1", "postcode": "95700", "town": "Roissy-en-France"}
    )
    submit(draft, by=Actor(Side.CREDITOR, "Jeanne"), now=now)
    draft.refresh_from_db()
    assert draft.office == paris


@pytest.mark.req("LEG-02")
def test_competence_is_judged_again_at_each_act_by_the_address_of_that_day(now: Any) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    office = Actor(Side.OFFICE, "Étude")
    assert not refusals(dossier, "accept", by=office, now=now)
    dossier.debtor.postcode, dossier.debtor.town = "75011", "Paris"
    dossier.debtor.save()
    assert "cour d’appel de Paris" in refusals(dossier, "accept", by=office, now=now)[0]


def test_without_the_list_a_person_is_told_to_confirm() -> None:
    place = located(debtor())
    assert place and place.court_of_appeal == "Lyon" and "n’est pas chargée" in place.doubts[0]


def test_with_the_list_the_commune_answers_and_an_unknown_one_is_doubted(loaded: str) -> None:
    place = located(debtor(town="LYON 02"))
    assert place and place.commune and place.commune.pk == "69123" and not place.doubts
    strange = located(debtor(town="Lyons-la-Forêt"))
    assert strange and strange.commune is None and "vérifiez l’adresse" in strange.doubts[0]


# --- the judge --------------------------------------------------------------------------------------------------------
@pytest.mark.req("LEG-16")
def test_the_seat_comes_from_the_list_with_its_source(loaded: str) -> None:
    creditor = factories.creditor(is_commercant=True)
    trader = factories.dossier(creditor, debtor={"is_commercant": True})
    found = court_of(trader, on=DAY)
    assert found.name == "Tribunal des activités économiques de LYON"
    assert "01/07/2026" in found.reasons[-1] and "data.gouv.fr" in found.reasons[-1]
    other = court_of(factories.dossier(creditor, debtor={"town": "Villefranche sur Saône"}), on=DAY)
    assert other.name == "Tribunal judiciaire de VILLEFRANCHE-SUR-SAONE"


@pytest.mark.req("LEG-16")
def test_without_the_list_the_judge_is_named_and_his_seat_is_to_be_confirmed(as_office: Any, creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE)
    assert "à confirmer par une personne" in court_of(dossier, on=DAY).reasons[-1]
    told = words(as_office().get(f"/etude/dossiers/{dossier.reference}/"))
    assert "Cour d'appel de Lyon" in told and "à confirmer par une personne" in told and "À confirmer" in told
