"""What stands around every page is drawn once and kept: never one person's for another, nor one brand's for the next."""

from typing import Any

import pytest
from bs4 import BeautifulSoup

from accounts.roles import Role
from tenants import middleware
from tests import factories
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db


def menu_of(person: Any, path: str = "/espace/") -> dict[str, str]:
    page = BeautifulSoup(browser_of(person).get(path).content, "html.parser")
    return {link["href"]: link.text.strip() for link in page.find("nav", class_="desk-side").ul.find_all("a")}


@pytest.mark.attack("T14")
def test_a_kept_menu_is_that_of_the_role_and_of_the_page(creditor: Any, office: Any) -> None:
    owner, reader = factories.member(creditor), factories.member(creditor, Role.READER)
    for _ in range(2):
        assert "/espace/dossiers/creer" in menu_of(owner)
        assert "/espace/dossiers/creer" not in menu_of(reader)
        assert set(menu_of(factories.clerk(office), "/etude/")) & set(menu_of(owner)) == set()
    page = BeautifulSoup(browser_of(owner).get("/espace/dossiers/").content, "html.parser")
    assert {link["href"] for link in page.select(".menu [aria-current=page]")} == {"/espace/dossiers/"}


def test_a_kept_menu_follows_the_language(creditor: Any) -> None:
    owner = factories.member(creditor)
    assert menu_of(owner)["/espace/"] == "Accueil"
    browser = browser_of(owner)
    browser.post("/langue", {"language": "en", "next": "/espace/"})
    page = BeautifulSoup(browser.get("/espace/").content, "html.parser")
    assert page.find("nav", class_="desk-side").ul.a.text.strip() == "Home"


def test_a_kept_foot_is_that_of_the_brand_and_lives_no_longer_than_the_brand(creditor: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(middleware, "KEPT_SECONDS", 60)
    browser = browser_of(factories.member(creditor))
    foot = lambda: BeautifulSoup(browser.get("/espace/").content, "html.parser").footer.text  # noqa: E731
    assert creditor.brand.name in foot()
    creditor.brand.name = "Maison nouvelle"
    creditor.brand.save()
    assert "Maison nouvelle" not in foot()  # still the brand that this process keeps
    middleware.BRANDS.clear()
    assert "Maison nouvelle" in foot()
