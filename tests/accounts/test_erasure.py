"""A person who asked to be erased is erased; and a backup of before does not bring her back."""

import json
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import Creditor, User
from core import clock
from core.models import Erasure
from notifications.models import Message
from signatures.models import Signature
from tests import factories
from tests.conftest import AppClient

pytestmark = pytest.mark.django_db
KEPT = {"signatures_signature", "signatures_challenge", "core_auditentry", "signatures_deed"}


@pytest.fixture(autouse=True)
def as_owner(monkeypatch: Any) -> None:
    """The suite is the owner of the tables already: the connection stays."""
    for name in ("erase", "replay_erasures"):
        monkeypatch.setattr(f"accounts.management.commands.{name}.as_migrator", lambda: None)


@pytest.fixture
def leaver(creditor: Creditor) -> User:
    factories.member(creditor)
    person = factories.member(creditor)
    User.objects.filter(pk=person.pk).update(email="ines.canari@exemple.fr", last_name="Canari")
    EmailAddress.objects.create(user=person, email="ines.canari@exemple.fr", primary=True, verified=True)
    factories.trusted_phone(person, number="+33698700001")
    factories.second_factor(person)
    Message.objects.create(
        brand=creditor.brand, key="bonjour", kind="phone_changed", channel="email", created_at=clock.now(), try_at=clock.now(),
        recipient={"name": "Inès Canari", "email": "ines.canari@exemple.fr"}, payload={"who": "Inès Canari"},
    )  # fmt: skip
    person.refresh_from_db()
    return person


def hits(text: str) -> set[str]:
    """The tables in which the text stands anywhere."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT 1 FROM {table} t WHERE t::text ILIKE %s LIMIT 1", [f"%{text}%"])
            found |= {table} if cursor.fetchone() else set()
    return found


def erase(**fields: Any) -> None:
    call_command("erase", "ines.canari@exemple.fr", by="Adrien", **fields)


@pytest.mark.attack("G12")
def test_a_restored_backup_of_before_an_erasure_is_not_opened_until_it_is_replayed(
    leaver: User, client: AppClient, capsys: Any
) -> None:
    with transaction.atomic():
        erase()
        assert not hits("canari") and not hits("98700001")
        assert client.get("/sante").status_code == 200
        transaction.set_rollback(True)  # the base is as it was before; the ledger is not in it
    assert hits("canari") >= {"accounts_user", "account_emailaddress", "notifications_message"}
    answer = client.get("/sante")
    assert (answer.status_code, answer.json()["effacements"]) == (503, "à refaire")
    call_command("replay_erasures")
    assert "1 effacement(s)" in capsys.readouterr().out
    assert not hits("canari") and not hits("98700001")
    assert client.get("/sante").status_code == 200
    call_command("replay_erasures")
    assert "0 effacement(s)" in capsys.readouterr().out and Erasure.objects.count() == 1


def test_the_ledger_holds_keys_and_no_content(leaver: User) -> None:
    erase()
    line = json.loads(Path(django_settings.ERASURE_LEDGER).read_text())
    assert line["subject"] == f"user:{leaver.pk}" and "canari" not in str(line).lower()


def test_what_she_signed_stays(leaver: User, creditor: Creditor) -> None:
    signature = factories.signature(creditor, person=leaver)
    erase()
    assert Signature.objects.get().pk == signature.pk and hits("canari") <= KEPT
    leaver.refresh_from_db()
    assert not leaver.is_active and not leaver.has_usable_password() and not leaver.memberships.exists()


def test_the_only_one_in_charge_hands_over_first(creditor: Creditor) -> None:
    alone = factories.member(creditor)
    with pytest.raises(CommandError, match="donnez d’abord ce rôle"):
        call_command("erase", alone.email, by="Adrien")
    alone.refresh_from_db()
    assert alone.is_active and not Path(django_settings.ERASURE_LEDGER).exists()


def test_nobody_changes_the_ledger_of_the_base(leaver: User) -> None:
    erase()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Erasure.objects.all().delete()


def test_a_ledger_that_cannot_be_read_keeps_the_service_closed(client: AppClient) -> None:
    Path(django_settings.ERASURE_LEDGER).write_text("{")
    assert client.get("/sante").status_code == 503


def test_an_address_that_nobody_has_erases_nothing() -> None:
    with pytest.raises(CommandError, match="Personne n’a cette adresse"):
        call_command("erase", "rien@exemple.fr", by="Adrien")
