import pytest

from procedures.competence import COURTS, DISTRICTS, UnknownPlace, court_of_appeal, department


@pytest.mark.req("LEG-02")
@pytest.mark.parametrize(
    ("code", "court"),
    [
        ("75011", "Paris"),
        ("92100", "Versailles"),
        ("06000", "Aix-en-Provence"),
        ("67000", "Colmar"),
        ("57000", "Metz"),
        ("20000", "Bastia"),  # Ajaccio
        ("20200", "Bastia"),
        ("2A004", "Bastia"),
        ("2b033", "Bastia"),
        ("97110", "Basse-Terre"),
        ("97133", "Basse-Terre"),  # Saint-Barthélemy
        ("97150", "Basse-Terre"),  # Saint-Martin
        ("97200", "Fort-de-France"),
        ("97300", "Cayenne"),
        ("97400", "Saint-Denis de la Réunion"),
        ("97600", "Saint-Denis de la Réunion"),
        ("97500", "Saint-Pierre"),
        ("98600", "Nouméa"),  # Wallis-et-Futuna
        ("98700", "Papeete"),
        ("98800", "Nouméa"),
        (" 33 000 ", "Bordeaux"),
        ("69", "Lyon"),
        ("2A", "Bastia"),
        ("974", "Saint-Denis de la Réunion"),
    ],
)
def test_every_place_has_its_court_of_appeal(code, court):
    assert court_of_appeal(code) == court


@pytest.mark.req("LEG-02")
@pytest.mark.parametrize(
    "code",
    ["", "1000", "7501", "750111", "98000", "00100", "99999", "SW1A 1AA", "Paris", "2C004", "96", "٧٥٠١١"],
)
def test_a_place_that_is_not_french_is_answered_by_a_sentence(code):
    with pytest.raises(UnknownPlace, match="Aucune cour d’appel connue"):
        court_of_appeal(code)


def test_each_departement_lies_in_one_court_only():
    listed = [department for departments in DISTRICTS.values() for department in departments.split()]
    assert len(listed) == len(set(listed)) == len(COURTS)


def test_no_departement_is_forgotten():
    metropolitan = {f"{n:02d}" for n in range(1, 96) if n != 20} | {"2A", "2B"}
    overseas = {"971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988"}
    assert set(COURTS) == metropolitan | overseas


def test_corsica_has_two_departements_in_one_postcode_range():
    assert (department("20090"), department("20167"), department("20290")) == ("2A", "2A", "2B")
