"""The sweep stops a kind of move that keeps failing, tells people, and goes on when somebody says so."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from core.models import AuditEntry
from dossiers.enums import Phase
from dossiers.models import Dossier
from notifications.models import Message
from notifications.relay import dispatch_next
from procedures import breakers, services
from procedures.models import Breaker
from procedures.services import advance_overdue
from tenants.context import Audience, Context
from tests import factories
from tests.walls.test_row_security import refused, rows, run, speaking_as

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 2, 27)
LAPSE = services._lapse


def silent(office: Any, **fields: Any) -> Dossier:
    values = {"phase": Phase.AMIABLE, "lapsing_on": FRIDAY, "office": office} | fields
    made: Dossier = factories.dossier(factories.creditor(office.brand), **values)
    return made


@pytest.fixture
def broken(monkeypatch: Any) -> Any:
    """The opening of the procédure simplifiée fails for dossiers whose comment says so."""

    def lapse(deadlines: Any, name: str, *, now: datetime) -> None:
        if name == "open_psrpc" and any(one.dossier.comments == "panne" for one in deadlines):
            raise RuntimeError("la panne de M. Durand")
        LAPSE(deadlines, name, now=now)

    monkeypatch.setattr(services, "_lapse", lapse)
    return lapse


def phases(*dossiers: Dossier) -> list[str]:
    return [Dossier.objects.values_list("phase", flat=True).get(pk=one.pk) for one in dossiers]


def test_after_five_failures_in_a_row_that_move_stops_there_and_people_are_told_once(
    office: Any, broken: Any, now: datetime, settings: Any
) -> None:
    poisoned = [silent(office, comments="panne") for _ in range(6)]
    month = silent(office, phase=Phase.PSRPC, transition="record_psrpc_silence")
    elsewhere = silent(factories.office(office.brand))
    while advance_overdue(now=now):
        pass
    one = Breaker.objects.get(office=office)
    assert (one.transition, one.failures, one.stopped_at) == ("open_psrpc", 5, now)
    assert phases(month, elsewhere) == [Phase.INJONCTION_OFFERED, Phase.PSRPC], "its neighbours go on"
    assert phases(*poisoned) == [Phase.AMIABLE] * 6
    told = Message.objects.filter(kind="sweep_stopped")
    assert {one.recipient["email"] for one in told} == {office.email, office.brand.support_email}
    assert "Durand" not in one.last_error and one.last_error == "RuntimeError"
    assert advance_overdue(now=now + timedelta(hours=2)) == 0 and told.count() == 2


def test_a_success_between_failures_starts_the_count_anew(office: Any, broken: Any, now: datetime) -> None:
    for n in range(4):
        silent(office, comments="panne", lapsing_on=FRIDAY - timedelta(days=n))
    silent(office)
    while advance_overdue(now=now):
        pass
    assert Breaker.objects.get().failures == 0 and Breaker.objects.get().stopped_at is None


def test_somebody_resumes_it_and_what_waited_goes(office: Any, broken: Any, now: datetime, monkeypatch: Any) -> None:
    poisoned = [silent(office, comments="panne") for _ in range(5)]
    while advance_overdue(now=now):
        pass
    monkeypatch.setattr(services, "_lapse", LAPSE)
    later = now + timedelta(hours=2)
    assert advance_overdue(now=later) == 0, "repaired or not, a person says so"
    one = Breaker.objects.get()
    assert breakers.resume(one, by="Anne", now=later) and not breakers.resume(one, by="Anne", now=later)
    assert advance_overdue(now=later) == 5 and phases(*poisoned) == [Phase.PSRPC] * 5
    assert AuditEntry.objects.filter(action="échéancier repris").count() == 1


def test_the_mail_says_what_stopped_and_where_to_resume(office: Any, now: datetime, settings: Any) -> None:
    one = factories.breaker(office)
    Message.objects.bulk_create([breakers._news(one, "support@exemple.fr", now)])
    dispatch_next(now=now)
    text = Message.objects.get().text
    assert "Ouvrir la procédure simplifiée" in text and "/etude/echeancier" in text


def test_an_office_sees_and_resumes_only_its_own(office: Any, as_office: Any, brand: Any) -> None:
    mine, theirs = factories.breaker(office), factories.breaker(factories.office(brand))
    factories.script(office)
    factories.script(theirs.office)
    with speaking_as(Context(Audience.OFFICE, brand=brand.pk, office=office.pk)):
        assert rows("SELECT office_id FROM procedures_breaker") == [(office.pk,)]
        assert rows("SELECT office_id FROM procedures_phonescript") == [(office.pk,)]
        assert run("UPDATE procedures_breaker SET failures = 0 WHERE id = %s", theirs.pk) == 0
        with refused():
            run("UPDATE procedures_phonescript SET text = ''")
    room = as_office()
    assert room.post(f"/etude/echeancier/{theirs.pk}/reprendre").status_code == 404
    assert room.post(f"/etude/echeancier/{mine.pk}/reprendre").status_code == 302
    assert Breaker.objects.filter(stopped_at__isnull=False).get() == theirs
