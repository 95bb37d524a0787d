"""Every page of every kind of person: no barrier that axe knows, nothing wider than a small telephone."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import CHROMIUM, PASSWORD, log_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium: apt-get install chromium"),
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
PAGES = {
    "": ("/", "/inscription", "/connexion", "/mot_de_passe_oublie", "/debiteur/", "/charte", "/aide/", "/reclamation", "/rendez-vous",
         "/mes-donnees"),
    "creancier@demo.fr": (
        "/espace/", "/espace/dossiers/", "/espace/dossiers/creer", "/espace/mandat", "/espace/compte/", "/espace/compte/personnes",
        "/espace/compte/roles", "/espace/compte/partages", "/espace/compte/versement", "/espace/compte/convention",
        "/espace/compte/options", "/compte/securite", "/compte/telephone", "/espace/compte/nouvelles", "first dossier", "/espace/messagerie/", "first thread",
    ),
    "etude@demo.fr": ("/etude/", "/etude/dossiers/", "/etude/compte/", "/etude/compte/personnes", "first dossier",
                      "/etude/messagerie/", "first thread"),
}  # fmt: skip


@pytest.mark.parametrize("who", list(PAGES), ids=lambda who: who or "visitor")
def test_every_page_passes_axe_and_fits_a_telephone(who: str, person: Any) -> None:
    page: Page = person()
    if who:
        log_in(page, who, PASSWORD)
    faults = [fault for path in PAGES[who] for width in (1280, 360) for fault in look(page, path, width)]
    assert faults == []


def look(page: Page, path: str, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": 800})
    answer = page.goto(
        path if path.startswith("/") else first_dossier(page) if "dossier" in path else first_thread(page)
    )
    if not answer or answer.status != 200:
        return [f"{path}: {answer and answer.status}"]
    found = (
        [f"{path} at {width}: {wide} px wide"]
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width
        else []
    )
    violations = Axe().run(page, options=RULES).response["violations"]
    return found + [f"{path} at {width}: {v['id']} {v['nodes'][0]['html'][:120]}" for v in violations]


def first_dossier(page: Page) -> str:
    home = "/etude/dossiers/" if "/etude/" in page.url else "/espace/dossiers/"
    page.goto(home)
    return str(page.locator("th[scope=row] a").first.get_attribute("href"))


def first_thread(page: Page) -> str:
    page.goto("/etude/messagerie/" if "/etude/" in page.url else "/espace/messagerie/")
    return str(page.locator(".word a").first.get_attribute("href"))
