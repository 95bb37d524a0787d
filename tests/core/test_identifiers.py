import pytest
from hypothesis import given
from hypothesis import strategies as st
from schwifty import IBAN

from core import identifiers as ids

NOUMEA, PAPEETE = "17499", "12149"


def iban_at(bank, branch="01005", account="0500013M026"):
    key = ids.rib_key(bank, branch, account)
    bban = f"{bank}{branch}{account}{key}"
    return next(text for n in range(2, 99) if IBAN(text := f"FR{n:02d}{bban}", allow_invalid=True).is_valid)


@pytest.mark.parametrize(
    ("check", "written", "kept"),
    [
        (ids.check_siren, "732 829 320", "732829320"),
        (ids.check_siret, "732 829 320 00074", "73282932000074"),
        (ids.check_siret, "35600000049837", "35600000049837"),  # La Poste: sum of digits, not Luhn
        (ids.check_siret, "356 000 000 00048", "35600000000048"),
        (ids.check_vat, "fr 44 732829320", "FR44732829320"),
        (ids.check_vat, "FR39356000000", "FR39356000000"),
        (ids.check_ridet, "0 123 456.001", "0123456001"),
        (ids.check_ridet, "0123456", "0123456"),
        (ids.check_tahiti, "A12345", "A12345"),
        (ids.check_tahiti, "012345-001", "012345001"),
        (ids.check_rna, "w751234567", "W751234567"),
        (ids.check_iban, "FR14 2004 1010 0505 0001 3M02 606", "FR1420041010050500013M02606"),
        (ids.check_iban, "BE68 5390 0754 7034", "BE68539007547034"),
        (ids.check_bic, " PSSTFRPP ", "PSSTFRPP"),
        (ids.check_ics, "FR72 ZZZ 123456", "FR72ZZZ123456"),
        (ids.check_ics, "fr72ABC123456", "FR72ABC123456"),  # the business code is left out of the check
        (ids.check_ics, "DE98ZZZ09999999999", "DE98ZZZ09999999999"),
        (ids.check_rum, "etu12-2026-000123-01", "ETU12-2026-000123-01"),
    ],
)
def test_a_right_identifier_is_kept_in_its_normal_form(check, written, kept):
    assert check(written) == kept


@pytest.mark.parametrize(
    ("check", "written", "sentence"),
    [
        (ids.check_siren, "732829321", "neuf chiffres"),
        (ids.check_siren, "", "neuf chiffres"),
        (ids.check_siret, "73282932000075", "quatorze chiffres"),
        (ids.check_siret, "35600000049838", "quatorze chiffres"),
        (ids.check_siret, "732829320", "quatorze chiffres"),
        (ids.check_siret, "٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "quatorze chiffres"),
        (ids.check_vat, "FR45732829320", "écrivez FR"),
        (ids.check_vat, "BE0123456749", "écrivez FR"),
        (ids.check_ridet, "123456", "sept chiffres"),
        (ids.check_tahiti, "12345", "six caractères"),
        (ids.check_rna, "X751234567", "commence par W"),
        (ids.check_bic, "PSST", "8 ou 11"),
        (ids.check_ics, "FR73ZZZ123456", "lettre de votre banque"),
        (ids.check_ics, "FR72ZZZ1234567", "lettre de votre banque"),
        (ids.check_ics, "", "lettre de votre banque"),
        (ids.check_rum, "", "35 caractères"),
        (ids.check_rum, "A" * 36, "35 caractères"),
        (ids.check_rum, "ÉTUDE-1", "35 caractères"),
        (ids.check_rum, "A B", "35 caractères"),
        (ids.check_rum, "/A", "35 caractères"),
        (ids.check_rum, "A/", "35 caractères"),
        (ids.check_rum, "A//B", "35 caractères"),
    ],
)
def test_a_wrong_identifier_is_answered_by_what_to_do(check, written, sentence):
    with pytest.raises(ValueError, match=sentence):
        check(written)


ALL = [
    ids.check_siren, ids.check_siret, ids.check_vat, ids.check_ridet, ids.check_tahiti, ids.check_rna,
    ids.check_iban, ids.check_bic, ids.check_ics, ids.check_rum,
]  # fmt: skip


@given(st.sampled_from(ALL), st.one_of(st.text(max_size=40), st.from_regex(r"[A-Z0-9 ]{0,36}", fullmatch=True)))
def test_whatever_is_typed_gets_a_value_or_a_sentence(check, typed):
    try:
        value = check(typed)
    except ValueError as error:
        assert str(error)
    else:
        assert check(value) == value


@pytest.mark.req("IDE-10")
@pytest.mark.parametrize(
    "typed",
    [
        "",
        "FR",
        "FR15 2004 1010 0505 0001 3M02 606",
        "FR8420041010050500013M02607",
        "XX12",
        "IBAN FR14",
        "é",
        "FR14" * 20,
    ],
)
def test_a_malformed_iban_has_its_own_sentence(typed):
    with pytest.raises(ValueError) as refused:
        ids.check_iban(typed)
    assert str(refused.value) == "Format de l'IBAN incorrect"


def test_the_rib_key_closes_a_french_account_number():
    assert ids.rib_key("20041", "01005", "0500013M026") == "06"


def test_the_vat_number_follows_from_the_siren():
    assert ids.vat_of_siren("732829320") == "FR44732829320"
    assert ids.vat_of_siren("356000000") == "FR39356000000"


def test_the_likeliest_bic_is_proposed_first():
    assert ids.bic_candidates("FR1420041010050500013M02606")[0] == "PSSTFRPP"
    assert len(ids.bic_candidates("FR1420041010050500013M02606")) > 1


def test_an_unknown_bank_has_no_proposal():
    assert ids.bic_candidates(iban_at("14889")) == []


def test_accounts_of_the_french_pacific_are_outside_sepa_though_their_iban_says_france():
    assert ids.is_sepa("FR1420041010050500013M02606")
    assert not ids.is_sepa(iban_at(NOUMEA))
    assert not ids.is_sepa(iban_at(PAPEETE))


def test_the_bic_of_the_holder_decides_when_the_bank_code_is_unknown():
    assert not ids.is_sepa(iban_at("14889"), bic="bnpancnxxxx")
    assert ids.is_sepa(iban_at("14889"))


def test_accounts_of_reunion_are_within_sepa():
    assert ids.is_sepa(iban_at("19906"))


def test_an_account_of_another_continent_is_outside_sepa():
    assert not ids.is_sepa("TN5910006035183598478831")


def test_a_mandate_reference_is_readable_and_every_bank_carries_it():
    assert ids.make_rum("ETU12", 2026, 123, 1) == "ETU12-2026-000123-01"
