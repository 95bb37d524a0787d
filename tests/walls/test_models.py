"""What every table promises: days and instants told apart, money exact, words from a list held by the database."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from tests.walls.test_architecture import APPS, for_each

MODELS = [model for app in APPS for model in apps.get_app_config(app).get_models()]
FIELDS = [(model, field) for model in MODELS for field in model._meta.concrete_fields]
AMOUNTS = {"gross", "net", "amount", "balance", "principal", "interest", "refunded", "excess"}
# Columns with choices that the database does not hold to their list, each with its reason.
UNHELD = {
    "accounts.User.civility": "a form of address, nothing depends on it",
    "accounts.Creditor.civility": "a form of address, nothing depends on it",
    "accounts.BankAccount.signatory_civility": "a form of address, nothing depends on it",
    "dossiers.Debtor.civility": "a form of address, nothing depends on it",
    "accounts.Creditor.legal_form": "the INSEE list grows; an unknown form is only printed",
    "dossiers.Debtor.legal_form": "the INSEE list grows; an unknown form is only printed",
    "dossiers.Event.phase": "written by the journal only, from the dossier's own phase",
}


def name_of(pair: tuple[Any, Any]) -> str:
    return f"{pair[0]._meta.app_label}.{pair[0].__name__}.{pair[1].name}"


@for_each(FIELDS, name_of)
def test_a_name_says_whether_it_is_a_day_or_an_instant(pair: tuple[Any, Any]) -> None:
    _, field = pair
    is_instant = isinstance(field, models.DateTimeField)
    is_day = isinstance(field, models.DateField) and not is_instant
    inherited = {"last_login", "date_joined", "at", "valid_from", "valid_to", "expire_date"}
    assert is_day == field.name.endswith("_on") or field.name in inherited
    assert is_instant == field.name.endswith("_at") or field.name in inherited
    assert not isinstance(field, models.FloatField)


@for_each([pair for pair in FIELDS if pair[1].choices], name_of)
def test_a_column_with_a_list_is_held_to_it(pair: tuple[Any, Any]) -> None:
    model, field = pair
    held = any(f"('{field.name}__in'" in str(constraint.condition) for constraint in checks(model))
    listed = UNHELD.get(name_of(pair))
    assert held != bool(listed), "held by a constraint, or listed with a reason: one of the two"


def checks(model: Any) -> list[models.CheckConstraint]:
    return [constraint for constraint in model._meta.constraints if isinstance(constraint, models.CheckConstraint)]


def test_no_reason_is_left_for_a_column_that_is_gone() -> None:
    assert not set(UNHELD) - {name_of(pair) for pair in FIELDS}


@for_each([pair for pair in FIELDS if pair[1].name in AMOUNTS], name_of)
def test_an_amount_is_decimal_and_kept_in_bounds_by_the_database(pair: tuple[Any, Any]) -> None:
    model, field = pair
    assert isinstance(field, models.DecimalField)
    assert any(f"'{field.name}__" in str(constraint.condition) for constraint in checks(model))


def test_every_decimal_is_an_amount_that_the_tests_know() -> None:
    decimals = {field.name for _, field in FIELDS if isinstance(field, models.DecimalField)}
    assert decimals <= AMOUNTS


@for_each(MODELS, lambda model: model.__name__)
def test_a_table_has_a_name_in_words_and_its_rows_too(model: Any) -> None:
    assert model._meta.verbose_name != model.__name__.lower() or model.__name__ in ("Document", "Dossier")
    assert model.__str__ is not models.Model.__str__


@pytest.mark.django_db
@for_each(MODELS, lambda model: model.__name__)
def test_every_constraint_of_the_code_stands_in_the_database(model: Any) -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    assert {constraint.name for constraint in model._meta.constraints} <= set(found)


def test_nothing_owned_is_removed_in_cascade_but_what_hangs_on_it() -> None:
    """A dossier, a mandate, an event never vanish because something above them is removed."""
    cascades = {
        name_of((model, field))
        for model, field in FIELDS
        if field.remote_field and field.remote_field.on_delete is models.CASCADE
    }
    assert cascades == {
        "accounts.OpenSession.user", "accounts.SecretQuestion.user", "accounts.TrustedPhone.user", "accounts.DailyNews.user",
        "accounts.Membership.user", "accounts.Membership.creditor", "accounts.OfficeMembership.user", "accounts.PartnerMembership.user", "accounts.PartnerMembership.partner",
        "accounts.OfficeMembership.office", "accounts.BillingParty.creditor", "dossiers.Item.dossier",
        "dossiers.Attachment.dossier",
        "dossiers.SavedSearch.user", "dossiers.SavedSearch.creditor", "dossiers.SavedSearch.office",
    }  # fmt: skip
