"""The person behind a request, as events name her."""

from typing import Any

from core.actors import Actor, Side


def creditor_actor(request: Any) -> Actor:
    return Actor(Side.CREDITOR, request.user.get_full_name() or request.user.email)


def office_actor(request: Any) -> Actor:
    return Actor(Side.OFFICE, request.user.get_full_name() or request.user.email)
