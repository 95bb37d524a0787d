"""The walls inside the database: what SQL itself refuses, whatever the program forgets."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.utils import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import path

from accounts import contacts
from accounts.models import BillingParty, ChangeRequestPaper, CivilStatus, Creditor, OfficeProfile
from accounts.models.contact import ContactKind
from core.rowsecurity import AUDIENCES
from credicys.urls import urlpatterns as product_urls
from dossiers import search
from dossiers.enums import Phase
from dossiers.models import Debtor, Dossier, InvoiceDrop, Item
from notifications.models import Channel, Message
from notifications.tasks import relay
from procedures.models import Deadline
from procedures.tasks import sweep_deadlines
from signatures.models import Proof
from tenants.context import WORKER, Audience, Context, acting_as, knowing, switch
from tenants.models import Brand
from tests import factories
from tests.conftest import MONDAY, AppClient

# Tables without row security, each with its reason. Whatever else stands in the schema is walled.
OPEN_TABLES = {
    "account_emailaddress": "read before anybody is known",
    "account_emailconfirmation": "read before anybody is known",
    "accounts_loginpolicy": "what a brand asks at log-in: read before",
    "accounts_secretquestion": "asked before anybody is known; the answer is hashed",
    "accounts_trustedphone": "a person's own number, as her address: written by the page of her security",
    "accounts_dailynews": "that a person wants a mail a day; nothing else",
    "accounts_membership": "says whose rows a person may see: read before; written at home only (0006_people)",
    "accounts_officemembership": "says whose rows a person may see: read before; written at home only (0006_people)",
    "accounts_partnermembership": "says whose rows a person may see: read before; written by support only",
    "accounts_user": "read before anybody is known",
    "accounts_user_groups": "Django's own, empty",
    "accounts_user_user_permissions": "Django's own, empty",
    "auth_group": "Django's own, empty",
    "auth_group_permissions": "Django's own, empty",
    "auth_permission": "Django's own",
    "core_auditentry": "append-only; read by support only",
    "core_erasure": "append-only; keys of what was erased, without a name",
    "core_submission": "found by the random token of a form only; holds an address, no name",
    "django_admin_log": "support only",
    "django_content_type": "Django's own",
    "django_migrations": "no audience has a right on it",
    "payments_batch": "totals of the platform's own files to its bank, without a name",
    "accounts_opensession": "found by the hash of a secret key only",
    "django_session": "Django's own, empty: sessions are in accounts_opensession",
    "mfa_authenticator": "sealed secrets, read at log-in before anybody is known",
    "socialaccount_socialaccount": "allauth's own, empty: portals tie no account; no audience has a right on it",
    "socialaccount_socialapp": "allauth's own, empty: portals are in accounts_signinportal",
    "socialaccount_socialtoken": "allauth's own, empty: no token is kept",
    "notifications_suspension": "state of the service, nobody's data",
    "procedures_commune": "the State's own list of communes and courts",
    "procedures_insolvencynotice": "published notices, the public's own; read by those who work on dossiers",
    "procedures_legaltext": "texts of law",
    "signatures_sending": "keyed hashes that only count; nobody's data",
    "tenants_brand": "public",
    "tenants_conventiontext": "published by the brand",
    "tenants_office": "public",
    "tenants_optionclause": "published by the brand",
    "tenants_policy": "rules of a brand, no person's",
    "tenants_terms": "public",
}
REFUSED = "42501"  # insufficient privilege: no grant, or row security


def rows(sql: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def run(sql: str, *params: Any) -> int:
    """How many rows the statement touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


@contextmanager
def refused() -> Iterator[None]:
    """The database refuses for want of a right, and the transaction goes on."""
    with pytest.raises(ProgrammingError) as error, transaction.atomic():
        yield
    assert error.value.__cause__.sqlstate == REFUSED, str(error.value)


@contextmanager
def as_login() -> Iterator[None]:
    """As the application's own login, before any context."""
    with transaction.atomic():
        run("SET LOCAL ROLE app_login")
        yield
        run("RESET ROLE")


@contextmanager
def speaking_as(context: Context) -> Iterator[None]:
    """As a request does: the application's login first, then its audience."""
    with as_login(), acting_as(context):
        yield


TABLES = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"


def tables() -> set[str]:
    return {name for (name,) in rows(TABLES)}


def walled() -> set[str]:
    """Tables with row security, forced on their owner too, and with a policy."""
    sql = f"{TABLES} AND relrowsecurity AND relforcerowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)"
    return {name for (name,) in rows(sql)}


# Walled, but no creditor's: each with its own test.
OF_NO_CREDITOR = {
    "accounts_contact",
    "accounts_officeics",
    "accounts_officeprofile",
    "accounts_partner",
    "accounts_signinportal",
    "core_reading",
    "procedures_breaker",
    "procedures_phonescript",
}


def of_creditors() -> set[str]:
    return walled() - OF_NO_CREDITOR


def forgotten() -> set[str]:
    return tables() - walled() - set(OPEN_TABLES)


# --- the lint -------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.attack("T25")
def test_every_table_is_walled_or_open_for_a_written_reason() -> None:
    assert not forgotten(), f"no wall (core.rowsecurity.wall) nor reason (OPEN_TABLES) for {sorted(forgotten())}"
    assert not set(OPEN_TABLES) - tables(), "a reason for a table that is gone"
    assert not set(OPEN_TABLES) & walled()


@pytest.mark.django_db
@pytest.mark.attack("T19", "S09")
def test_nobody_gives_herself_a_role_elsewhere(ours: Creditor, theirs: Creditor) -> None:
    """Roles are read before anybody is known; they are written at home only."""
    person = factories.member(theirs)
    with speaking_as(contexts(ours)["portal"]):
        assert run("UPDATE accounts_membership SET role = 'owner' WHERE creditor_id = %s", theirs.pk) == 0
        assert run("DELETE FROM accounts_membership WHERE creditor_id = %s", theirs.pk) == 0
        with refused():
            run(
                "INSERT INTO accounts_membership (user_id, creditor_id, brand_id, role) VALUES (%s, %s, %s, 'owner')",
                person.pk, theirs.pk, theirs.brand_id,
            )  # fmt: skip
    with speaking_as(contexts(ours)["office"]):
        assert run("DELETE FROM accounts_officemembership WHERE office_id <> app_office()") == 0


@pytest.mark.django_db
def test_what_is_written_to_support_is_read_by_support_and_by_the_receipt(ours: Creditor) -> None:
    contacts.write(ours.brand, ContactKind.COMPLAINT, now=MONDAY, name="Paul", email="p@d.fr", text="x")
    with speaking_as(Context(Audience.PUBLIC)):
        assert not rows("SELECT 1 FROM accounts_contact")
    for role in ("portal", "office", "debtor", "worker"):
        assert not any(may(role, right, "accounts_contact") for right in ("SELECT", "INSERT", "UPDATE", "DELETE"))
    with speaking_as(Context(Audience.SUPPORT)):
        assert rows("SELECT name FROM accounts_contact") == [("Paul",)]


@pytest.mark.django_db
@pytest.mark.attack("T18", "T19")
def test_what_an_office_says_of_itself_is_its_own(ours: Creditor, theirs: Creditor) -> None:
    here, there = (Dossier.objects.get(creditor=creditor).office for creditor in (ours, theirs))
    assert here and there
    for office in (here, there):
        OfficeProfile.objects.create(office=office, brand=office.brand, insurer=office.name)
    for role in ("portal", "debtor", "public"):
        assert not may(role, "SELECT", "accounts_officeprofile")
    with speaking_as(contexts(ours)["office"]):
        assert rows("SELECT office_id FROM accounts_officeprofile") == [(here.pk,)]
        assert run("UPDATE accounts_officeprofile SET insurer = 'x' WHERE office_id = %s", there.pk) == 0
        assert run("UPDATE tenants_office SET is_available = false") == 1
        with refused():
            run("UPDATE tenants_office SET court_of_appeal = 'Paris'")
        with refused():
            run("UPDATE accounts_officeprofile SET office_id = %s", there.pk)


@pytest.mark.django_db
@pytest.mark.attack("T18", "T19")
def test_a_brand_reads_its_own_portals_and_support_alone_writes_them(brand: Brand) -> None:
    here, there = (factories.portal(at) for at in (brand, factories.brand("autre")))
    with speaking_as(Context(Audience.PUBLIC, brand=brand.pk)):
        assert rows("SELECT id FROM accounts_signinportal") == [(here.pk,)]
        for sql in ("UPDATE accounts_signinportal SET issuer = 'x'", "DELETE FROM accounts_signinportal"):
            with refused():
                run(sql)
    with speaking_as(Context(Audience.PUBLIC)):
        assert not rows("SELECT 1 FROM accounts_signinportal")
    for role in ("portal", "office", "debtor", "worker"):
        assert not any(may(role, right, "accounts_signinportal") for right in ("SELECT", "INSERT", "UPDATE", "DELETE"))
    with speaking_as(Context(Audience.SUPPORT)):
        assert run("UPDATE accounts_signinportal SET is_open = false WHERE id = %s", there.pk) == 1
        with refused():
            run("UPDATE accounts_signinportal SET brand_id = %s WHERE id = %s", brand.pk, there.pk)


@pytest.mark.req("NUM-30")
@pytest.mark.django_db
@pytest.mark.attack("T18", "T19")
def test_a_distributor_reads_whom_it_brought_and_nothing_else(ours: Creditor, theirs: Creditor) -> None:
    """As the portal's role without a creditor: of all walled rows, only those under its key are there."""
    mine, other = ours.introductions.get(), theirs.introductions.get()
    here = Context(Audience.PORTAL, brand=ours.brand_id, partner=mine.partner_id)
    with speaking_as(here):
        assert rows("SELECT id FROM accounts_introduction") == [(mine.pk,)]
        assert rows("SELECT id FROM accounts_partner") == [(mine.partner_id,)]
        seen = {table for table in of_creditors() if may("portal", "SELECT", table) and rows(f"SELECT 1 FROM {table}")}
        assert seen == {"accounts_introduction"}
        assert run("UPDATE accounts_introduction SET ended_at = now(), ended_by = 'x'") == 0
        for sql in (
            "DELETE FROM accounts_introduction", "UPDATE accounts_partner SET name = 'x'",
            "INSERT INTO accounts_partnermembership (user_id, partner_id, brand_id) SELECT 1, 1, 1",
        ):  # fmt: skip
            with refused():
                run(sql)
    with speaking_as(contexts(ours)["portal"]):
        assert rows("SELECT id FROM accounts_partner") == [(mine.partner_id,)], "the creditor reads who brought it"
        assert run("UPDATE accounts_introduction SET ended_at = now(), ended_by = 'x'") == 1
    with speaking_as(here):
        assert not rows("SELECT 1 FROM accounts_introduction"), "ended: nothing more is seen"
    with speaking_as(Context(Audience.PORTAL, brand=factories.brand("autre").pk, partner=other.partner_id)):
        assert not rows("SELECT 1 FROM accounts_introduction") and not rows("SELECT 1 FROM accounts_partner")
    with speaking_as(Context(Audience.PUBLIC)):
        assert not rows("SELECT 1 FROM accounts_partner")


@pytest.mark.django_db
def test_a_secret_opens_its_own_row_and_no_other(ours: Creditor, theirs: Creditor) -> None:
    invitation, link = factories.invitation(ours, email="a@b.fr"), ours.share_links.get()
    with speaking_as(Context(Audience.PUBLIC)):
        assert not rows("SELECT 1 FROM accounts_invitation") and not rows("SELECT 1 FROM accounts_creditor")
        with knowing(invitation.code_hash):
            assert rows("SELECT id FROM accounts_invitation") == [(invitation.pk,)]
            assert rows("SELECT id FROM accounts_creditor") == [(ours.pk,)]
            assert not rows("SELECT 1 FROM accounts_sharelink")
        with knowing(link.token_hash):
            assert rows("SELECT id FROM accounts_sharelink") == [(link.pk,)]
        assert not rows("SELECT 1 FROM accounts_invitation")


@pytest.mark.django_db
@pytest.mark.attack("T25")
def test_a_new_table_that_nobody_walled_is_told_by_name() -> None:
    run("CREATE TABLE reports_forgotten (id bigint, creditor_id bigint)")
    assert forgotten() == {"reports_forgotten"}
    run("ALTER TABLE reports_forgotten ENABLE ROW LEVEL SECURITY")
    run("CREATE POLICY portal ON reports_forgotten TO r_portal USING (true)")
    assert forgotten() == {"reports_forgotten"}, "without FORCE the owner walks through"
    run("ALTER TABLE reports_forgotten FORCE ROW LEVEL SECURITY")
    assert forgotten() == set()


@pytest.mark.django_db
@pytest.mark.attack("T21")
def test_every_reference_between_owned_rows_carries_the_owner() -> None:
    """A plain foreign key is checked without row security: only one that holds the owner too keeps the wall."""
    sql = """
        SELECT c.conrelid::regclass::text, c.confrelid::regclass::text, array_agg(a.attname::text ORDER BY a.attname)
        FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
        WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace GROUP BY c.oid, 1, 2
    """
    owned = {
        name for (name,) in rows("SELECT table_name FROM information_schema.columns WHERE column_name = 'creditor_id'")
    }
    owned &= walled()
    references = rows(sql)
    plain = {(child, parent, columns[0]) for child, parent, columns in references if len(columns) == 1}
    bound = {
        (child, parent, name) for child, parent, columns in references if "creditor_id" in columns for name in columns
    }
    crossing = {(child, parent, name) for child, parent, name in plain if child in owned and parent in owned}
    assert len(crossing) > 8
    assert not crossing - bound, f"references that could cross the wall: {sorted(crossing - bound)}"


@pytest.mark.django_db
@pytest.mark.attack("T26")
def test_only_the_search_runs_above_row_security() -> None:
    definers = rows("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace")
    assert {name for (name,) in definers} == {"search_dossiers", "find_dossiers", "resembling_dossiers"}
    views = "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
    assert not rows(views), "a view reads with its owner's rights"


@pytest.mark.django_db
@pytest.mark.attack("T24")
def test_the_roles_of_the_application_are_above_nothing_and_own_nothing() -> None:
    roles = ["app_login", *(f"r_{audience}" for audience in AUDIENCES)]
    sql = "SELECT rolname FROM pg_roles WHERE rolname = ANY (%s) AND NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)"
    assert {name for (name,) in rows(sql, roles)} == set(roles)
    owned = "SELECT relname FROM pg_class JOIN pg_roles r ON relowner = r.oid WHERE r.rolname = ANY (%s)"
    assert not rows(owned, roles)
    assert not rows(
        "SELECT datname FROM pg_database d JOIN pg_roles r ON d.datdba = r.oid WHERE r.rolname = ANY (%s)", roles
    )
    for role in roles:
        assert not rows("SELECT 1 WHERE pg_has_role(%s, 'app_migrator', 'MEMBER')", role)
        assert not rows("SELECT 1 WHERE has_schema_privilege(%s, 'public', 'CREATE')", role)
    truncating = "SELECT grantee, table_name FROM information_schema.role_table_grants WHERE privilege_type IN ('TRUNCATE', 'TRIGGER', 'REFERENCES') AND grantee = ANY (%s)"
    assert not rows(truncating, roles)


@pytest.mark.django_db
@pytest.mark.attack("T23")
@pytest.mark.parametrize(
    "attempt",
    [
        "ALTER TABLE dossiers_dossier DISABLE ROW LEVEL SECURITY",
        "DROP POLICY portal ON dossiers_dossier",
        "CREATE POLICY all_of_it ON dossiers_dossier USING (true)",
        "SET ROLE app_migrator",
        "SET SESSION AUTHORIZATION app_migrator",
        "CREATE TABLE mine (id int)",
        "TRUNCATE dossiers_event",
        "SELECT 1 FROM pg_authid",
    ],
)
@pytest.mark.parametrize("audience", [*Audience])
def test_no_audience_can_lift_the_wall(audience: Audience, attempt: str) -> None:
    """Inside a program that is broken into: as app_login, which is all that its connection is."""
    with speaking_as(Context(audience)):
        if attempt.startswith("SET "):  # a test's session is the owner's: what the login itself may do is asked
            assert not rows("SELECT 1 WHERE pg_has_role('app_login', 'app_migrator', 'MEMBER')")
        else:
            with refused():
                run(attempt)


# --- a world with a row of a stranger in every table --------------------------------------------------------------
def furnish(office: Any, word: str) -> Creditor:
    """A creditor with a row in every walled table."""
    creditor = factories.creditor(office.brand, last_name=word)
    paper = creditor.mandates.get().unsigned
    BillingParty.objects.create(
        creditor=creditor, name=word, street="1 rue", postcode="69001", town="Lyon", email="a@b.fr"
    )
    CivilStatus.objects.create(
        creditor=creditor, birth_on=MONDAY, birth_place=word, nationality="française", occupation="menuisière"
    )
    factories.invitation(creditor)
    factories.share_link(creditor)
    factories.introduction(factories.partner(office.brand), creditor)
    InvoiceDrop.objects.create(creditor=creditor, by=word, at=MONDAY)
    factories.claim_import(creditor, word)
    factories.payout_account(creditor)
    factories.saved_search(creditor)
    ChangeRequestPaper.objects.create(request=factories.change_request(creditor), creditor=creditor, document=paper)
    for furnish_with in (factories.convention, factories.option, factories.plan):
        furnish_with(creditor)
    dossier = factories.dossier(
        creditor, phase=Phase.AMIABLE, office=office, lapsing_on=(MONDAY + timedelta(days=9)).date()
    )
    dossier.attachments.create(creditor=creditor, document=paper, added_by=word, added_at=MONDAY)
    Message.objects.create(
        brand=office.brand, creditor_id=creditor.pk, office=office, dossier_id=dossier.pk, key=word, kind="amiable_email",
        channel=Channel.EMAIL, recipient={}, created_at=MONDAY, try_at=MONDAY,
    )  # fmt: skip
    sign_and_collect(creditor, dossier)
    factories.agreement(dossier)
    factories.word_with_file(dossier)
    factories.publication(dossier, paper)
    factories.insolvency(dossier)
    factories.paper_to_sign(dossier, "acceptance")
    factories.hold(dossier, state="lifted", ended_at=MONDAY, ended_by=word)  # one that stands would stop the sweep
    return creditor


def sign_and_collect(creditor: Creditor, dossier: Dossier) -> None:
    """Something signed and proved, and a collection that came back."""
    signature = factories.signature(creditor, dossier_id=dossier.pk, for_debtor=True)
    Proof.objects.create(
        signature=signature, creditor_id=creditor.pk, dossier_id=dossier.pk, stamped=signature.sealed, file=signature.sealed,
        bundle=signature.sealed, stamped_at=MONDAY, made_at=MONDAY,
    )  # fmt: skip
    factories.fee(creditor)
    factories.bank_return(factories.collection(creditor))
    factories.card_payment(creditor)


@pytest.fixture
def ours(office: Any) -> Creditor:
    return furnish(office, "Nôtre")


@pytest.fixture
def theirs(office: Any) -> Creditor:
    """A stranger of the same brand, at another office."""
    return furnish(factories.office(office.brand, name="Étude Lagarde", court_of_appeal="Paris"), "Autre")


def owner_column(table: str) -> str:
    return "id" if table == "accounts_creditor" else "creditor_id"


def count(table: str, of: Creditor) -> int:
    [(found,)] = rows(f"SELECT count(*) FROM {table} WHERE {owner_column(table)} = %s", of.pk)
    return int(found)


def contexts(of: Creditor) -> dict[str, Context]:
    """Everybody who may look at this creditor's rows, and no other's."""
    dossier = Dossier.objects.get(creditor=of)
    return {
        "portal": Context(Audience.PORTAL, brand=of.brand_id, creditors=(of.pk,)),
        "office": Context(Audience.OFFICE, brand=of.brand_id, office=dossier.office_id),
        "debtor": Context(Audience.DEBTOR, brand=of.brand_id, dossier=dossier.pk),
        "public": Context(Audience.PUBLIC),
    }


def may(role: str, right: str, table: str) -> bool:
    [(answer,)] = rows("SELECT has_table_privilege(%s, %s, %s)", f"r_{role}", table, right)
    return bool(answer)


# --- without a context ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.attack("T17", "T15")
def test_without_a_context_nothing_is_permitted(ours: Creditor) -> None:
    for table in sorted(tables()):
        with as_login():
            for sql in (f"SELECT 1 FROM {table}", f"DELETE FROM {table}"):
                with refused():
                    run(sql)
    with as_login(), refused():
        run("INSERT INTO dossiers_dossier DEFAULT VALUES")


@pytest.mark.django_db
@pytest.mark.attack("T15")
@pytest.mark.parametrize("audience", [Audience.PORTAL, Audience.OFFICE, Audience.DEBTOR])
def test_an_audience_without_a_key_sees_no_row(audience: Audience, ours: Creditor) -> None:
    role = audience.removeprefix("r_")
    with speaking_as(Context(audience)):
        seen = {table: len(rows(f"SELECT 1 FROM {table}")) for table in of_creditors() if may(role, "SELECT", table)}
    assert seen and not any(seen.values()), seen


def test_a_context_needs_a_transaction(db: None, in_thread: Any) -> None:
    with pytest.raises(RuntimeError):
        in_thread(switch, Context(Audience.PUBLIC))


@pytest.mark.django_db
@pytest.mark.attack("T16")
def test_the_tasks_say_their_context_themselves(ours: Creditor) -> None:
    """A task that forgot would be refused: it runs as the login, like any other program."""
    with as_login():
        assert sweep_deadlines() == 1
        relay(limit=1)


# --- with the context of one, the rows of another --------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.attack("T18")
@pytest.mark.parametrize("role", ["portal", "office", "debtor", "public"])
def test_nobody_sees_changes_or_removes_a_strangers_row(role: str, ours: Creditor, theirs: Creditor) -> None:
    assert not [table for table in of_creditors() if not count(table, theirs)], (
        "every walled table needs a stranger's row here"
    )
    for table in sorted(of_creditors()):
        mine, column = owner_column(table), owner_column(table)
        with speaking_as(contexts(ours)[role]):
            if may(role, "SELECT", table):
                assert count(table, theirs) == 0, f"r_{role} sees {table}"
            for right, sql in (
                ("UPDATE", f"UPDATE {table} SET {column} = {column} WHERE {mine} = %s"),
                ("DELETE", f"DELETE FROM {table} WHERE {mine} = %s"),
            ):
                if may(role, right, table) and may(role, "SELECT", table):
                    assert run(sql, theirs.pk) == 0, f"r_{role} {right} {table}"
                else:
                    with refused():
                        run(sql, theirs.pk)


@pytest.mark.django_db
@pytest.mark.attack("T18")
def test_each_sees_ones_own_rows(ours: Creditor, theirs: Creditor) -> None:
    """Otherwise the test above would prove nothing."""
    for role, fewest in (("portal", 15), ("office", 9), ("debtor", 5)):
        with speaking_as(contexts(ours)[role]):
            seen = {table for table in of_creditors() if may(role, "SELECT", table) and count(table, ours)}
        assert len(seen) >= fewest, f"r_{role} sees only {sorted(seen)}"


@pytest.mark.django_db
@pytest.mark.attack("T19", "T22")
@pytest.mark.parametrize("role", ["portal", "office", "debtor", "public"])
def test_nobody_writes_a_row_for_a_stranger(role: str, ours: Creditor, theirs: Creditor) -> None:
    for table in sorted(of_creditors()):
        [(row,)] = rows(f"SELECT to_json(t)::text FROM {table} t WHERE {owner_column(table)} = %s LIMIT 1", theirs.pk)
        for ending in ("", " ON CONFLICT DO NOTHING"):
            with speaking_as(contexts(ours)[role]), refused():
                run(f"INSERT INTO {table} SELECT (json_populate_record(NULL::{table}, %s)).*{ending}", row)


@pytest.mark.django_db
@pytest.mark.attack("T20")
@pytest.mark.parametrize("role", ["portal", "office", "debtor"])
def test_nobody_gives_a_row_away(role: str, ours: Creditor, theirs: Creditor) -> None:
    for table in sorted(of_creditors() - {"accounts_creditor"}):
        with speaking_as(contexts(ours)[role]), pytest.raises(DatabaseError) as error, transaction.atomic():
            run(f"UPDATE {table} SET creditor_id = %s WHERE creditor_id = %s", theirs.pk, ours.pk)
        assert error.value.__cause__.sqlstate in (REFUSED, "23503"), f"{table}: {error.value}"  # type: ignore[union-attr]
        assert count(table, theirs) and count(table, ours)


@pytest.mark.django_db
@pytest.mark.attack("T20")
def test_a_dossier_and_a_creditor_do_not_change_brand_or_office(ours: Creditor, theirs: Creditor) -> None:
    other = factories.brand("autre")
    with speaking_as(contexts(ours)["portal"]), refused():
        run("UPDATE accounts_creditor SET brand_id = %s WHERE id = %s", other.pk, ours.pk)
    with speaking_as(contexts(ours)["portal"]), refused():
        run("UPDATE dossiers_dossier SET brand_id = %s WHERE creditor_id = %s", other.pk, ours.pk)
    elsewhere = Dossier.objects.get(creditor=theirs).office_id
    with speaking_as(contexts(ours)["office"]), refused():
        run("UPDATE dossiers_dossier SET office_id = %s WHERE creditor_id = %s", elsewhere, ours.pk)


@pytest.mark.django_db
@pytest.mark.attack("T21")
def test_a_reference_across_the_wall_is_refused_even_to_the_owner_of_the_tables(
    ours: Creditor, theirs: Creditor
) -> None:
    mine, strange = Dossier.objects.get(creditor=ours), Dossier.objects.get(creditor=theirs)
    paper = theirs.mandates.get().unsigned
    attempts = {
        "the debtor of a dossier": lambda: Dossier.objects.filter(pk=mine.pk).update(debtor=strange.debtor),
        "the dossier of an element": lambda: Item.objects.filter(dossier=mine).update(dossier=strange),
        "the paper of an element": lambda: Item.objects.filter(dossier=mine).update(document=paper),
        "the dossier of a message": lambda: Message.objects.filter(dossier_id=mine.pk).update(dossier_id=strange.pk),
        "the dossier of a deadline": lambda: Deadline.objects.filter(dossier=mine).update(dossier=strange),
        "the paper of a mandate": lambda: ours.mandates.update(signed=paper),
        "the account of a mandate": lambda: ours.mandates.update(account=theirs.bank_accounts.get()),
        "the office of a dossier": lambda: Dossier.objects.filter(pk=mine.pk).update(
            office=factories.office(factories.brand("autre"))
        ),
        "the brand of a membership": lambda: factories.member(ours) and ours.memberships.update(brand=factories.brand("autre")),
    }  # fmt: skip
    for name, attempt in attempts.items():
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
            run("SET CONSTRAINTS ALL IMMEDIATE")
            pytest.fail(f"{name} crosses the wall")


@pytest.mark.django_db
def test_an_office_never_sees_a_draft(ours: Creditor) -> None:
    dossier = Dossier.objects.get(creditor=ours)
    draft = factories.dossier(ours)
    Dossier.objects.filter(pk=draft.pk).update(office=dossier.office)
    with speaking_as(Context(Audience.OFFICE, brand=ours.brand_id, office=dossier.office_id)):
        assert rows("SELECT id FROM dossiers_dossier") == [(dossier.pk,)]
        assert {key for (key,) in rows("SELECT dossier_id FROM dossiers_item")} == {dossier.pk}
        assert not Debtor.objects.filter(pk=draft.debtor_id).exists()


@pytest.mark.django_db
def test_the_bank_account_and_the_signature_codes_are_the_creditors_alone(ours: Creditor) -> None:
    for table in (
        "accounts_bankaccount",
        "accounts_billingparty",
        "mandates_mandate",
        "payments_fee",
    ):
        for role in ("office", "debtor", "public"):
            assert not may(role, "SELECT", table), f"r_{role} reads {table}"
    for table in ("signatures_challenge", "signatures_signature", "signatures_proof"):
        for role in ("office", "public"):
            assert not may(role, "SELECT", table), f"r_{role} reads {table}"
    for role in ("debtor", "public"):  # the office that petitions writes it into the petition (CPC 54)
        assert not may(role, "SELECT", "accounts_civilstatus")


# --- the search ----------------------------------------------------------------------------------------------------
def found(words: str) -> list[int]:
    return search.found(search.Query(words), most=5000)


@pytest.mark.django_db
@pytest.mark.attack("T26", "T10")
def test_the_search_looks_only_where_the_context_looks(ours: Creditor, theirs: Creditor) -> None:
    mine = Dossier.objects.get(creditor=ours)
    for role in ("portal", "office"):
        with speaking_as(contexts(ours)[role]):
            assert found("%%") == found("Durand") == [mine.pk]
    for context in (Context(Audience.PORTAL), Context(Audience.OFFICE)):
        with speaking_as(context):
            assert found("%%") == []
    for audience in (Audience.PUBLIC, Audience.DEBTOR, Audience.SUPPORT, Audience.WORKER):
        with speaking_as(Context(audience)), refused():
            found("%%")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        search.Query("'); DROP TABLE dossiers_search; --"),
        search.Query("%' OR true --"),
        search.Query("\\"),
        search.Query("$1"),
        search.Query("%s" * 9),  # one alone may stand in a drawn reference
        search.Query("%", phase="x' OR true --"),
    ],
)
def test_what_is_looked_for_is_never_read_as_sql(query: search.Query, ours: Creditor, theirs: Creditor) -> None:
    with speaking_as(contexts(ours)["portal"]):
        assert search.found(query, most=5000) == []
    assert count("dossiers_search", theirs) == 1


@pytest.mark.django_db
@pytest.mark.attack("T19")
def test_a_forged_setting_is_text_and_never_sql(ours: Creditor) -> None:
    with speaking_as(Context(Audience.PORTAL, creditors=(ours.pk,))):
        for value in ("{1} OR true", "1", "x", "{1,2"):
            with pytest.raises(DatabaseError), transaction.atomic():
                run("SELECT set_config('app.creditors', %s, true)", value)
                rows("SELECT 1 FROM dossiers_dossier")


# --- how long a context lasts -----------------------------------------------------------------------------------------
def context_now() -> tuple[str, ...]:
    return rows(
        "SELECT current_user, " + ", ".join(
            f"coalesce(current_setting('app.{name}', true), '')" for name in ("brand", "creditors", "office", "dossier")
        )
    )[0]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.attack("T29")
def test_the_outer_context_returns_when_the_inner_one_ends(ours: Creditor, theirs: Creditor) -> None:
    outside, office = context_now(), contexts(theirs)["office"]
    with acting_as(contexts(ours)["portal"]):
        portal = context_now()
        with acting_as(WORKER):
            assert context_now()[0] == "r_worker"
        assert context_now() == portal
        with pytest.raises(ZeroDivisionError), acting_as(office):
            raise ZeroDivisionError
        assert context_now() == portal
        with acting_as(office):
            transaction.set_rollback(True)
        assert context_now() == portal
    assert context_now() == outside


def alternate(times: int) -> list[str]:
    """Requests of two creditors in turn, over one connection that stays open; what each one saw that was not its own."""
    office = factories.office()
    wrong = []
    people = []
    for word in ("Alpha", "Omega"):
        creditor = factories.creditor(office.brand)
        factories.dossier(creditor, phase=Phase.AMIABLE, office=office, creditor_reference=word)
        browser = AppClient()
        browser.force_login(factories.member(creditor), backend="allauth.account.auth_backends.AuthenticationBackend")
        people.append((word, browser))
    session = rows("SELECT pg_backend_pid()")
    for turn in range(times):
        word, browser = people[turn % 2]
        other = people[1 - turn % 2][0]
        page = browser.get("/espace/dossiers/").content.decode()
        if word not in page or other in page:
            wrong.append(f"{turn}: {word}")
        if any(context_now()[1:]):
            wrong.append(f"{turn}: {context_now()} after the request")
    assert rows("SELECT pg_backend_pid()") == session, "the connection was not kept"
    return wrong


# With the apps named, the tables are emptied in cascade: that of the search has no model.
@pytest.mark.django_db(transaction=True, available_apps=list(settings.INSTALLED_APPS))
@pytest.mark.attack("T27", "T28")
def test_a_context_does_not_outlive_its_request_on_a_connection_that_stays_open() -> None:
    assert alternate(200) == []


# --- failures ------------------------------------------------------------------------------------------------------
def fails_after_writing(request: HttpRequest) -> HttpResponse:
    Debtor.objects.create(
        creditor=request.creditor, last_name="À moitié", street="1 rue", postcode="69001", town="Lyon"
    )  # type: ignore[attr-defined]
    if "status" in request.GET:
        return HttpResponse("", status=int(request.GET["status"]))
    if "sql" in request.GET:
        run("SELECT 1 / 0")
    raise ZeroDivisionError


def renders_late(request: HttpRequest) -> HttpResponse:
    template = engines["django"].from_string("{% for d in dossiers %}[{{ d.creditor_reference }}]{% endfor %}")
    return TemplateResponse(request, template, {"dossiers": Dossier.objects.all()})


urlpatterns = [
    path("espace/essai/echec", fails_after_writing),
    path("espace/essai/tardif", renders_late),
    *product_urls,
]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.attack("T29")
@pytest.mark.parametrize("query", ["", "?status=500", "?status=503", "?sql=1"])
def test_a_failure_undoes_all_and_leaves_no_context(
    query: str, creditor: Creditor, as_creditor: Any, caplog: Any
) -> None:
    browser = as_creditor()
    browser.raise_request_exception = False
    answer = browser.get(f"/espace/essai/echec{query}")
    assert answer.status_code >= 500
    assert not Debtor.objects.filter(last_name="À moitié").exists()
    assert not any(context_now()[1:])
    assert browser.get("/espace/").status_code == 200


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.attack("T29")
def test_an_answer_below_500_keeps_what_was_written(creditor: Creditor, as_creditor: Any) -> None:
    assert as_creditor().get("/espace/essai/echec?status=422").status_code == 422
    assert Debtor.objects.filter(last_name="À moitié").exists()


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.attack("T30")
def test_a_page_rendered_late_still_sees_its_rows_and_only_those(creditor: Creditor, as_creditor: Any) -> None:
    factories.dossier(creditor, creditor_reference="NOTRE")
    factories.dossier(factories.creditor(creditor.brand), creditor_reference="AUTRE")
    assert as_creditor().get("/espace/essai/tardif").content.decode() == "[NOTRE]"


@pytest.mark.django_db
def test_events_documents_and_traces_cannot_be_changed_even_by_the_owner_of_the_tables(ours: Creditor) -> None:
    for table in ("dossiers_event", "documents_document", "core_auditentry"):
        for sql in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with pytest.raises(IntegrityError), transaction.atomic():
                run(sql)


def test_the_settings_of_a_context_are_plain_text() -> None:
    context = Context(Audience.PORTAL, brand=1, creditors=(2, 3), office=4, dossier=5, partner=6)
    assert context.settings() == ("r_portal", "1", "{2,3}", "4", "5", "6")
    assert json.dumps(Context(Audience.PUBLIC).settings()) == '["r_public", "", "", "", "", ""]'
