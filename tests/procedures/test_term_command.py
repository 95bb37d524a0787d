import json

import pytest
from django.core.management import CommandError, call_command

from core.calendar import LOCAL
from procedures.terms import KINDS


def say(capsys, *arguments):
    call_command("term", *arguments)
    return capsys.readouterr().out


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_answered_with_its_date_and_its_reason(capsys, kind):
    due, derivation = say(capsys, kind, "--from", "2026-11-23").splitlines()
    assert due[:2] == "20" and "23/11/2026" in derivation


def test_the_answer_for_machines_has_its_keys(capsys):
    answer = json.loads(say(capsys, "cpc", "--from", "2026-10-11", "--period", "P1M", "--json"))
    assert answer == {
        "kind": "cpc",
        "from": "2026-10-11",
        "period": "P1M",
        "territory": "FR",
        "raw": "2026-11-11",
        "due_date": "2026-11-12",
        "derivation": (
            "Acte le 11/10/2026, un mois (CPC 641) : mercredi 11/11/2026 (Armistice de 1918)"
            " → jeudi 12/11/2026 (CPC 642)"
        ),
    }


def test_the_day_to_act_is_told_when_the_act_is_ours(capsys):
    answer = json.loads(say(capsys, "prescription_5y", "--from", "2021-11-28", "--json"))
    assert (answer["due_date"], answer["act_by"]) == ("2026-11-28", "2026-11-27")


@pytest.mark.parametrize("given", [("--period", "-P14D"), ("--period=-P14D",)])
def test_a_period_that_counts_back_is_not_taken_for_an_option(capsys, given):
    told = say(capsys, "sepa_prenotification_latest", "--from", "2026-12-21", *given)
    assert told.startswith("2026-12-07\n")


def test_a_territory_may_be_written_in_small_letters(capsys):
    assert say(capsys, "cpc", "--from", "2027-11-20", "--territory", "reunion").startswith("2027-12-21")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "psrpc_strict"),
        (("nothing", "--from", "2026-11-23"), "psrpc_strict"),
        (("cpc",), "AAAA-MM-JJ"),
        (("cpc", "--from", "23/11/2026"), "AAAA-MM-JJ"),
        (("cpc", "--from", "2026-02-30"), "AAAA-MM-JJ"),
        (("cpc", "--from", "2026-11-23", "--period", "1 mois"), "P15D"),
        (("cpc", "--from", "2026-11-23", "--period", "P9999Y"), "durée plus courte"),
        (("cpc", "--from", "2026-11-23", "--territory", "CORSE"), "ALSACE-MOSELLE"),
        (("cpc", "--from", "9999-12-31"), "durée plus courte"),
        (("ip_signification", "--from", "1800-01-01"), "saisissez-la"),
    ],
)
def test_nonsense_is_answered_by_a_sentence_that_names_what_is_accepted(arguments, named):
    with pytest.raises(CommandError, match=named):
        call_command("term", *arguments)


def test_every_known_territory_is_named_to_who_mistypes_one():
    with pytest.raises(CommandError) as refused:
        call_command("term", "cpc", "--from", "2026-11-23", "--territory", "X")
    assert all(territory in str(refused.value) for territory in LOCAL)
