"""The clock explains itself at the office: each term with its derivation and pauses, and a day that is only imagined."""

from datetime import date
from typing import Any

import pytest

from dossiers.enums import Phase
from procedures.management.commands.statechart import paper
from procedures.models import Deadline
from procedures.terms import KINDS, compute
from tests import factories
from tests.accounts.test_sign_up import words

pytestmark = pytest.mark.django_db


def page(dossier: Any) -> str:
    return f"/etude/dossiers/{dossier.reference}/"


def test_each_term_is_shown_with_how_it_was_counted_and_what_a_hold_would_do(creditor: Any, as_office: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.PSRPC)
    Deadline.open(dossier, "record_psrpc_silence", compute("psrpc_extended", date(2026, 10, 14)))
    told = words(as_office().get(page(dossier)))
    assert "LRAR déposée le 14/10/2026, un mois (CPCE L125-1 et R125-2) : samedi 14/11/2026 → lundi 16/11/2026" in told
    assert "Sans report, pour ce qui nous engage : 14 novembre 2026" in told
    assert "Le mois de l'envoi n'est suspendu par aucun texte" in told


def test_a_day_may_be_imagined_and_nothing_is_written(creditor: Any, as_office: Any) -> None:
    dossier = factories.dossier(
        creditor, phase=Phase.PSRPC, debtor={"territory": "ALSACE-MOSELLE", "postcode": "69002"}
    )
    room = as_office()
    told = words(room.get(page(dossier), {"si": "2026-11-26"}))
    assert "LRAR déposée le 26/11/2026" in told
    assert "lundi 28/12/2026" in told, "26 December is a holiday there, a Saturday besides"
    assert not Deadline.objects.exists()
    assert "LRAR déposée" not in words(room.get(page(dossier)))
    assert room.get(page(dossier), {"si": "demain"}).status_code == 200


def test_a_phase_without_a_term_to_start_offers_no_day(creditor: Any, as_office: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.INJONCTION_OFFERED)
    assert "était d'un autre jour" not in words(as_office().get(page(dossier)))


def test_the_paper_names_every_term() -> None:
    written = paper()
    assert all(f"(`{name}`)" in written for name in KINDS)
