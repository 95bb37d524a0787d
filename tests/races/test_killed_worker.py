"""A worker killed in the middle of a sweep: nothing is lost, nothing happens twice."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from dossiers.enums import Phase
from dossiers.models import Dossier, Event
from notifications.models import Message
from procedures.services import advance_overdue
from tests import factories

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
SWEEP = """
import django; django.setup()
from datetime import UTC, datetime
from procedures.services import advance_overdue
while advance_overdue(now=datetime(2026, 3, 20, 12, tzinfo=UTC), limit=3): pass
"""


def sweeping() -> subprocess.Popen[bytes]:
    """A process of its own that sweeps the test's database."""
    login = connection.settings_dict
    url = f"postgresql://{login['USER']}:{quote(login['PASSWORD'])}@{login['HOST']}:{login['PORT']}/{login['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": url, "DEBUG": "1", "SECRET_KEY": "x" * 50, "FIELD_KEYS": "essai:" + "y" * 50,
        "DJANGO_SETTINGS_MODULE": "credicys.settings",
    }  # fmt: skip
    return subprocess.Popen([sys.executable, "-c", SWEEP], cwd=settings.BASE_DIR, env=environment)


@pytest.mark.faults
@pytest.mark.attack("R01", "R06")
@pytest.mark.django_db(transaction=True, available_apps=list(settings.INSTALLED_APPS))
def test_a_sweep_killed_again_and_again_moves_each_dossier_once(brand: Any) -> None:
    creditor, office = factories.creditor(brand), factories.office(brand)
    for _ in range(60):
        factories.dossier(creditor, phase=Phase.AMIABLE, office=office, lapsing_on=date(2026, 3, 1))
    draw = random.Random(20260321)
    for _ in range(6):
        two_sweeps = [sweeping(), sweeping()]
        time.sleep(draw.uniform(1.2, 1.9))  # django starts in about a second: the kill falls into the sweep
        for sweep in two_sweeps:
            sweep.kill()
            sweep.wait()
    while advance_overdue(now=NOW):
        pass
    moves = Counter(Event.objects.filter(kind="open_psrpc").values_list("dossier", flat=True))
    assert set(moves) == set(Dossier.objects.values_list("pk", flat=True)) and set(moves.values()) == {1}
    assert Counter(Message.objects.values_list("kind", flat=True)) == {"psrpc_letter": 60}
