"""Looking changes nothing: every address, for everybody, writes no row but those of sessions."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from core.http import WriteRefused, readonly
from tests.conftest import AppClient
from tests.walls.test_tenancy import ADDRESSES, RECIPES, World, at_door, build, everything

WRITES = re.compile(
    r"^\s*(?:WITH\b.*?\)\s*)?(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|CREATE|DROP|ALTER|COPY|LOCK)\s+\"?(\w+)",
    re.I | re.S,
)
OWN = {"accounts_opensession", "core_reading"}  # that a page was read is told nowhere else
# Nothing to fill in: taken as they stand.
SECRET = {"token": "x", "uidb36": "1", "key": "x", "code": "x", "clause": 1, "slug": "connexion", "provider_id": "x"}


@pytest.fixture
def world(db: None) -> World:
    return build()


@contextmanager
def writes() -> Iterator[list[str]]:
    """The tables that statements wrote to, those of sessions left out."""
    found: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        told = WRITES.match(str(sql))
        if told and told[2] not in OWN:
            found.append(str(sql)[:120])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def paths(world: World) -> list[str]:
    """Every address, its keys filled with ours so that the pages are really made."""
    found = []
    for address in ADDRESSES:
        filled: list[dict[str, Any]] = [{}]
        for name, kind in address.converters:
            recipe = RECIPES.get((address.door, kind, name))
            values = recipe(world.ours) if recipe else [SECRET[name]]
            filled = [known | {name: value} for known in filled for value in values]
        found += [address.filled(values) for values in filled] if address.route[:1] != "^" else []
    return found


@pytest.mark.attack("W02")
@pytest.mark.parametrize("door", ["espace", "etude", "debiteur", "personne"])
def test_get_and_head_write_nothing(door: str, world: World) -> None:
    browser = at_door(door, world)
    before, answered = everything(), 0
    for path in paths(world):
        with writes() as found:
            for answer in (browser.get(path), browser.head(path), browser.get(f"{path}?advance=1d&name=accept&q=ab")):
                assert answer.status_code < 500, path
                answered += answer.status_code == 200
        assert not found, f"GET {path} writes: {found}"
    assert everything() == before
    assert answered > 20


def test_the_watch_sees_a_write() -> None:
    """Otherwise the test above would prove nothing."""
    seen = [
        'INSERT INTO "dossiers_dossier" (a) VALUES (1)',
        "update  dossiers_item set x",
        'DELETE FROM "x"',
        "TRUNCATE y",
    ]
    assert all(WRITES.match(sql) for sql in seen)
    assert not WRITES.match('SELECT 1 FROM "x" FOR UPDATE')


@pytest.mark.django_db
def test_a_view_that_only_shows_cannot_write(brand: Any, rf: Any) -> None:
    @readonly
    def view(request: Any) -> Any:
        type(brand).objects.update(name="Autre")

    with pytest.raises(WriteRefused, match="UPDATE"):
        view(rf.get("/"))
    assert view(rf.post("/")).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("sql", ["WITH x AS (DELETE FROM tenants_terms RETURNING 1) SELECT * FROM x", "  (insert into x values (1))",
                                 "CALL x()", "DO $$ BEGIN END $$", "COPY x FROM STDIN", "/* */ DELETE FROM x"])  # fmt: skip
def test_no_way_of_writing_passes_for_reading(sql: str, rf: Any) -> None:
    @readonly
    def view(request: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    with pytest.raises(WriteRefused):
        view(rf.get("/"))


def test_the_page_of_health_needs_no_database_to_be_told_apart(client: AppClient) -> None:
    assert client.get("/sante").json() == {"base": "ok"}
