"""What fits on an envelope, and what is told before it is cut."""

import pytest

from core.postal import check_line, check_name, postal_lines, split_street

LINE = "128 boulevard de la Croix-Rousse bât B"


def test_a_line_of_thirty_eight_characters_fits_and_one_more_does_not() -> None:
    assert len(LINE) == 38 and check_line(f"  {LINE} ") == LINE
    with pytest.raises(ValueError, match="39 caractères"):
        check_line(LINE + "2")


def test_a_long_name_takes_two_lines_and_no_word_is_broken() -> None:
    name = "Société coopérative agricole des producteurs de la vallée"
    assert check_name(name) == name
    lines = postal_lines(name=name, complement="", street="1 rue Neuve", delivery="", last="69002 Lyon")
    assert lines == ["Société coopérative agricole des", "producteurs de la vallée", "1 rue Neuve", "69002 LYON"]
    assert all(len(line) <= 38 for line in lines)


@pytest.mark.parametrize("name", ["Société " * 12, "x" * 39])
def test_a_name_that_no_envelope_holds_is_told(name: str) -> None:
    with pytest.raises(ValueError, match="abrégez-le"):
        check_name(name)


@pytest.mark.parametrize(
    ("street", "number", "way"),
    [
        ("12 rue de la République", "12", "rue de la République"),
        ("12 bis, rue Neuve", "12 bis", "rue Neuve"),
        ("12bis rue Neuve", "12 bis", "rue Neuve"),
        ("3-5 quai Rambaud", "3-5", "quai Rambaud"),
        ("7 b rue Mouffetard", "7 b", "rue Mouffetard"),
        ("8 avenue d’Arménie", "8", "avenue d’Arménie"),
        ("Lieu-dit Le Moulin", "", "Lieu-dit Le Moulin"),
        ("11 Novembre 1918", "11", "Novembre 1918"),
        ("BP 1234", "", "BP 1234"),
    ],
)
def test_number_and_way_are_told_apart(street: str, number: str, way: str) -> None:
    assert split_street(street) == (number, way)


def test_the_country_stands_alone_on_the_last_line() -> None:
    lines = postal_lines(
        name="A", complement="", street="1 rue", delivery="", last="1000 Bruxelles", country="Belgique"
    )
    assert lines[-2:] == ["1000 BRUXELLES", "BELGIQUE"]
