"""Somebody has left: whoever sits down next and presses « back » finds nothing of hers."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import CHROMIUM, PASSWORD, log_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium: apt-get install chromium"),
]


@pytest.mark.attack("W10", "L11")
def test_back_after_logging_out_shows_no_page_of_hers(person: Any) -> None:
    page: Page = person()
    log_in(page, "creancier@demo.fr", PASSWORD)
    for path in ("/espace/", "/espace/dossiers/", "/espace/mandat/", "/compte/securite"):
        page.goto(path)
    shown = page.locator("main").inner_text()
    kept = "JSON.stringify([Object.keys(localStorage), Object.keys(sessionStorage)])"
    assert "cache" not in page.evaluate(kept), "htmx keeps where one is, and no page"
    with page.expect_navigation():
        page.evaluate("document.querySelector(\"form[action='/deconnexion']\").submit()")
    assert page.evaluate(kept) == "[[],[]]", "the answer empties the browser"
    page.goto("/")
    for _ in range(5):
        page.go_back()
        assert "/connexion" in page.url, page.url
        assert page.locator("main").inner_text() != shown
