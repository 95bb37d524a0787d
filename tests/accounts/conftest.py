"""People whom several tests need."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress

from accounts.models import Membership, User
from tests import factories

OLD = "une phrase bien longue"


@pytest.fixture
def person(creditor: Any) -> User:
    made = factories.user(email="jeanne@martin.example", password=OLD)
    EmailAddress.objects.create(user=made, email=made.email, primary=True, verified=True)
    Membership.objects.create(user=made, creditor=creditor, brand=creditor.brand)
    return made
