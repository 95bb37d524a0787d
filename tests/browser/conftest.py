"""People in front of the real product, started from one command: web, worker, beat and broker."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
PASSWORD = "demonstration-2026"


@pytest.fixture(scope="session")
def site(tmp_path_factory: Any) -> Iterator[str]:
    """`manage.py demo` on a base of its own: web, worker, beat and broker, all real."""
    var = tmp_path_factory.mktemp("var")
    var.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DEMO")} | {"VAR_DIR": str(var)}
    command = [sys.executable, "manage.py", "demo", "--port", str(port)]
    with (var / "demo.log").open("w") as log:
        demo = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait_for_ready(var / "demo.log", demo)
        yield f"http://127.0.0.1:{port}"
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(timeout=40)


def wait_for_ready(log: Path, demo: subprocess.Popen[bytes]) -> None:
    for _ in range(180):
        if "Prêt" in log.read_text():
            return
        assert demo.poll() is None, log.read_text()
        time.sleep(1)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def person(browser: Any, site: str) -> Iterator[Any]:
    """Gives pages in which different people sit; a script error or a refused resource fails the test."""
    contexts, complaints = [], []

    def arrive() -> Page:
        context = browser.new_context(base_url=site, locale="fr-FR")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
        return page

    yield arrive
    for context in contexts:
        context.close()
    assert complaints == []


def log_in(page: Page, email: str, password: str) -> None:
    page.goto("/connexion")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.get_by_role("button", name="SE CONNECTER", exact=True).click()
    while "/second-facteur" in page.url:  # offices and support: the demo shows their telephone
        enter_code(page)


def enter_code(page: Page) -> None:
    """A code serves once: when somebody has just used it, the next one comes within half a minute."""
    shown = re.search(r"en ce moment : (\d{6})", page.locator("main").inner_text())
    assert shown
    page.fill("[name=code]", shown[1])
    page.get_by_role("button", name="SE CONNECTER", exact=True).click()
    if "/second-facteur" in page.url:
        time.sleep(5)
        page.goto(page.url)
