"""Creditor and office, each at her own desk, write to each other."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHROMIUM, PASSWORD, log_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium: apt-get install chromium"),
]


@pytest.mark.req("ATR-08", "ATR-09")
def test_the_bell_leads_to_what_waits_and_goes_down_once_it_is_read(person: Any) -> None:
    office: Page = person()
    log_in(office, "etude@demo.fr", PASSWORD)
    office.goto("/etude/messagerie/")
    office.locator(".word a").first.click()
    office.get_by_label("Votre message").fill("Merci d’envoyer le bon de livraison.")
    office.get_by_role("button", name="ENVOYER").click()
    expect(office.get_by_text("Message envoyé.")).to_be_visible()
    path = office.url.partition("/etude")[2]

    desk: Page = person()
    log_in(desk, "creancier@demo.fr", PASSWORD)
    desk.locator("a[href='/espace/messagerie/']").first.click()
    before = int(desk.locator(".desk-tools .bubble").inner_text())
    expect(desk.get_by_text("Merci d’envoyer le bon de livraison.").first).to_be_visible()
    desk.goto(f"/espace{path}")
    expect(desk.get_by_text("Marqué comme lu.")).to_be_visible()
    desk.goto("/espace/messagerie/")
    left = desk.locator(".desk-tools .bubble")
    assert (int(left.inner_text()) if left.count() else 0) < before
