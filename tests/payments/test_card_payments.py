"""Fees paid by card: only the provider's word settles, once, to the cent; and never what the bank already has."""

import itertools
import json
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Creditor
from core import clock
from core.money import Money
from notifications.contents import CONTENTS
from notifications.models import Message
from payments import card_notices, card_payments, card_settling, plans, services
from payments.card_notices import NoticeRefused
from payments.card_payments import CardRefused
from payments.cards.notices import signature_of
from payments.cards.port import Notice, PageUnreachable, Told
from payments.cards.twin import TwinPages
from payments.models import Batch, BatchState, CardPayment, CardState, CollectionState, balance_of, owing
from payments.statement import dues
from tenants.context import Audience, Context, acting_as
from tests import factories
from tests.payments.test_collections import BY, NOW, account_and_address, announced, prepared, released  # noqa: F401

SECRET = "whsec-essai"


@pytest.fixture(autouse=True)
def at_the_twin(settings: Any, tmp_path: Path, brand: Any) -> None:
    factories.rule(brand, "fees_by_card", True)
    settings.CARD_URL, settings.CARD_DIR, settings.CARD_NOTICE_SECRETS = "local", tmp_path / "cards", [SECRET]


@pytest.fixture
def debtor(brand: Any) -> Creditor:
    made = factories.creditor(brand)
    factories.fee(made, "120.00", net=Decimal("100.00"))
    return made


@pytest.fixture
def in_parallel() -> Callable[..., list[Any]]:
    """What each function returned, all started at one instant, each on a connection of its own."""

    def run(*functions: Callable[[], Any]) -> list[Any]:
        barrier = threading.Barrier(len(functions))

        def one(function: Callable[[], Any]) -> Any:
            try:
                barrier.wait(timeout=20)
                return function()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(functions)) as pool:
            return [future.result(timeout=60) for future in [pool.submit(one, function) for function in functions]]

    return run


def asked(of: Creditor, now: datetime | None = None) -> CardPayment:
    """A payment of all that is due."""
    fees = [due.fee.pk for due in dues(of)]
    return card_payments.open_payment(of, fees, by="Jeanne", email="jeanne@exemple.fr", now=now or clock.now())


def started(of: Creditor) -> CardPayment:
    payment = asked(of)
    card_payments.page_of(payment.pk, now=clock.now())
    payment.refresh_from_db()
    return payment


def decided(payment: CardPayment, told: Told = Told.PAID) -> tuple[bytes, str]:
    said = TwinPages(django_settings.CARD_DIR).decide(payment.session, told, SECRET)
    assert said
    return said


def paid(of: Creditor) -> CardPayment:
    payment = started(of)
    assert card_notices.take(*decided(payment), now=clock.now())
    payment.refresh_from_db()
    return payment


def notice(payment: CardPayment, told: Told, event: str = "", amount: str = "", currency: str = "EUR") -> Notice:
    money = Money(Decimal(amount) if amount else payment.amount, currency)
    return Notice(event or f"evt-{told}", str(payment.reference), told, money, "pi_1")


# --- settling -----------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_signed_notice_settles_and_nothing_is_collected_any_more(debtor: Creditor) -> None:
    payment = paid(debtor)
    assert (payment.state, payment.amount, payment.excess) == (CardState.PAID, Decimal("120.00"), 0)
    assert balance_of(debtor) == 0 and dues(debtor) == [] and services.announce(debtor, now=NOW) == []
    message = Message.objects.select_related("brand").get(kind="card_receipt")
    content = CONTENTS["card_receipt"](message)
    assert "120,00" in content.text and message.recipient["email"] == "jeanne@exemple.fr"
    assert content.attachments[0][1].startswith(b"%PDF")


@pytest.mark.django_db
@pytest.mark.attack("H02")
def test_the_same_notice_twenty_times_is_one_payment(debtor: Creditor) -> None:
    payment = started(debtor)
    said = decided(payment)
    assert [card_notices.take(*said, now=clock.now()) for _ in range(20)] == [True] + [False] * 19
    assert Message.objects.filter(kind="card_receipt").count() == 1 and balance_of(debtor) == 0


@pytest.mark.attack("H02")
@pytest.mark.django_db(transaction=True, available_apps=list(django_settings.INSTALLED_APPS))
def test_the_same_notice_in_parallel_is_one_payment(in_parallel: Any, debtor: Creditor) -> None:
    payment = started(debtor)
    said = decided(payment)
    done = in_parallel(*[lambda: card_notices.take(*said, now=clock.now())] * 6)
    assert sorted(done) == [False] * 5 + [True]
    assert Message.objects.filter(kind="card_receipt").count() == 1


@pytest.mark.django_db
@pytest.mark.attack("H03")
def test_four_notices_in_any_of_their_24_orders_end_alike(debtor: Creditor) -> None:
    payment = asked(debtor)
    for order in itertools.permutations([Told.FAILED, Told.EXPIRED, Told.PAID, Told.REFUNDED]):
        with transaction.atomic():
            for told in order:
                card_settling.settle(notice(payment, told), now=clock.now())
            payment.refresh_from_db()
            assert (payment.state, payment.refunded, balance_of(debtor)) == (CardState.REFUNDED, 120, 120), order
            transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.attack("H03")
def test_a_refusal_that_comes_late_does_not_undo_a_payment(debtor: Creditor) -> None:
    payment = paid(debtor)
    for told in (Told.FAILED, Told.EXPIRED):
        assert not card_settling.settle(notice(payment, told), now=clock.now())
    payment.refresh_from_db()
    assert payment.state == CardState.PAID


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("amount", "currency"), [("119.99", "EUR"), ("120.01", "EUR"), ("12000", "XPF"), ("120", "XPF")]
)
def test_another_amount_or_currency_settles_nothing_and_is_told_to_support(
    debtor: Creditor, amount: str, currency: str
) -> None:
    payment = asked(debtor)
    assert not card_settling.settle(notice(payment, Told.PAID, amount=amount, currency=currency), now=clock.now())
    payment.refresh_from_db()
    assert payment.state == CardState.OPENED and payment.problem and balance_of(debtor) == 120
    message = Message.objects.select_related("brand").get(kind="card_flagged")
    assert message.recipient["email"] == debtor.brand.support_email
    assert payment.problem in CONTENTS["card_flagged"](message).text


# --- who is believed ------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_notice_that_the_provider_did_not_sign_is_not_believed(debtor: Creditor) -> None:
    payment = started(debtor)
    body, signature = decided(payment)
    now = clock.now()
    at = int(now.timestamp())
    old = signature_of(body, SECRET, at=at - 301)
    for given in (
        (b"", body.replace(b"12000", b"12001")),
        (body, ""),
        (body, "t=1,v1=00"),
        (body, "v1=é"),
        (body, old),
        (body, signature_of(body, "autre", at=at)),
    ):
        said = (body, signature_of(given[1], SECRET, at=at)) if given[0] == b"" else given
        with pytest.raises(NoticeRefused):
            card_notices.take(*said, now=now)
    payment.refresh_from_db()
    assert payment.state == CardState.OPENED
    rotated = f"{signature},v1=00"
    assert card_notices.take(body, rotated, now=now), "one right signature among several is enough"


@pytest.mark.django_db
def test_signed_words_about_other_things_or_of_another_form_change_nothing(debtor: Creditor) -> None:
    at = int(clock.now().timestamp())

    def said(event: Any) -> tuple[bytes, str]:
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        return body, signature_of(body, SECRET, at=at)

    other = {"id": "e1", "type": "customer.created", "data": {"object": {}}}
    assert not card_notices.take(*said(other), now=clock.now())
    for broken in (b"{", b"[]", {"id": "e"}, {"id": "e", "type": "checkout.session.completed", "data": {"object": {}}}):
        with pytest.raises(NoticeRefused):
            card_notices.take(*said(broken), now=clock.now())
    for reference in ("", "x", "6f1c8f4e-0000-4000-8000-000000000000"):
        strange = Notice("e2", reference, Told.PAID, Money(Decimal(1), "EUR"))
        assert not card_settling.settle(strange, now=clock.now())


@pytest.mark.django_db
def test_whoever_asks_cannot_say_that_it_paid(debtor: Creditor) -> None:
    payment = asked(debtor)
    fields = {
        f.attname: getattr(payment, f.attname)
        for f in CardPayment._meta.concrete_fields
        if f.name not in ("id", "reference")
    }
    CardPayment.objects.update(state=CardState.EXPIRED)
    portal = Context(Audience.PORTAL, brand=debtor.brand_id, creditors=(debtor.pk,))
    for lie in ({"state": "paid", "paid_at": clock.now()}, {"session": "x"}, {"excess": Decimal(5)}):
        with pytest.raises(DatabaseError), transaction.atomic(), as_login(), acting_as(portal):
            CardPayment.objects.create(**(fields | lie))
    with as_login(), acting_as(portal):
        made = CardPayment.objects.create(**fields)
    assert made.pk, "what is no lie is taken"
    with pytest.raises(DatabaseError), transaction.atomic(), as_login(), acting_as(portal):
        CardPayment.objects.filter(pk=payment.pk).update(state="paid")


class as_login(transaction.Atomic):  # noqa: N801  read as a sentence
    """As the application's own login."""

    def __init__(self) -> None:
        super().__init__(None, True, False)

    def __enter__(self) -> None:
        super().__enter__()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE app_login")

    def __exit__(self, *error: Any) -> None:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")
        super().__exit__(*error)


# --- one page, one payment ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.attack("H08")
def test_asked_twice_it_is_the_same_payment_and_the_same_page(debtor: Creditor) -> None:
    first, second = asked(debtor), asked(debtor)
    assert first.pk == second.pk
    assert card_payments.page_of(first.pk, now=clock.now()) == card_payments.page_of(first.pk, now=clock.now())
    factories.fee(debtor, "30.00")
    with pytest.raises(CardRefused, match="déjà en cours"):
        asked(debtor)


@pytest.mark.attack("H08")
@pytest.mark.django_db(transaction=True, available_apps=list(django_settings.INSTALLED_APPS))
def test_two_clicks_at_once_are_one_payment(in_parallel: Any, debtor: Creditor) -> None:
    made = in_parallel(*[lambda: started(debtor).pk] * 4)
    assert len(set(made)) == 1 and len(list(Path(django_settings.CARD_DIR).glob("*.json"))) == 1


@pytest.mark.django_db
@pytest.mark.attack("H08")
def test_the_database_holds_one_open_payment_a_creditor(debtor: Creditor) -> None:
    payment = asked(debtor)
    payment.pk, payment.reference = None, "6f1c8f4e-0000-4000-8000-000000000000"
    with pytest.raises(IntegrityError, match="one_open_card_payment"), transaction.atomic():
        payment.save(force_insert=True)


@pytest.mark.django_db
@pytest.mark.attack("H09")
def test_a_crash_after_the_provider_accepted_leads_to_the_same_page(debtor: Creditor, monkeypatch: Any) -> None:
    payment = asked(debtor)
    opened = TwinPages.open

    def dies(self: TwinPages, asked: Any) -> Any:
        opened(self, asked)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(TwinPages, "open", dies)
        card_payments.page_of(payment.pk, now=clock.now())
    payment.refresh_from_db()
    assert payment.session == "" and payment.started_at
    card_payments.page_of(payment.pk, now=clock.now())
    assert len(list(Path(django_settings.CARD_DIR).glob("*.json"))) == 1


@pytest.mark.django_db
@pytest.mark.attack("H10")
def test_after_its_hour_a_payment_is_read_back_and_never_asked_for_again(debtor: Creditor) -> None:
    payment = started(debtor)
    decided(payment)  # and the notice is lost
    tomorrow = clock.now() + timedelta(hours=25)
    with pytest.raises(CardRefused, match="n’est plus à faire"):
        card_payments.page_of(payment.pk, now=tomorrow)
    assert card_payments.follow(now=tomorrow) == 1
    payment.refresh_from_db()
    assert payment.state == CardState.PAID and balance_of(debtor) == 0


@pytest.mark.django_db
def test_a_page_that_nobody_paid_expires_and_collecting_goes_on(debtor: Creditor, settings: Any) -> None:
    payment = started(debtor)
    assert services.announce(debtor, now=NOW) == []
    settings.DEMO = True
    clock.advance(1)
    assert card_payments.follow(now=clock.now()) == 1
    payment.refresh_from_db()
    assert payment.state == CardState.EXPIRED and len(services.announce(debtor, now=NOW)) == 1


@pytest.mark.django_db
def test_a_payment_given_up_is_closed_at_the_provider_unless_it_was_paid(debtor: Creditor) -> None:
    payment = started(debtor)
    card_payments.abandon(payment.pk, now=clock.now())
    payment.refresh_from_db()
    assert payment.state == CardState.EXPIRED
    assert TwinPages(django_settings.CARD_DIR).page(payment.session)["told"] == Told.EXPIRED
    again = started(debtor)
    decided(again)
    card_payments.abandon(again.pk, now=clock.now())
    again.refresh_from_db()
    assert again.state == CardState.PAID, "it was paid before it was given up"


@pytest.mark.django_db
def test_a_provider_that_does_not_answer_leaves_nothing_half_done(debtor: Creditor, monkeypatch: Any) -> None:
    payment = asked(debtor)

    def silent(*_: Any) -> Any:
        raise PageUnreachable("ReadTimeout")

    with monkeypatch.context() as patch, pytest.raises(CardRefused, match="Rien n’a été payé"):
        patch.setattr(TwinPages, "open", silent)
        card_payments.page_of(payment.pk, now=clock.now())
    assert card_payments.page_of(payment.pk, now=clock.now()).startswith("/demo/carte/twin_")


# --- beside direct debits -----------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_debit_in_a_file_not_handed_over_is_taken_out_of_it(debtor: Creditor, brand: Any) -> None:
    other = factories.creditor(brand)
    factories.fee(other, "50.00")
    announced(other)
    batch = prepared(debtor)
    assert (batch.count, batch.amount) == (2, 170)
    payment = started(debtor)
    batch.refresh_from_db()
    assert (batch.count, batch.amount, batch.state) == (1, 50, BatchState.PREPARED)
    assert services.prepare(brand, until=datetime(2026, 4, 30, tzinfo=UTC).date(), now=NOW + timedelta(days=10)) is None
    card_notices.take(*decided(payment), now=clock.now())
    assert [one.state for one in debtor.collections.all()] == [CollectionState.CANCELLED]
    assert b"120.00" not in services.release(batch, by=BY, now=NOW + timedelta(days=11))
    told = Message.objects.select_related("brand").get(kind="card_receipt")
    assert "n’auront plus lieu" in CONTENTS["card_receipt"](told).text.lower()


@pytest.mark.django_db
def test_a_file_that_is_empty_without_it_is_cancelled(debtor: Creditor) -> None:
    batch = prepared(debtor)
    started(debtor)
    batch.refresh_from_db()
    assert batch.state == BatchState.CANCELLED


@pytest.mark.django_db
def test_what_the_bank_has_cannot_be_paid_by_card(debtor: Creditor) -> None:
    [fee] = debtor.fees.all()
    released(debtor)
    assert dues(debtor) == []
    with pytest.raises(CardRefused, match="ne sont plus à payer"):
        card_payments.open_payment(debtor, [fee.pk], by="J", email="j@e.fr", now=clock.now())


@pytest.mark.django_db
def test_what_went_to_the_bank_while_one_hesitated_is_not_paid_again(debtor: Creditor) -> None:
    payment = asked(debtor)
    factories.collection(debtor)  # released in the meantime
    with pytest.raises(CardRefused, match="ont changé"):
        card_payments.page_of(payment.pk, now=clock.now())
    payment.refresh_from_db()
    assert payment.state == CardState.EXPIRED and not payment.session


@pytest.mark.django_db
@pytest.mark.attack("H13")
def test_paid_by_card_and_by_debit_both_are_kept_and_the_refund_is_proposed_then_made_once(debtor: Creditor) -> None:
    payment = started(debtor)
    factories.collection(debtor)
    card_notices.take(*decided(payment), now=clock.now())
    payment.refresh_from_db()
    assert (payment.state, payment.excess) == (CardState.PAID, Decimal("120.00"))
    assert (
        "payés en trop"
        in CONTENTS["card_flagged"](Message.objects.select_related("brand").get(kind="card_flagged")).text
    )
    assert card_payments.ask_refund(payment, by="Adrien", now=clock.now())
    assert not card_payments.ask_refund(payment, by="Adrien", now=clock.now()), "decided once"
    assert card_payments.follow(now=clock.now()) == 1 and card_payments.follow(now=clock.now()) == 0
    payment.refresh_from_db()
    assert (payment.state, payment.refunded, payment.excess) == (CardState.REFUNDED, 120, 0)
    assert owing(debtor, collections=debtor.collections.live()) == 0
    assert Message.objects.filter(kind="card_refunded").count() == 1


@pytest.mark.attack("H13")
@pytest.mark.django_db(transaction=True, available_apps=list(django_settings.INSTALLED_APPS))
def test_a_file_handed_over_while_a_card_page_starts_takes_the_fee_or_leaves_it_never_both(
    in_parallel: Any, brand: Any
) -> None:
    """Started against released, many times: whoever is first has it."""
    for _ in range(12):
        debtor = factories.creditor(brand)
        factories.fee(debtor, "120.00")
        batch, payment = None, None
        batch = prepared(debtor)
        payment = asked(debtor)

        def hand_over(batch: Batch = batch) -> str:
            try:
                return "released" if services.release(batch, by=BY, now=NOW + timedelta(days=11)) else ""
            except services.CollectionRefused:
                return "refused"

        def start(payment: CardPayment = payment) -> str:
            try:
                return card_payments.page_of(payment.pk, now=clock.now()) and "started"
            except CardRefused:
                return "refused"

        steps = [hand_over, start]
        random.shuffle(steps)
        assert sorted(in_parallel(*steps)) in (["refused", "released"], ["refused", "started"])


# --- what is due ------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_oldest_fee_is_settled_first_and_what_is_planned_is_told(debtor: Creditor) -> None:
    younger = factories.fee(debtor, "30.00", due_on=datetime(2026, 2, 28, tzinfo=UTC).date())
    factories.fee(debtor, "-20.00", label="Avoir", due_on=datetime(2026, 2, 28, tzinfo=UTC).date())
    factories.collection(debtor, amount=Decimal("110.00"))
    [due] = dues(debtor)
    assert (due.fee, due.left, due.planned) == (younger, Decimal("20.00"), [])
    [planned] = announced(debtor)
    assert [due.planned for due in dues(debtor)] == [[(planned.due_on, Decimal("20.00"))]]


@pytest.mark.django_db
def test_part_paid_by_card_cancels_the_debit_and_announces_the_rest(debtor: Creditor) -> None:
    [older] = debtor.fees.all()
    factories.fee(debtor, "30.00")
    announced(debtor)
    payment = card_payments.open_payment(debtor, [older.pk], by="J", email="j@e.fr", now=clock.now())
    card_payments.page_of(payment.pk, now=clock.now())
    payment.refresh_from_db()
    card_notices.take(*decided(payment), now=clock.now())
    assert balance_of(debtor) == 30
    assert [one.amount for one in services.announce(debtor, now=NOW)] == [Decimal("30.00")]


@pytest.mark.django_db
@pytest.mark.req("NUM-23")
def test_the_yearly_plan_is_charged_once_with_its_tax(debtor: Creditor) -> None:
    debtor.fees.all().delete()
    factories.plan(debtor)
    assert plans.charge_plans(now=NOW) == 1 and plans.charge_plans(now=NOW) == 0
    [fee] = debtor.fees.all()
    assert (fee.net, fee.vat, fee.amount) == (Decimal("120.00"), Decimal("24.00"), Decimal("144.00"))
