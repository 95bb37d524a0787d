"""What the base itself holds of messages: the bell's cost, and that nobody speaks for the other side."""

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from dossiers import threads
from dossiers.enums import Phase
from dossiers.models import ThreadMessage, Voice
from notifications.models import Message
from tenants.context import Audience, Context, acting_as
from tests import factories
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db
MANY = """
INSERT INTO dossiers_threadmessage (dossier_id, creditor_id, office_id, voice, author, text, created_at, read_at, read_by)
SELECT %s, %s, %s, v, 'x', 'x', now(), now(), 'x' FROM generate_series(1, 20000), unnest(ARRAY['creditor', 'office']) v
"""


@pytest.mark.req("ATR-08")
def test_the_bell_reads_the_waiting_messages_only_whatever_was_written_before(creditor: Any, office: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE, office=office)
    for voice in ("creditor", "office"):
        factories.word(dossier, voice)
    with connection.cursor() as cursor:
        cursor.execute(MANY, [dossier.pk, creditor.pk, office.pk])
        cursor.execute("ANALYZE dossiers_threadmessage")
    sides = (
        (Context(Audience.PORTAL, brand=creditor.brand_id, creditors=(creditor.pk,)), threads.UNREAD_BY_CREDITORS, [creditor.pk]),
        (Context(Audience.OFFICE, brand=creditor.brand_id, office=office.pk), threads.UNREAD_BY_OFFICE, office.pk),
    )  # fmt: skip
    for (context, sql, owner), index in zip(sides, ("unread_of_creditor", "unread_of_office"), strict=True):
        with acting_as(context), connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT TEXT) {sql}", [owner])
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert index in plan, plan
            cursor.execute(sql, [owner])
            assert cursor.fetchone() == (1,)


@pytest.mark.attack("T19")
def test_each_side_speaks_in_its_own_name_and_marks_only_what_the_other_said(creditor: Any, office: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE, office=office)
    for voice in Voice.values:
        factories.word(dossier, voice)
    sides = (
        (Context(Audience.PORTAL, brand=creditor.brand_id, creditors=(creditor.pk,)), "creditor", "office"),
        (Context(Audience.OFFICE, brand=creditor.brand_id, office=office.pk), "office", "creditor"),
    )
    for context, own, other in sides:
        with pytest.raises(ProgrammingError), transaction.atomic(), acting_as(context):
            factories.word(dossier, other)
        with pytest.raises(ProgrammingError), transaction.atomic(), acting_as(context):
            ThreadMessage.objects.filter(voice=own).update(text="autre chose")
        with acting_as(context):
            mark = {"read_at": factories.LONG_AGO, "read_by": "x"}
            assert ThreadMessage.objects.filter(voice=own).update(**mark) == 0
            assert ThreadMessage.objects.filter(voice=other).update(**mark) == 1
            assert ThreadMessage.objects.filter(voice=other).update(**mark) == 0, "read once"
    elsewhere = factories.office(office.brand, name="Étude Lagarde", court_of_appeal="Paris")
    with acting_as(Context(Audience.OFFICE, brand=office.brand_id, office=elsewhere.pk)):
        assert not ThreadMessage.objects.exists()


@pytest.mark.attack("T36")
def test_naming_a_stranger_in_a_message_finds_nobody_and_writes_to_nobody(creditor: Any, office: Any) -> None:
    stranger = factories.member(factories.creditor(creditor.brand))
    dossier, writer = factories.dossier(creditor, phase=Phase.AMIABLE, office=office), factories.member(creditor)
    text = f"@{stranger.email} @{stranger.get_full_name()} voyez ceci"
    path = f"/espace/dossiers/{dossier.reference}/messages/ecrire"
    answer = browser_of(writer).post(path, {"text": text, "until": 0})
    assert answer.status_code == 302
    told = str(list(Message.objects.values_list("recipient", flat=True)))
    assert told != "[]" and stranger.email not in told, "the office is told, and nobody else"
    page = browser_of(writer).get(f"/espace/dossiers/{dossier.reference}/messages").content.decode()
    assert f"@{stranger.email}" in page and f'href="mailto:{stranger.email}' not in page
