"""Clients come as tenants, owners, co-owners or suppliers: said once, read on the profile, sorted by support (IDE-02)."""

from typing import Any

import pytest

from accounts.enums import ClientCategory
from accounts.models import Creditor
from tests import factories
from tests.accounts.test_profile import as_support
from tests.accounts.test_sign_up import NATURAL, page_of, sign_up, words
from tests.conftest import AppClient
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db


@pytest.mark.req("IDE-02")
@pytest.mark.parametrize("category", ["tenant", "landlord", "co_owner", "supplier"])
def test_a_client_says_in_what_quality_it_comes(category: str, brand: Any, client: AppClient) -> None:
    offered = [option["value"] for option in page_of(client.get("/inscription")).select("[name=category] option")]
    assert offered == ["", "tenant", "landlord", "co_owner", "supplier"]
    assert sign_up(client, **NATURAL, category=category).status_code == 302
    made = Creditor.objects.get()
    assert made.category == category
    Creditor.objects.update(completed_at=factories.LONG_AGO)
    profile = words(browser_of(factories.member(made)).get("/espace/compte/"))
    assert str(ClientCategory(category).label) in profile
    factories.creditor(brand, company="Sans qualité")
    listed = words(as_support().get(f"/admin/accounts/creditor/?category__exact={category}"))
    assert made.name in listed and "Sans qualité" not in listed


def test_it_is_not_compulsory_and_not_invented(brand: Any, client: AppClient) -> None:
    assert sign_up(client, category="prince").status_code == 422
    assert sign_up(client).status_code == 302 and Creditor.objects.get().category == ""
