"""What stays behind in caches, browsers and search engines once a person has gone: nothing of hers."""

import re
from typing import Any

import pytest

from dossiers.enums import Phase
from procedures import access
from tests import factories
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient
from tests.walls.test_readonly import paths
from tests.walls.test_tenancy import World, at_door, browser_of, build

pytestmark = pytest.mark.django_db
SECRET_PAGES = ["/activation/x", "/invitation", "/invitation/x", "/partage/ouvrir/x", "/partage/", "/suivi/x", "/debiteur/",
                "/debiteur/dossier", "/mot_de_passe_oublie/1-x", "/mot_de_passe_oublie", "/connexion/second-facteur",
                "/compte/securite", "/entree"]  # fmt: skip


@pytest.fixture
def world(db: None) -> World:
    return build()


@pytest.mark.attack("W09", "L11", "L14")
@pytest.mark.parametrize("door", ["espace", "etude", "debiteur"])
def test_no_cache_and_no_search_engine_keeps_a_page_of_somebodys(door: str, world: World) -> None:
    browser, seen = at_door(door, world), 0
    for path in paths(world):
        answer = browser.get(path)
        assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", ")), path
        assert {"Cookie", "HX-Request"} <= set(answer["Vary"].split(", ")), path
        if path.startswith(f"/{door}/"):
            assert "noindex" in answer["X-Robots-Tag"], path
            seen += answer.status_code == 200
    assert seen


@pytest.mark.attack("L14", "W09")
@pytest.mark.parametrize("path", SECRET_PAGES)
def test_what_a_secret_opens_is_neither_kept_nor_found(path: str, client: AppClient, brand: Any) -> None:
    answer = client.get(path)
    assert "noindex" in answer["X-Robots-Tag"] and "no-store" in answer["Cache-Control"]


@pytest.mark.attack("L14")
def test_search_engines_find_the_pages_for_everybody(client: AppClient, brand: Any) -> None:
    for path in ("/", "/aide/", "/charte", "/inscription"):
        assert "X-Robots-Tag" not in client.get(path), path
    robots = client.get("/robots.txt")
    assert robots["Content-Type"].startswith("text/plain") and "Disallow" not in robots.content.decode()


@pytest.mark.attack("W11")
def test_logging_out_empties_the_browser(creditor: Any) -> None:
    browser = browser_of(factories.member(creditor))
    assert browser.post("/deconnexion")["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.attack("L11", "W11")
def test_leaving_the_debtors_room_empties_the_browser_and_shuts_its_papers(
    creditor: Any, office: Any, client: AppClient
) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE)
    letter = factories.store(b"%PDF-", name="lettre.pdf", media_type="application/pdf", brand=creditor.brand,
                             creditor_id=creditor.pk, dossier_id=dossier.pk, for_debtor=True)  # fmt: skip
    client.post("/debiteur/", {"reference": dossier.reference, "code": access.code(dossier)})
    inside = ["/debiteur/dossier", f"/debiteur/documents/{letter.pk}", "/debiteur/repondre?reponse=contest"]
    for path in inside:
        assert client.get(path).status_code == 200 and "no-store" in client.get(path)["Cache-Control"]
    assert client.post("/debiteur/sortir")["Clear-Site-Data"] == '"cache", "storage"'
    for path in inside:
        answer = client.get(path)
        assert answer.status_code in (302, 404) and dossier.reference not in words(answer)


@pytest.mark.attack("W10")
def test_the_scripts_keep_no_copy_of_a_page(creditor: Any) -> None:
    page = browser_of(factories.member(creditor)).get("/espace/").content.decode()
    assert re.search(r'<body[^>]* hx-history="false"', page) and '"historyCacheSize": 0' in page
