"""A file of claims: read, confirmed, carried out; nothing twice, nothing half done, nothing by surprise."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.models import Creditor
from documents.sniffing import Refused
from dossiers import journal, search
from dossiers.enums import Phase
from dossiers.models import ClaimImport, Debtor, Dossier, Item
from notifications.models import Message
from procedures import imports
from tenants.context import Audience, Context, acting_as
from tests import factories
from tests.conftest import MONDAY
from tests.dossiers.test_import_reading import cells, csv_of

BY = "Jeanne Martin"


def given(creditor: Creditor, *rows: list[str]) -> ClaimImport:
    return imports.start(creditor, SimpleUploadedFile("créances.csv", csv_of(*rows).encode()), by=BY, now=MONDAY)


def many(count: int, **changes: str) -> list[list[str]]:
    return [cells(reference=f"R{n}", facture=f"F{n}", **changes) for n in range(count)]


def until_quiet(batch: ClaimImport) -> ClaimImport:
    while imports.work(now=MONDAY):
        pass
    batch.refresh_from_db()
    return batch


def carried_out(creditor: Creditor, *rows: list[str], files: bool = False) -> ClaimImport:
    batch = until_quiet(given(creditor, *rows))
    imports.decide(batch, goes_on=True, files=files, by=BY, now=MONDAY)
    return until_quiet(batch)


@pytest.mark.attack("I04")
def test_reading_creates_nothing_and_tells_each_fault_by_line_and_column(creditor: Creditor) -> None:
    batch = until_quiet(given(creditor, *many(2), cells(reference="R9", montant="x", courriel="y")))
    assert (batch.state, batch.good, batch.bad) == ("ready", 2, 1)
    row = batch.rows.get(state="bad")
    assert (row.line, row.faults) == (4, [["courriel", "email"], ["montant", "amount"]])
    assert not Dossier.objects.exists() and not Debtor.objects.exists()


@pytest.mark.attack("I04")
def test_only_the_good_lines_are_created_once_that_was_chosen(creditor: Creditor) -> None:
    batch = carried_out(creditor, *many(3), cells(reference="R9", montant="x"))
    assert (batch.state, batch.created, batch.filed) == ("done", 3, 0)
    assert {d.phase for d in Dossier.objects.all()} == {Phase.DRAFT}
    assert not Dossier.objects.filter(creditor_reference="R9").exists()


@pytest.mark.attack("I04")
def test_nothing_until_all_is_good_creates_nothing(creditor: Creditor) -> None:
    batch = until_quiet(given(creditor, *many(2), cells(reference="R9", montant="x")))
    assert imports.decide(batch, goes_on=False, files=False, by=BY, now=MONDAY)
    assert until_quiet(batch).state == "cancelled"
    assert not imports.decide(batch, goes_on=True, files=False, by=BY, now=MONDAY)
    assert not Dossier.objects.exists()


def test_an_imported_draft_is_what_the_wizard_makes(creditor: Creditor) -> None:
    carried_out(creditor, cells())
    dossier = Dossier.objects.get()
    assert dossier.balance().format_fr() == "1\u202f234,56\u00a0€"
    assert (dossier.debtor.name, dossier.debtor.siren, dossier.debtor.postcode) == (
        "Boulangerie Durand",
        "552100554",
        "69002",
    )
    assert journal.holds(dossier) and dossier.events.get().kind == "opened"
    with acting_as(Context(Audience.PORTAL, brand=creditor.brand_id, creditors=(creditor.pk,))):
        assert search.found(search.Query("boulangerie dur"), most=5) == [dossier.pk]


def test_filed_lines_go_to_the_office_and_the_others_stay_drafts_with_the_reason(
    creditor: Creditor, office: Any
) -> None:
    batch = carried_out(
        creditor, *many(2), cells(reference="vieille", echeance="02/03/2010", emission="31/01/2010"), files=True
    )
    assert (batch.created, batch.filed) == (3, 2)
    filed = Dossier.objects.filter(phase=Phase.SUBMITTED)
    assert filed.count() == 2 and all(d.office == office and d.is_attested for d in filed)
    assert Message.objects.filter(kind="new_dossier").count() == 2 or Message.objects.count() == 2
    row = batch.rows.get(reference="vieille")
    assert row.state == "created" and "prescrite" in row.notes[0]


def test_what_could_only_be_a_draft_is_said_before_anything_is_chosen(creditor: Creditor, office: Any) -> None:
    rows = [
        cells(reference="loin", code_postal="75001"),
        cells(reference="vieille", echeance="02/03/2010", emission="31/01/2010"),
    ]
    batch = until_quiet(given(creditor, *rows, cells()))
    assert [row.notes for row in batch.rows.order_by("line")] == [["no_office"], ["prescribed"], []]


def test_the_same_file_again_changes_nothing_and_says_so(creditor: Creditor) -> None:
    carried_out(creditor, *many(3))
    before = Item.objects.count(), Dossier.objects.count()
    again = until_quiet(given(creditor, *many(3)))
    assert (again.good, again.known) == (0, 3)
    imports.decide(again, goes_on=True, files=False, by=BY, now=MONDAY)
    assert until_quiet(again).state == "cancelled"
    assert (Item.objects.count(), Dossier.objects.count()) == before


def test_a_reference_twice_in_one_file_is_a_fault_even_far_apart(creditor: Creditor, monkeypatch: Any) -> None:
    monkeypatch.setattr(imports, "READ_AT_ONCE", 2)
    batch = until_quiet(given(creditor, *many(5), cells(reference="R1"), cells(reference="R1")))
    assert (batch.good, batch.bad) == (5, 2)


def test_a_reference_twice_on_neighbouring_lines_is_a_fault(creditor: Creditor) -> None:
    batch = until_quiet(given(creditor, *many(2), cells(reference="R1"), cells(reference="R1")))
    assert [row.faults for row in batch.rows.filter(state="bad")] == [[["reference", "twice"]]] * 2
    assert batch.good == 2


@pytest.mark.attack("I03")
def test_two_tabs_with_the_same_file_make_each_invoice_once(creditor: Creditor) -> None:
    first, second = until_quiet(given(creditor, *many(3))), until_quiet(given(creditor, *many(3)))
    for batch in (first, second):
        imports.decide(batch, goes_on=True, files=False, by=BY, now=MONDAY)
    until_quiet(first), until_quiet(second)
    assert (Dossier.objects.count(), Item.objects.count()) == (3, 3)
    assert second.rows.filter(state="known", dossier__isnull=False).count() == 3


@pytest.mark.attack("I08")
def test_a_file_says_nothing_about_whose_claims_these_are(creditor: Creditor) -> None:
    other = factories.creditor(creditor.brand)
    content = (
        csv_of(cells()).replace('"reference"', '"creditor_id";"reference"').replace('"CLI-', f'"{other.pk}";"CLI-')
    )
    batch = imports.start(creditor, SimpleUploadedFile("f.csv", content.encode()), by=BY, now=MONDAY)
    assert batch.ignored == ["creditor_id"]
    until_quiet(batch)
    imports.decide(batch, goes_on=True, files=False, by=BY, now=MONDAY)
    until_quiet(batch)
    assert Dossier.objects.get().creditor == creditor


def test_a_file_whose_first_line_is_not_ours_is_refused_at_once(creditor: Creditor) -> None:
    with pytest.raises(Refused, match="Il manque des colonnes"):
        imports.start(creditor, SimpleUploadedFile("f.csv", b"a;b\n1;2\n"), by=BY, now=MONDAY)
    assert not ClaimImport.objects.exists()


def test_a_file_that_breaks_off_in_the_middle_is_refused_with_a_sentence(creditor: Creditor) -> None:
    content = csv_of(*many(3)) + '"R9;une cellule sans fin'
    batch = imports.start(creditor, SimpleUploadedFile("f.csv", content.encode()), by=BY, now=MONDAY)
    assert "mal formé" in until_quiet(batch).complaint
    assert batch.state == "refused"


def test_a_file_with_too_many_lines_is_refused(creditor: Creditor, monkeypatch: Any) -> None:
    monkeypatch.setattr(imports, "MOST_LINES", 3)
    batch = until_quiet(given(creditor, *many(4)))
    assert batch.state == "refused" and "Divisez-le" in batch.complaint


@pytest.mark.django_db(transaction=True, available_apps=list(settings.INSTALLED_APPS))
@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_a_worker_that_dies_between_or_inside_chunks_loses_and_repeats_nothing(monkeypatch: Any, dies_at: int) -> None:
    creditor = factories.creditor(factories.brand())
    monkeypatch.setattr(imports, "READ_AT_ONCE", 2)
    monkeypatch.setattr(imports, "MADE_AT_ONCE", 2)
    batch = given(creditor, *many(7))
    die(monkeypatch, "_stage", dies_at)
    until_quiet(batch)
    assert (batch.good, batch.bad, batch.state) == (7, 0, "ready")
    imports.decide(batch, goes_on=True, files=False, by=BY, now=MONDAY)
    die(monkeypatch, "_settle_rows", dies_at)
    until_quiet(batch)
    assert (batch.created, Dossier.objects.count(), Item.objects.count()) == (7, 7, 7)


class Killed(BaseException):
    """Like a SIGKILL: nothing after it runs but the database's own rollback."""


def die(monkeypatch: Any, name: str, at: int) -> None:
    """The call of that rank is the process's last; then another worker comes after the lease."""
    whole, calls = getattr(imports, name), []

    def mortal(*args: Any) -> Any:
        calls.append(args)
        result = whole(*args)
        if len(calls) == at:
            raise Killed
        return result

    monkeypatch.setattr(imports, name, mortal)
    with pytest.raises(Killed):
        while imports.work(now=MONDAY - timedelta(days=1)):
            pass
    connection.close()
    monkeypatch.setattr(imports, name, whole)


def test_a_worker_that_slept_beyond_its_lease_writes_nothing_that_the_next_one_wrote(creditor: Creditor) -> None:
    slept = given(creditor, *many(3))
    [(chunk, header)] = imports._chunks(slept.document, slept.position)
    until_quiet(ClaimImport.objects.get())
    ClaimImport.objects.update(state="reading")  # were it still being read, its place alone would tell
    with pytest.raises(imports.Elsewhere):
        imports._stage(slept, header, chunk, MONDAY)
    assert slept.rows.count() == 3


@pytest.mark.django_db(transaction=True, available_apps=list(settings.INSTALLED_APPS))
def test_a_worker_that_comes_while_another_is_at_it_lets_go(monkeypatch: Any, in_thread: Any) -> None:
    creditor = factories.creditor(factories.brand())
    monkeypatch.setattr(imports, "READ_AT_ONCE", 2)
    batch = given(creditor, *many(6))
    whole, others = imports._stage, []

    def interrupted(*args: Any) -> None:
        whole(*args)
        if not others:
            others.append(None)
            others.append(in_thread(imports.work, now=MONDAY))

    monkeypatch.setattr(imports, "_stage", interrupted)
    until_quiet(batch)
    assert others[1] == 0
    assert batch.rows.count() == 6


def test_lines_are_forgotten_after_a_month_and_their_counts_stay(creditor: Creditor) -> None:
    batch = carried_out(creditor, *many(2))
    assert imports.forget_lines(now=MONDAY + timedelta(days=29)) == 0
    assert imports.forget_lines(now=MONDAY + timedelta(days=31)) == 2
    batch.refresh_from_db()
    assert batch.created == 2 and Dossier.objects.count() == 2
