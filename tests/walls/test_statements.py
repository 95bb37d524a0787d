"""What pages ask by prepared statements: planned once a connection, walled for whoever asks now."""

import pytest
from django.db import connection, transaction

from core import clock, readings
from core.statements import ask
from dossiers.enums import Phase
from dossiers.models.dossier import FACES, faces
from tenants.context import Audience, Context, acting_as
from tests import factories

pytestmark = pytest.mark.django_db


def prepared_texts() -> list[str]:
    return [text for (text,) in ask("SELECT statement FROM pg_prepared_statements", [])]


def test_a_statement_that_comes_again_is_planned_once_for_the_connection() -> None:
    for _ in range(4):
        faces([1, 2])
    assert sum(FACES.split("WHERE")[0].strip() in text for text in prepared_texts()) == 1


@pytest.mark.attack("T27")
def test_a_statement_planned_for_one_creditor_shows_the_next_one_only_her_own_rows() -> None:
    ours, theirs = (factories.dossier(phase=Phase.AMIABLE) for _ in range(2))
    assert ours.creditor_id != theirs.creditor_id
    for asked in [ours, theirs] * 8:  # PostgreSQL keeps one plan for all values from the sixth time on
        portal = Context(Audience.PORTAL, brand=asked.brand_id, creditors=(asked.creditor_id,))
        with acting_as(portal):
            assert list(faces([ours.pk, theirs.pk])) == [asked.pk]
        office = Context(Audience.OFFICE, brand=asked.brand_id, office=asked.office_id)
        with acting_as(office):
            assert asked.pk in faces([ours.pk, theirs.pk])
        with acting_as(Context(Audience.DEBTOR, brand=asked.brand_id, dossier=asked.pk)):
            assert list(faces([ours.pk, theirs.pk])) == [asked.pk]


@pytest.mark.parametrize(("method", "waits"), [("GET", "off"), ("HEAD", "off"), ("POST", "on")])
def test_only_a_page_that_changes_nothing_leaves_its_reading_to_the_next_write_to_the_disk(
    method: str, waits: str
) -> None:
    request = type("Request", (), {"method": method, "path": "/espace/", "shows": {1}})()
    with transaction.atomic():
        readings.keep(request, 200, reader="user:1", name="A", ip=None, now=clock.now())
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == (waits,)


def test_a_migration_takes_the_time_it_needs_and_makes_no_page_wait_long() -> None:
    assert ask("SHOW statement_timeout", []) == [("0",)], "the suite runs as migrations do: the owner of the tables"
    assert ask("SHOW lock_timeout", []) == [("5s",)]
