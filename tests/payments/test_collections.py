"""The platform's own fees: announced in time, released once, never collected twice; what comes back decides what follows."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from accounts.models import Creditor
from core.actors import Actor, Side
from core.calendar import is_target_day
from core.models import AuditEntry
from mandates.models import Mandate, Mode
from notifications.contents import CONTENTS
from notifications.models import Message, Outcome
from notifications.signals import message_settled
from payments import bank_files, services
from payments.models import BankReturn, Batch, BatchState, Collection, CollectionState, balance_of
from payments.reasons import REASONS, Next, reason_of
from payments.sepa import Collector, Debit, FileRefused, Group, Party, latin, pain_008
from payments.tasks import announce_collections
from tests import factories
from tests.accounts.test_profile import as_support

pytestmark = pytest.mark.django_db
BY = Actor(Side.SUPPORT, "Adrien")
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
N = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"}


@pytest.fixture(autouse=True)
def account_and_address(settings: Any, brand: Any) -> None:
    settings.COLLECTION_ACCOUNTS = ["credicys:FR7630004000031234567890143:BNPAFRPPXXX"]
    type(brand).objects.filter(pk=brand.pk).update(postal_address="18 rue du Louvre\n75001 Paris")
    brand.refresh_from_db()


@pytest.fixture
def debtor(brand: Any) -> Creditor:
    made = factories.creditor(brand)
    factories.fee(made, "120.00")
    return made


def leave(now: datetime) -> None:
    """The relay's part: the announcements leave."""
    for message in Message.objects.filter(kind="collection_announced", outcome=""):
        message.outcome = Outcome.SENT
        message.save(update_fields=["outcome"])
        message_settled.send(Message, message=message, now=now)


def announced(of: Creditor, now: datetime = NOW) -> list[Collection]:
    made = services.announce(of, now=now)
    leave(now)
    return made


def prepared(of: Creditor, now: datetime = NOW) -> Batch:
    announced(of, now)
    due = of.collections.filter(state="announced").latest("due_on").due_on
    batch = services.prepare(of.brand, until=due, now=now + timedelta(days=10))
    assert batch
    return batch


def released(of: Creditor, now: datetime = NOW) -> tuple[Collection, etree._Element]:
    batch = prepared(of, now)
    content = services.release(batch, by=BY, now=now + timedelta(days=11))
    return batch.collections.latest("pk"), etree.fromstring(content)


def say(content: etree._Element, path: str) -> list[str]:
    return [found.text or "" for found in content.findall(f".//{path}", N)]


# --- announcing ----------------------------------------------------------------------------------------------------
def test_what_is_due_is_announced_fourteen_days_before_and_on_a_target_day(debtor: Creditor) -> None:
    [one] = announced(debtor)
    assert (one.amount, one.sequence, one.due_on) == (Decimal("120.00"), "RCUR", date(2026, 3, 17))
    one.refresh_from_db()
    assert one.announced_at == NOW
    message = Message.objects.select_related("brand").get(kind="collection_announced")
    text = CONTENTS["collection_announced"](message).text
    for told in ("120,00\xa0€ le 17/03/2026", "•••• 2606", "FR72ZZZ123456", one.mandate.rum, "Ouverture d’un dossier"):
        assert told in text, told
    assert balance_of(debtor) == 0


@given(start=st.dates(date(2026, 1, 1), date(2030, 12, 31)))
def test_a_due_day_is_always_one_on_which_euros_settle(start: date) -> None:
    found = services.target_day(start)
    assert is_target_day(found) and start <= found <= start + timedelta(days=5)


def test_run_again_it_announces_nothing_more(debtor: Creditor) -> None:
    announced(debtor)
    assert services.announce(debtor, now=NOW) == [] and announce_collections() == 0
    factories.fee(debtor, "30.00")
    assert services.announce(debtor, now=NOW) == [], "what is planned goes first"


def test_nothing_is_announced_without_mandate_or_without_fees(brand: Any) -> None:
    assert services.announce(factories.creditor(brand), now=NOW) == []
    other = factories.creditor(brand)
    factories.fee(other)
    Mandate.objects.filter(creditor=other).update(state="revoked")
    assert services.announce(other, now=NOW) == []


@pytest.mark.req("IDE-28")
def test_three_months_are_three_debits_to_the_cent(debtor: Creditor) -> None:
    Mandate.objects.filter(creditor=debtor).update(state="revoked")
    signed = factories.signed_mandate(debtor, amount=Decimal("100.00"), is_spread=True, rum="SPREAD-1")
    made = announced(debtor)
    assert [one.amount for one in made] == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
    assert [one.due_on for one in made] == [date(2026, 3, 17), date(2026, 4, 17), date(2026, 5, 18)]
    assert {one.mandate for one in made} == {signed} and balance_of(debtor) == Decimal("20.00")


@pytest.mark.req("IDE-11")
def test_a_one_off_mandate_serves_once(debtor: Creditor) -> None:
    Mandate.objects.all().delete()
    factories.signed_mandate(debtor, mode=Mode.ONE_OFF, amount=Decimal("80.00"))
    one, content = released(debtor)
    assert (one.amount, say(content, "p:SeqTp")) == (Decimal("80.00"), ["OOFF"])
    assert Mandate.objects.get().state == "used"
    assert services.announce(debtor, now=NOW + timedelta(days=40)) == [], "the rest needs a new mandate"


def test_the_task_works_with_the_workers_rights_and_steps_over_a_bad_one(debtor: Creditor, monkeypatch: Any) -> None:
    second = factories.creditor(debtor.brand)
    factories.fee(second)
    announce = services.announce

    def stumble(creditor: Creditor, *, now: datetime) -> Any:
        if creditor == debtor:
            raise RuntimeError("essai")
        return announce(creditor, now=now)

    monkeypatch.setattr(services, "announce", stumble)
    assert announce_collections() == 1 and second.collections.exists()


# --- the file ------------------------------------------------------------------------------------------------------
def test_the_file_says_what_the_rules_ask_and_the_schema_accepts_it(debtor: Creditor) -> None:
    one, content = released(debtor)
    for path, told in {
        "p:GrpHdr/p:NbOfTxs": "1", "p:GrpHdr/p:CtrlSum": "120.00", "p:PmtMtd": "DD", "p:SvcLvl/p:Cd": "SEPA",
        "p:LclInstrm/p:Cd": "CORE", "p:SeqTp": "RCUR", "p:ReqdColltnDt": "2026-03-17", "p:ChrgBr": "SLEV",
        "p:CdtrAcct/p:Id/p:IBAN": "FR7630004000031234567890143", "p:CdtrSchmeId/p:Id/p:PrvtId/p:Othr/p:Id": "FR72ZZZ123456",
        "p:EndToEndId": one.end_to_end_id, "p:InstdAmt": "120.00", "p:MndtId": one.mandate.rum, "p:DtOfSgntr": "2026-01-05",
        "p:AmdmntInd": "false", "p:DbtrAcct/p:Id/p:IBAN": factories.IBAN, "p:Cdtr/p:PstlAdr/p:StrtNm": "rue du Louvre",
        "p:Cdtr/p:PstlAdr/p:BldgNb": "18", "p:Dbtr/p:PstlAdr/p:TwnNm": "Lyon", "p:Dbtr/p:PstlAdr/p:PstCd": "69002",
        "p:Dbtr/p:PstlAdr/p:BldgNb": "12", "p:Dbtr/p:PstlAdr/p:StrtNm": "rue de la Republique",
    }.items():  # fmt: skip
        assert say(content, path) == [told], path
    assert not say(content, "p:AdrLine"), "unstructured addresses are refused since 15 November 2026"
    Creditor.objects.get(pk=debtor.pk)


def test_a_file_that_the_schema_refuses_never_leaves() -> None:
    party = Party("Étude", "1 rue", "69001", "Lyon")
    debit = Debit("X" * 36, Decimal("1.00"), "RUM", date(2026, 1, 1), party, factories.IBAN, "", "frais")
    collector = Collector(party, "FR72ZZZ123456", factories.IBAN, "PSSTFRPPXXX")
    with pytest.raises(FileRefused, match=r"pain\.008\.001\.08, ligne"):
        pain_008("M", collector, [Group("g", "RCUR", date(2026, 3, 17), (debit,))], created_at=NOW)


@pytest.mark.parametrize(
    ("text", "told"),
    [("Crêperie L’Œuf & Cie", "Creperie L'Oeuf + Cie"), ("日本", "-"), ("a\x00<b>;c", "a b c"), ("É" * 200, "E" * 70)],
)
def test_names_are_written_in_the_characters_that_banks_take(text: str, told: str) -> None:
    assert latin(text, 70) == told


def test_every_iban_that_is_opened_leaves_a_trace(debtor: Creditor) -> None:
    batch = prepared(debtor)
    assert not AuditEntry.objects.exists()
    services.release(batch, by=BY, now=NOW + timedelta(days=11))
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.reason) == (str(BY), f"remise {batch.message_id}")


def test_released_twice_it_is_the_same_file_and_nothing_is_collected_again(debtor: Creditor) -> None:
    batch = prepared(debtor)
    first = services.release(batch, by=BY, now=NOW + timedelta(days=11))
    before = list(Collection.objects.values()), list(Batch.objects.values())
    assert services.release(batch, by=BY, now=NOW + timedelta(days=12)) == first
    assert (list(Collection.objects.values()), list(Batch.objects.values())) == before
    assert services.prepare(debtor.brand, until=date(2030, 1, 1), now=NOW + timedelta(days=12)) is None


def test_until_it_is_released_it_is_undone(debtor: Creditor) -> None:
    batch = prepared(debtor)
    services.cancel(batch)
    assert set(Collection.objects.values_list("state", "batch")) == {("announced", None)}
    with pytest.raises(services.CollectionRefused, match="annulée"):
        services.release(batch, by=BY, now=NOW + timedelta(days=11))
    again = services.prepare(debtor.brand, until=date(2026, 3, 31), now=NOW + timedelta(days=10))
    assert again and again.message_id != batch.message_id
    services.release(again, by=BY, now=NOW + timedelta(days=11))
    with pytest.raises(services.CollectionRefused, match="plus à annuler"):
        services.cancel(again)


def test_control_totals_that_no_longer_fit_stop_the_release(debtor: Creditor) -> None:
    batch = prepared(debtor)
    Batch.objects.update(amount=Decimal("121.00"))
    with pytest.raises(services.CollectionRefused, match="totaux de contrôle"):
        services.release(batch, by=BY, now=NOW + timedelta(days=11))
    assert Batch.objects.get().state == BatchState.PREPARED


def test_an_announcement_that_left_too_late_is_not_collected_on_its_day(debtor: Creditor) -> None:
    services.announce(debtor, now=NOW)
    leave(NOW + timedelta(days=2))
    assert services.prepare(debtor.brand, until=date(2026, 3, 31), now=NOW + timedelta(days=10)) is None
    assert Collection.objects.get().state == CollectionState.CANCELLED
    [again] = announced(debtor, NOW + timedelta(days=10))
    assert again.due_on == date(2026, 3, 27)


def test_a_shorter_notice_counts_when_it_was_signed(debtor: Creditor) -> None:
    Mandate.objects.filter(creditor=debtor).update(state="revoked")
    factories.signed_mandate(debtor, notice_days=2, rum="COURT-1")
    assert announced(debtor)[0].due_on == date(2026, 3, 5)


def test_what_nobody_was_told_of_is_not_collected(debtor: Creditor) -> None:
    services.announce(debtor, now=NOW)
    assert services.prepare(debtor.brand, until=date(2026, 3, 31), now=NOW + timedelta(days=3)) is None
    assert Collection.objects.get().state == CollectionState.ANNOUNCED


def test_a_mandate_revoked_meanwhile_stops_the_release(debtor: Creditor) -> None:
    batch = prepared(debtor)
    Mandate.objects.update(state="revoked")
    with pytest.raises(services.CollectionRefused, match="mandat terminé"):
        services.release(batch, by=BY, now=NOW + timedelta(days=11))
    services.cancel(batch)
    assert services.prepare(debtor.brand, until=date(2026, 3, 31), now=NOW + timedelta(days=11)) is None


def test_a_changed_account_is_told_as_an_amendment_once(debtor: Creditor) -> None:
    released(debtor)
    old = Mandate.objects.get(creditor=debtor)
    Mandate.objects.filter(pk=old.pk).update(state="amended")
    account = factories.bank_account(debtor)
    account.seal("FR7630006000011234567890189")
    account.save()
    factories.signed_mandate(debtor, rum=old.rum, version=2, replaces=old, account=account)
    factories.fee(debtor, "10.00")
    _, content = released(debtor, NOW + timedelta(days=30))
    assert say(content, "p:AmdmntInd") == ["true"] and say(content, "p:OrgnlDbtrAcct/p:Id/p:IBAN") == [factories.IBAN]
    factories.fee(debtor, "20.00")
    _, content = released(debtor, NOW + timedelta(days=60))
    assert say(content, "p:AmdmntInd") == ["false"]


def test_a_collection_starts_the_36_months_again(debtor: Creditor) -> None:
    released(debtor)
    assert Mandate.objects.get(creditor=debtor).last_collected_on == date(2026, 3, 17)


def test_without_the_collectors_account_no_file_is_made(debtor: Creditor, settings: Any) -> None:
    batch = prepared(debtor)
    settings.COLLECTION_ACCOUNTS = []
    with pytest.raises(FileRefused, match="COLLECTION_ACCOUNTS"):
        services.release(batch, by=BY, now=NOW + timedelta(days=11))


def test_the_database_refuses_two_live_debits_on_one_day(debtor: Creditor) -> None:
    announced(debtor)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.collection(debtor, due_on=date(2026, 3, 17), state="released")


# --- what comes back -----------------------------------------------------------------------------------------------
PAIN_002 = """<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>
<GrpHdr><MsgId>REJ-1</MsgId><CreDtTm>2026-03-16T10:00:00</CreDtTm></GrpHdr><OrgnlPmtInfAndSts><TxInfAndSts>
<OrgnlEndToEndId>{key}</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>
<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">{amount}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"""
CAMT_054 = """<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.{version}"><BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>AVIS-1</MsgId></GrpHdr><Ntfctn><Ntry><Amt Ccy="EUR">999.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-03-17</Dt></BookgDt>
<NtryDtls><TxDtls><Refs><EndToEndId>AUTRE</EndToEndId></Refs><Amt Ccy="EUR">999.00</Amt></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>2026-03-19</Dt></BookgDt><NtryDtls><TxDtls>
<Refs><EndToEndId>{key}</EndToEndId></Refs><Amt Ccy="EUR">{amount}</Amt><RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf>
</TxDtls></NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"""


def come_back(one: Collection, code: str, now: datetime, form: str = CAMT_054, **fields: Any) -> services.Import:
    values = {"key": one.end_to_end_id, "code": code, "amount": one.amount, "version": "08"} | fields
    return services.import_returns(form.format(**values).encode(), now=now)


@pytest.mark.parametrize(("form", "version"), [(PAIN_002, "03"), (PAIN_002, "10"), (CAMT_054, "02"), (CAMT_054, "08")])
def test_returns_are_read_whatever_the_version_and_imported_once(form: str, version: str, debtor: Creditor) -> None:
    one, _ = released(debtor)
    done = come_back(one, "AM04", NOW, form, version=version)
    again = come_back(one, "AM04", NOW, form, version=version)
    assert (done.new, done.known, again.new, again.known, done.unplaced) == (1, 0, 0, 1, [])
    one.refresh_from_db()
    assert one.state == CollectionState.RETURNED and BankReturn.objects.count() == 1
    assert balance_of(debtor) == Decimal("120.00"), "what came back is owed again"


LATER = NOW + timedelta(days=20)


@pytest.mark.parametrize("code", [code for code, reason in REASONS.items() if reason.then == Next.RETRY])
def test_for_want_of_money_it_is_presented_once_more_and_no_third_time(code: str, debtor: Creditor) -> None:
    one, _ = released(debtor)
    come_back(one, code, LATER)
    text = CONTENTS["collection_returned"](Message.objects.select_related("brand").get(kind="collection_returned")).text
    assert "présenté une seconde fois" in text
    second, _ = released(debtor, LATER)
    assert (second.attempt, second.amount) == (2, Decimal("120.00")) and second.due_on >= LATER.date() + timedelta(
        days=14
    )
    come_back(second, code, LATER + timedelta(days=30))
    assert services.announce(debtor, now=LATER + timedelta(days=31)) == []


@pytest.mark.parametrize("code", [code for code, reason in REASONS.items() if reason.then != Next.RETRY])
def test_for_any_other_reason_nothing_is_presented_again_by_itself(code: str, debtor: Creditor) -> None:
    one, _ = released(debtor)
    come_back(one, code, LATER)
    assert services.announce(debtor, now=LATER) == []
    told = Message.objects.filter(kind="collection_returned").select_related("brand").first()
    assert bool(told) == (reason_of(code).then != Next.STOP)
    if told:
        text = CONTENTS["collection_returned"](told).text
        assert code in text and "présenté une seconde fois" not in text
    ended = Mandate.objects.get(creditor=debtor).state == "revoked"
    assert ended == (reason_of(code).then in (Next.END_MANDATE, Next.STOP))


@pytest.mark.parametrize("code", ["AC01", "AC04", "MD01"])
def test_a_new_mandate_with_another_account_opens_the_way_again(code: str, debtor: Creditor) -> None:
    one, _ = released(debtor)
    come_back(one, code, LATER)
    Mandate.objects.filter(creditor=debtor, state="signed").update(state="revoked")
    factories.signed_mandate(debtor, rum="NOUVEAU-1", signed_at=LATER + timedelta(days=1))
    assert len(services.announce(debtor, now=LATER + timedelta(days=2))) == 1


def test_support_resolves_what_needs_a_person(debtor: Creditor) -> None:
    one, _ = released(debtor)
    come_back(one, "MD06", LATER)
    services.resolve(BankReturn.objects.get(), by=BY, now=LATER)
    assert len(services.announce(debtor, now=LATER)) == 1
    assert BankReturn.objects.get().resolved_by == str(BY)


def test_support_says_in_the_admin_that_collecting_may_go_on(debtor: Creditor) -> None:
    one, _ = released(debtor)
    come_back(one, "MS02", LATER)
    browser, path = as_support(), "/admin/payments/bankreturn/"
    page = browser.get(path).content.decode()
    assert "MS02" in page and "refus du débiteur" in page and "2606" not in page
    found = BankReturn.objects.get()
    assert browser.post(path, {"action": "resolve_selected", "_selected_action": found.pk}).status_code == 302
    found.refresh_from_db()
    assert found.resolved_at and found.resolved_by
    for model in ("fee", "batch", "collection"):
        assert browser.get(f"/admin/payments/{model}/").status_code == 200
    factories.signature(debtor)
    assert "CONV-1" in browser.get("/admin/signatures/signature/").content.decode()


def test_a_death_stops_everything_and_nobody_is_written_to(debtor: Creditor) -> None:
    Mandate.objects.filter(creditor=debtor).update(state="revoked")
    factories.signed_mandate(debtor, amount=Decimal("90.00"), is_spread=True, rum="SPREAD-2")
    announced(debtor)
    batch = services.prepare(debtor.brand, until=date(2026, 3, 20), now=NOW + timedelta(days=10))
    assert batch
    services.release(batch, by=BY, now=NOW + timedelta(days=11))
    come_back(batch.collections.get(), "MD07", LATER)
    assert set(debtor.collections.values_list("state", flat=True)) == {"returned", "cancelled"}
    assert not Message.objects.filter(kind="collection_returned").exists()


def test_an_unknown_reason_goes_to_a_person() -> None:
    assert reason_of("ZZ99").then == Next.REVIEW


@pytest.mark.parametrize("change", [{"key": "INCONNU"}, {"amount": "119.99"}])
def test_what_cannot_be_placed_is_told_and_changes_nothing(change: dict[str, str], debtor: Creditor) -> None:
    one, _ = released(debtor)
    done = come_back(one, "AM04", LATER, **change)
    assert len(done.unplaced or []) == 1 and not BankReturn.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a/>",
        b"%PDF-",
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>',
        b"<a" * 10_000,
    ],
)
def test_any_other_file_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(bank_files.Unreadable, match="rien n’a été importé"):
        services.import_returns(content, now=NOW)


# --- the command -----------------------------------------------------------------------------------------------------
def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("collections", *arguments, stdout=out)
    return out.getvalue()


def test_the_operator_walks_the_whole_way_by_one_command(debtor: Creditor, tmp_path: Path) -> None:
    with time_machine.travel(NOW, tick=False):
        assert "1 prélèvement(s) annoncé(s)" in run("announce") and "0 prélèvement" in run("announce")
    leave(NOW)
    with time_machine.travel(NOW + timedelta(days=12), tick=False):
        told = run("prepare")
        batch = Batch.objects.get()
        assert batch.message_id in told and "120.00 €" in told
        path = tmp_path / "remise.xml"
        assert "conforme" in run("release", batch.message_id, "--output", str(path))
        assert path.stat().st_mode & 0o077 == 0 and etree.fromstring(path.read_bytes()) is not None
        assert "Remis à la banque" in run("list")
        with pytest.raises(CommandError, match="plus à annuler"):
            run("cancel", batch.message_id)
        back = tmp_path / "retour.xml"
        one = Collection.objects.get()
        back.write_text(CAMT_054.format(key=one.end_to_end_id, code="AC04", amount="120.00", version="08"))
        assert "1 retour(s) nouveau(x)" in run("import", str(back))
    with pytest.raises(CommandError, match="Aucune remise"):
        run("cancel", "X")
