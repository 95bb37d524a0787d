from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import CurrencyMismatch, Money, in_words_fr, number_in_words_fr

CENTS = st.integers(-(10**11), 10**11)
EUROS = CENTS.map(lambda cents: Money(Decimal(cents).scaleb(-2), "EUR"))
FRANCS = CENTS.map(lambda francs: Money(francs, "XPF"))
ANY = st.one_of(EUROS, FRANCS)


def eur(text):
    return Money(Decimal(text), "EUR")


def total(parts):
    return sum(parts[1:], parts[0])


def test_a_float_is_refused():
    with pytest.raises(TypeError):
        Money(12.5, "EUR")


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("0.001", "EUR"), ("0.5", "XPF"), ("NaN", "EUR"), ("Infinity", "EUR"), ("1E+30", "EUR")],
)
def test_what_nobody_can_pay_is_refused(amount, currency):
    with pytest.raises(ValueError):
        Money(Decimal(amount), currency)


def test_an_unknown_currency_is_refused():
    with pytest.raises(ValueError):
        Money(Decimal(1), "USD")


def test_zeros_that_the_database_adds_are_not_decimals():
    assert Money(Decimal("1200.00"), "XPF") == Money(1200, "XPF")


def test_rounding_takes_halves_away_from_zero():
    assert Money.rounded(Decimal("0.005"), "EUR") == eur("0.01")
    assert Money.rounded(Decimal("-0.005"), "EUR") == eur("-0.01")
    assert Money.rounded(Decimal("10.5"), "XPF") == Money(11, "XPF")


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_two_currencies_never_meet(operation):
    with pytest.raises(CurrencyMismatch):
        getattr(eur("1"), operation)(Money(1, "XPF"))


def test_one_euro_is_not_one_franc():
    assert eur("1") != Money(1, "XPF")


def test_sums_and_comparisons_hold_within_one_currency():
    assert eur("1.10") + eur("2.20") - eur("0.30") == eur("3")
    assert eur("1") < eur("2") <= eur("2") and eur("2") > eur("1") >= eur("1")
    assert not eur("0") and eur("0.01")


@given(ANY, st.integers(1, 48))
def test_equal_parts_never_lose_a_unit(whole, parts):
    shares = whole.split(parts)
    assert len(shares) == parts
    assert total(shares) == whole
    assert len(set(shares[:-1])) <= 1


@given(ANY, st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_weighted_parts_never_lose_a_unit(whole, weights):
    shares = whole.split_by(weights)
    assert total(shares) == whole
    assert all(not share for share, weight in zip(shares, weights, strict=True) if weight == 0)


@given(ANY, st.lists(st.integers(1, 1000), min_size=1, max_size=12))
def test_a_weighted_part_is_less_than_one_unit_from_its_due(whole, weights):
    unit = Decimal("0.01") if whole.currency == "EUR" else 1
    for share, weight in zip(whole.split_by(weights), weights, strict=True):
        assert abs(share.amount - whole.amount * weight / sum(weights)) < unit


def test_the_last_instalment_carries_the_remainder():
    assert eur("100").split(3) == [eur("33.33"), eur("33.33"), eur("33.34")]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [-1, 3]])
def test_weights_that_share_nothing_are_refused(weights):
    with pytest.raises(ValueError):
        eur("1").split_by(weights)


def test_no_part_at_all_is_refused():
    with pytest.raises(ValueError):
        eur("1").split(0)


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (eur("1234.56"), "1\u202f234,56\u00a0€"),
        (eur("-0.50"), "−0,50\u00a0€"),
        (eur("-0.00"), "0,00\u00a0€"),
        (Money(1234567, "XPF"), "1\u202f234\u202f567\u00a0F CFP"),
    ],
)
def test_amounts_are_written_as_in_french(money, text):
    assert money.format_fr() == text


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zéro"),
        (21, "vingt et un"),
        (71, "soixante et onze"),
        (80, "quatre-vingts"),
        (81, "quatre-vingt-un"),
        (97, "quatre-vingt-dix-sept"),
        (200, "deux cents"),
        (203, "deux cent trois"),
        (1000, "mille"),
        (80_000, "quatre-vingt mille"),
        (200_000, "deux cent mille"),
        (200_000_000, "deux cents millions"),
        (1_001_001, "un million mille un"),
    ],
)
def test_numbers_are_spelled_in_the_traditional_way(number, words):
    assert number_in_words_fr(number) == words


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (eur("1234.56"), "mille deux cent trente-quatre euros et cinquante-six centimes"),
        (eur("1.01"), "un euro et un centime"),
        (eur("2000000"), "deux millions d’euros"),
        (Money(1_000_000, "XPF"), "un million de francs CFP"),
        (Money(1, "XPF"), "un franc CFP"),
    ],
)
def test_an_acknowledgment_says_the_sum_in_letters_and_in_figures(money, words):
    assert in_words_fr(money) == f"{words} ({money.format_fr()})"


@given(st.integers(0, 999_999), st.integers(0, 999_999))
def test_two_numbers_are_never_spelled_alike(one, other):
    assert (number_in_words_fr(one) == number_in_words_fr(other)) == (one == other)
