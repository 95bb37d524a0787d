"""The convention, the options and the plan: what was agreed, in which words, until when."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts import conventions
from accounts.models import Convention, OptionSubscription, Subscription
from accounts.roles import Role
from core import clock
from core.crypto import decrypt
from mandates.conventions import draft
from notifications.models import Message
from tenants import policies
from tenants.models import ConventionText, OptionClause, Policy, ServiceOption
from tests import factories
from tests.accounts.test_people import browser_of
from tests.accounts.test_profile import as_support, support

pytestmark = pytest.mark.django_db
PAGE, OPTIONS = "/espace/compte/convention", "/espace/compte/options"


@pytest.fixture
def text(brand: Any) -> ConventionText:
    return ConventionText.objects.create(
        brand=brand, version="2026-1", published_on=date(2026, 1, 1), text="Objet. Sans volume."
    )


def demand(brand: Any, name: str = "convention_required", value: Any = True, since: date = date(2020, 1, 1)) -> Policy:
    return Policy.objects.create(
        brand=brand, name=name, value=value, valid_from=since, proposed_by="A", proposer_key=1, proposed_at=factories.LONG_AGO,
        approved_by="B", approver_key=2, approved_at=factories.LONG_AGO,
    )  # fmt: skip


def running(creditor: Any, text: ConventionText, term_on: date, **fields: Any) -> Convention:
    made = draft(creditor, now=factories.LONG_AGO)
    assert made
    values = {
        "signed": made.unsigned,
        "signed_at": factories.LONG_AGO,
        "signed_by": "Jeanne",
        "starts_on": date(2025, 1, 1),
    }
    Convention.objects.filter(pk=made.pk).update(**(values | {"term_on": term_on} | fields))
    return Convention.objects.get(pk=made.pk)


@pytest.mark.req("NUM-25", "NUM-26", "NUM-28", "NUM-29")
def test_the_convention_is_signed_with_a_code_before_the_first_dossier(creditor: Any, text: Any) -> None:
    demand(creditor.brand)
    owner = factories.member(creditor)
    browser, mine = browser_of(owner), {"acting_for": creditor.pk}
    assert browser.get("/espace/dossiers/creer")["Location"] == PAGE
    browser.post(f"{PAGE}/preparer", mine)
    assert "Sans volume." in browser.get(PAGE).content.decode()
    browser.post(f"{PAGE}/code", mine | {"channel": "email"})
    message = Message.objects.get(kind="signature_code")
    code = decrypt(message.payload["code"], place=f"challenge:{message.payload['challenge']}")
    wrong = "000000" if code != "000000" else "111111"
    mine |= {"shown": creditor.conventions.select_related("unsigned").get().unsigned.sha256}
    assert browser.post(f"{PAGE}/signature", mine | {"code": wrong}).status_code == 422
    assert browser.post(f"{PAGE}/signature", mine | {"code": code}).status_code == 302
    made = Convention.objects.get()
    today = clock.today(creditor.brand.zone)
    assert made.signed_by == str(owner) and made.starts_on == today
    assert made.term_on == conventions.last_day(today) and made.signed and made.signed.read().startswith(b"%PDF")
    assert made.evidence["document"]["sha256"] == made.unsigned.sha256
    assert browser.get("/espace/dossiers/creer").status_code == 200


def test_without_that_policy_nothing_is_asked(creditor: Any, text: Any) -> None:
    assert browser_of(factories.member(creditor)).get("/espace/dossiers/creer").status_code == 200


def test_a_signed_convention_is_not_rewritten(creditor: Any, text: Any) -> None:
    made = running(creditor, text, date(2026, 12, 31))
    for change in ({"signed_by": "X"}, {"evidence": {"a": 1}}, {"starts_on": date(2020, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Convention.objects.filter(pk=made.pk).update(**change)


@pytest.mark.req("NUM-29")
@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("2026-03-02", "2027-03-01"),
        ("2024-02-29", "2025-02-27"),
        ("2026-01-01", "2026-12-31"),
        ("2023-03-01", "2024-02-29"),
    ],
)
def test_a_year_runs_from_date_to_date(starts: str, ends: str) -> None:
    assert conventions.last_day(date.fromisoformat(starts)) == date.fromisoformat(ends)


@pytest.mark.req("NUM-29")
def test_it_is_renewed_once_at_its_term_unless_denounced(creditor: Any, text: Any, now: Any) -> None:
    kept = running(creditor, text, date(2026, 3, 1))
    other = factories.creditor(creditor.brand)
    left = running(other, text, date(2026, 3, 1), denounced_at=factories.LONG_AGO, denounced_by="Jeanne")
    assert conventions.renew_due(on=date(2026, 3, 1), now=now) == 0, "its last day is still of the year that runs"
    assert conventions.renew_due(on=date(2026, 3, 2), now=now) == 1
    assert conventions.renew_due(on=date(2026, 3, 2), now=now) == 0
    kept.refresh_from_db()
    left.refresh_from_db()
    assert (kept.term_on, kept.renewals) == (date(2027, 3, 1), 1) and left.term_on == date(2026, 3, 1)
    assert Message.objects.filter(kind="convention_renewed").count() == 1


@pytest.mark.req("NUM-29")
def test_two_reminders_come_before_the_last_day_to_denounce_and_each_once(creditor: Any, text: Any, now: Any) -> None:
    running(creditor, text, date(2026, 12, 31))
    last = conventions.denounce_by(date(2026, 12, 31))
    assert last == date(2026, 11, 30)
    day, sent = date(2026, 9, 1), {}
    while day <= date(2026, 12, 31):
        if count := conventions.remind_due(on=day, now=now):
            sent[day] = count
        day += timedelta(days=1)
    assert sent == {last - timedelta(days=60): 1, last - timedelta(days=15): 1}
    assert {m.payload["last"] for m in Message.objects.filter(kind="convention_reminder")} == {"30/11/2026"}


def test_a_denunciation_after_its_last_day_is_refused(creditor: Any, text: Any, now: Any) -> None:
    made = running(creditor, text, date(2026, 12, 31))
    with pytest.raises(conventions.AgreementRefused, match="date limite"):
        conventions.denounce(made, by="Jeanne", now=now, on=date(2026, 12, 1))
    conventions.denounce(made, by="Jeanne", now=now, on=date(2026, 11, 30))
    made.refresh_from_db()
    assert made.denounced_by == "Jeanne"


@pytest.mark.parametrize("role", [Role.READER, Role.FILER, Role.ACCOUNTANT, Role.MANAGER])
def test_only_who_answers_for_the_account_signs(role: str, creditor: Any, text: Any) -> None:
    browser, mine = browser_of(factories.member(creditor, role)), {"acting_for": creditor.pk}
    for path in ("preparer", "code", "signature", "denoncer"):
        assert browser.post(f"{PAGE}/{path}", mine).status_code == 403
    assert not Convention.objects.exists()


# --- the plan -----------------------------------------------------------------------------------------------------------
@pytest.mark.req("NUM-23")
def test_the_distributors_plan_costs_120_euros_a_year_from_date_to_date(creditor: Any) -> None:
    browser, mine = browser_of(factories.member(creditor)), {"acting_for": creditor.pk}
    for _ in range(3):
        browser.post("/espace/compte/abonnement", mine)
    second, first = Subscription.objects.all()
    today = clock.today(creditor.brand.zone)
    assert (first.net, first.currency, first.starts_on) == (Decimal("120.00"), "EUR", today)
    assert first.term_on == conventions.last_day(today)
    assert second.starts_on == first.term_on + timedelta(days=1), "the next year begins when the first ends"


def test_the_price_is_that_of_the_day_on_which_the_year_begins(creditor: Any, now: Any) -> None:
    demand(creditor.brand, "subscription_price", "150.00", since=date(2026, 6, 1))
    assert conventions.take_plan(creditor, by="J", now=now, on=date(2026, 3, 2)).net == Decimal("120.00")
    other = factories.creditor(creditor.brand)
    assert conventions.take_plan(other, by="J", now=now, on=date(2026, 6, 1)).net == Decimal("150.00")


# --- options --------------------------------------------------------------------------------------------------------------
def clause(brand: Any, option: str = "E", version: str = "1", on: date = date(2026, 1, 1)) -> OptionClause:
    return OptionClause.objects.create(
        brand=brand, option=option, version=version, published_on=on, text=f"Clauses {version}."
    )


@pytest.mark.req("REL-02", "REL-65")
def test_each_option_is_accepted_by_version_by_each_creditor(creditor: Any) -> None:
    sms, post = clause(creditor.brand), clause(creditor.brand, "A")
    neighbour = factories.creditor(creditor.brand)
    browser, mine = browser_of(factories.member(creditor)), {"acting_for": creditor.pk, "answer": "accept"}
    browser.post(f"{OPTIONS}/{sms.pk}", mine)
    assert not OptionSubscription.objects.exists(), "the box is not ticked"
    browser.post(f"{OPTIONS}/{sms.pk}", mine | {"accept": "on"})
    browser.post(f"{OPTIONS}/{sms.pk}", mine | {"accept": "on"})
    [made] = OptionSubscription.objects.all()
    assert (made.clause, made.accepted_by) == (sms, "Jeanne Martin") and made.accepted_at
    assert conventions.is_subscribed(creditor, ServiceOption.SMS)
    assert not conventions.is_subscribed(creditor, ServiceOption.MAIL) and not conventions.is_subscribed(
        neighbour, ServiceOption.SMS
    )
    assert post.text in browser.get(OPTIONS).content.decode()


@pytest.mark.req("REL-65")
def test_a_new_version_asks_again_and_the_old_acceptance_stays_readable(creditor: Any, now: Any) -> None:
    old = clause(creditor.brand)
    conventions.subscribe(creditor, old, by="Jeanne", now=now, on=date(2026, 3, 2))
    new = clause(creditor.brand, version="2", on=date(2026, 2, 1))
    page = browser_of(factories.member(creditor)).get(OPTIONS).content.decode()
    assert "Nouvelle version à lire" in page and "Clauses 2." in page
    with pytest.raises(conventions.AgreementRefused):
        conventions.subscribe(creditor, old, by="Jeanne", now=now, on=date(2026, 3, 2))
    conventions.subscribe(creditor, new, by="Jeanne", now=now, on=date(2026, 3, 2))
    assert [(s.clause.version, s.ended_at is None) for s in creditor.subscriptions.order_by("pk")] == [
        ("1", False),
        ("2", True),
    ]


def test_an_option_is_stopped(creditor: Any) -> None:
    sms = clause(creditor.brand)
    browser, mine = browser_of(factories.member(creditor)), {"acting_for": creditor.pk}
    browser.post(f"{OPTIONS}/{sms.pk}", mine | {"accept": "on"})
    browser.post(f"{OPTIONS}/{sms.pk}", mine | {"answer": "stop"})
    assert not conventions.is_subscribed(creditor, ServiceOption.SMS)


@pytest.mark.attack("T07")
def test_the_clauses_of_another_brand_are_not_there(creditor: Any) -> None:
    strange = clause(factories.brand("autre"))
    browser = browser_of(factories.member(creditor))
    assert browser.post(f"{OPTIONS}/{strange.pk}", {"acting_for": creditor.pk, "accept": "on"}).status_code == 404


# --- dated rules --------------------------------------------------------------------------------------------------------------
def test_a_rule_holds_from_its_day_on_once_another_person_approved_it(brand: Any, now: Any) -> None:
    day = date(2026, 6, 1)
    rule = Policy.objects.create(
        brand=brand, name="take_in_hours", value=12, valid_from=day, proposed_by="A", proposer_key=1, proposed_at=now
    )
    assert policies.in_force(brand, "take_in_hours", on=day) == 24, "a proposal holds nothing"
    with pytest.raises(policies.PolicyRefused, match="autre personne"):
        policies.approve(rule, by="A", key=1, now=now, today=date(2026, 3, 2))
    policies.approve(rule, by="B", key=2, now=now, today=date(2026, 3, 2))
    assert policies.in_force(brand, "take_in_hours", on=day - timedelta(days=1)) == 24
    assert policies.in_force(brand, "take_in_hours", on=day) == 12


def test_the_past_is_not_rewritten_by_a_rule(brand: Any, now: Any) -> None:
    rule = Policy.objects.create(
        brand=brand,
        name="take_in_hours",
        value=12,
        valid_from=date(2026, 3, 1),
        proposed_by="A",
        proposer_key=1,
        proposed_at=now,
    )
    with pytest.raises(policies.PolicyRefused, match="passée"):
        policies.approve(rule, by="B", key=2, now=now, today=date(2026, 3, 2))
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.filter(pk=rule.pk).update(approved_at=now, approved_by="A", approver_key=1)


def test_in_the_admin_one_proposes_and_the_other_approves(brand: Any) -> None:
    day = clock.today(brand.zone) + timedelta(days=30)
    first, second = as_support(), browser_of(support())
    form = {"brand": brand.pk, "name": "take_in_hours", "value": "12", "valid_from": day.isoformat()}
    assert first.post("/admin/tenants/policy/add/", form).status_code == 302
    rule = Policy.objects.get()
    action = {"action": "approve", "_selected_action": rule.pk}
    first.post("/admin/tenants/policy/", action)
    rule.refresh_from_db()
    assert rule.approved_at is None
    second.post("/admin/tenants/policy/", action)
    rule.refresh_from_db()
    assert rule.approved_by and policies.in_force(brand, "take_in_hours", on=day) == 12
    assert second.post(f"/admin/tenants/policy/{rule.pk}/change/", form | {"value": "1"}).status_code == 403


def test_mails_about_a_convention_read_well(creditor: Any, text: Any, tmp_path: Any) -> None:
    running(creditor, text, date(2026, 3, 1))
    conventions.renew_due(on=date(2026, 3, 2), now=clock.now())
    from_mail = factories.sent_mail(tmp_path)
    assert (
        re.search(r"reconduite pour un an, jusqu’au 01/03/2027", from_mail) and "/espace/compte/convention" in from_mail
    )
