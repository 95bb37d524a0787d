"""Fixtures in the words of the trade. The suite runs as the owner of the tables; a request runs as the
application does: as a login that has no right of its own."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from core.roles import as_migrator
from tenants import middleware
from tests import factories, strict

strict.install()

# A Monday, 9:00 in Paris.
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    as_migrator()
    if name := os.environ.get("PYTEST_DB"):  # two suites at once, each with its own database
        connection.settings_dict["TEST"]["NAME"] = f"test_{name}"


@pytest.fixture(autouse=True)
def nothing_leaves(settings: Any, tmp_path: Any, monkeypatch: Any) -> Iterator[None]:
    """Files, mails, SMS and letters of a test stay in its own folder; rate limits start at zero."""
    settings.STORAGES = django_settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        }
    }
    settings.ERASURE_LEDGER = tmp_path / "erasures.jsonl"
    settings.MAIL_DIR, settings.SMS_DIR = tmp_path / "mail", tmp_path / "sms"
    settings.LETTER_DIR, settings.DEMO_CLOCK_FILE = tmp_path / "letters", tmp_path / "demo-clock"
    settings.DEMO = settings.CAPTCHA = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a login is not what is measured
    cache.clear()
    middleware.BRANDS.clear()
    monkeypatch.setattr(middleware, "KEPT_SECONDS", 0)
    yield


class AppClient(Client):
    """A browser whose requests reach the database as the application's own login."""

    def request(self, **request: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE app_login")
        try:
            return super().request(**request)
        finally:
            if not connection.needs_rollback:
                with connection.cursor() as cursor:
                    cursor.execute("RESET ROLE")


@pytest.fixture
def client(db: None) -> AppClient:
    return AppClient()


@pytest.fixture
def now() -> datetime:
    return MONDAY


@pytest.fixture
def brand(db: None) -> Any:
    return factories.brand()


@pytest.fixture
def office(brand: Any) -> Any:
    return factories.office(brand)


@pytest.fixture
def creditor(brand: Any) -> Any:
    return factories.creditor(brand)


@pytest.fixture
def as_creditor(creditor: Any) -> Callable[..., AppClient]:
    """A browser in which somebody of that creditor is logged in."""

    def log_in(who: Any = None) -> AppClient:
        browser = AppClient()
        browser.force_login(factories.member(who or creditor), backend=django_settings.AUTHENTICATION_BACKENDS[0])
        return browser

    return log_in


@pytest.fixture
def as_office(office: Any) -> Callable[..., AppClient]:
    def log_in(where: Any = None) -> AppClient:
        browser = AppClient()
        browser.force_login(factories.clerk(where or office), backend=django_settings.AUTHENTICATION_BACKENDS[0])
        return browser

    return log_in


@pytest.fixture
def in_thread() -> Callable[..., Any]:
    """Run a function on a connection of its own and give back what it returned."""

    def run(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        def alone() -> Any:
            try:
                return function(*args, **kwargs)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(alone).result(timeout=20)

    return run
