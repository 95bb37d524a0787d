"""The context of a request stays in its transaction: a thread, a callback after COMMIT, a library's pool find no row."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from django.db import ProgrammingError, connection, transaction

from dossiers.enums import Phase
from dossiers.models import Dossier
from tenants.context import Audience, Context, acting_as
from tests import factories
from tests.walls.test_row_security import REFUSED, as_login, rows

pytestmark = pytest.mark.django_db(transaction=True, available_apps=list(django_settings.INSTALLED_APPS))


@pytest.fixture
def ours() -> Context:
    creditor = factories.creditor(factories.brand())
    factories.office(creditor.brand)
    factories.dossier(creditor, phase=Phase.AMIABLE)
    return Context(Audience.PORTAL, brand=creditor.brand_id, creditors=(creditor.pk,))


def look() -> str:
    """How many dossiers this connection shows, as the application's login; or why it shows none."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE app_login")
        return str(Dossier.objects.count())
    except ProgrammingError as error:
        return str(error.__cause__.sqlstate)  # type: ignore[union-attr]
    finally:
        connection.close()


def in_a_thread() -> str:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(look).result(timeout=20)


def by_async() -> str:
    async def away() -> str:
        return await sync_to_async(look, thread_sensitive=False)()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, away()).result(timeout=20)


@pytest.mark.attack("T31")
@pytest.mark.parametrize("elsewhere", [in_a_thread, by_async])
def test_a_thread_that_a_view_starts_sees_no_row(elsewhere: Any, ours: Context) -> None:
    with as_login(), acting_as(ours):
        assert len(rows("SELECT 1 FROM dossiers_dossier")) == 1, "otherwise this would prove nothing"
        assert elsewhere() == REFUSED


@pytest.mark.attack("T32")
def test_what_runs_after_commit_has_lost_the_context(ours: Context) -> None:
    seen: list[str] = []

    def after() -> None:
        try:
            seen.append(str(Dossier.objects.count()))
        except ProgrammingError as error:
            seen.append(str(error.__cause__.sqlstate))  # type: ignore[union-attr]

    with connection.cursor() as cursor:
        cursor.execute("SET ROLE app_login")
    try:
        with transaction.atomic():
            with acting_as(ours):
                assert Dossier.objects.count() == 1
                transaction.on_commit(after)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
    assert seen == [REFUSED]


@pytest.mark.attack("T32")
def test_a_callback_that_names_its_context_sees_its_own_only(ours: Context) -> None:
    stranger = factories.creditor(factories.brand("autre"))
    factories.office(stranger.brand)
    factories.dossier(stranger, phase=Phase.AMIABLE)
    seen: list[int] = []

    def after() -> None:
        with as_login(), acting_as(ours):
            seen.extend(key for (key,) in rows("SELECT creditor_id FROM dossiers_dossier"))

    with transaction.atomic():
        transaction.on_commit(after)
    assert seen == list(ours.creditors)
