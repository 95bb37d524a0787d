"""Numbers of every French territory."""

import pytest

from core.phones import check_phone


@pytest.mark.req("REL-63")
@pytest.mark.parametrize(
    ("text", "places", "number"),
    [
        ("01 84 00 00 00", (), "+33184000000"),
        ("06.12.34.56.78", (), "+33612345678"),
        ("0262 20 12 34", ("RE",), "+262262201234"),
        ("0590 20 12 34", ("GP",), "+590590201234"),
        ("0596 60 12 34", ("MQ",), "+596596601234"),
        ("0594 30 12 34", ("GF",), "+594594301234"),
        ("0269 61 12 34", ("YT",), "+262269611234"),
        ("41 12 34", ("PM",), "+508411234"),
        ("41 20 20", ("NC",), "+687412020"),
        ("40 50 12 34", ("PF",), "+68940501234"),
        ("72 12 34", ("WF",), "+681721234"),
        ("+687 41 20 20", (), "+687412020"),
        ("00 33 6 12 34 56 78", (), "+33612345678"),
        ("+32 2 555 12 12", (), "+3225551212"),
    ],
)
def test_a_number_is_understood_as_people_there_write_it(text: str, places: tuple[str, ...], number: str) -> None:
    assert check_phone(text, places=places) == number


@pytest.mark.parametrize("text", ["12", "00000", "abc", "+33 1", "06 12 34 56 7"])
def test_what_rings_nowhere_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ne sonne nulle part"):
        check_phone(text)
