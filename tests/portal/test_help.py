"""The manual: a page a chapter, in both languages, led to from the screen it explains."""

from typing import Any

import pytest
from django.template.loader import get_template
from django.urls import get_resolver
from django.utils.translation import override

from portal.help import BY_SCREEN, CHAPTERS
from tests import factories
from tests.accounts.test_people import browser_of
from tests.conftest import AppClient

pytestmark = pytest.mark.django_db
MANUAL = ["Introduction", "Inscription", "Connexion", "Perte de mot de passe", "Finalisation de l’inscription",
          "Coordonnées bancaires", "Coordonnées de facturation", "Conditions générales"]  # fmt: skip


@pytest.mark.req("CRE-58", "ATR-80")
def test_the_contents_follow_the_manuals_and_each_chapter_opens(brand: Any) -> None:
    page = AppClient().get("/aide/").content.decode()
    places = [page.index(f">{title}<") for title in MANUAL]
    assert places == sorted(places)
    for chapter in CHAPTERS:
        answer = AppClient().get(f"/aide/{chapter.slug}")
        assert answer.status_code == 200 and f'href="/aide/{chapter.slug}"' in page
    assert AppClient().get("/aide/inconnu").status_code == 404


@pytest.mark.req("ATR-80")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_chapter_is_written_in_both_languages(language: str) -> None:
    with override(language):
        texts = [get_template(chapter.template).render() for chapter in CHAPTERS]
        assert all(f"/{language}/" in chapter.template for chapter in CHAPTERS)
    assert all(len(text) > 150 for text in texts) and len(set(texts)) == len(CHAPTERS)


@pytest.mark.req("CRE-58", "ATR-80")
def test_each_screen_leads_to_its_chapter(creditor: Any, office: Any) -> None:
    browser = browser_of(factories.member(creditor))
    for path, slug in (("/espace/", "navigation"), ("/espace/dossiers/", "selectionner"), ("/espace/mandat/", "mandat"),
                       ("/espace/dossiers/creer", "creer"), ("/espace/compte/", "profil"), ("/connexion", "connexion"),
                       ("/espace/compte/personnes", "personnes"), ("/inscription", "inscription")):  # fmt: skip
        visitor = browser if path.startswith("/espace") else AppClient()
        assert f'href="/aide/{slug}"' in visitor.get(path).content.decode(), path
    assert 'href="/aide/etude"' in browser_of(factories.clerk(office)).get("/etude/").content.decode()


def test_every_screen_that_a_chapter_names_exists() -> None:
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert not set(BY_SCREEN) - names
