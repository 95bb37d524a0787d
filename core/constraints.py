"""Builders of database constraints, each with its sentence in the user's language."""

from typing import Any

from django.db.models import CheckConstraint, F, Q


def both_or_neither(first: str, second: str, *, name: str, message: Any) -> CheckConstraint:
    """Two columns that go in pairs, such as a date and its author."""
    together = Q(**{f"{first}__isnull": True, f"{second}__isnull": True})
    together |= Q(**{f"{first}__isnull": False, f"{second}__isnull": False})
    return CheckConstraint(condition=together, name=name, violation_error_message=message)


def in_order(earlier: str, later: str, *, name: str, message: Any) -> CheckConstraint:
    """The earlier column is not after the later one; an empty one is no fault."""
    order = Q(**{f"{earlier}__isnull": True}) | Q(**{f"{later}__isnull": True}) | Q(**{f"{later}__gte": F(earlier)})
    return CheckConstraint(condition=order, name=name, violation_error_message=message)


def one_of(field: str, choices: Any, *, name: str) -> CheckConstraint:
    """The column holds one of the values of a TextChoices."""
    return CheckConstraint(condition=Q(**{f"{field}__in": list(choices.values)}), name=name)
