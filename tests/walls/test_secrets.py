"""Secrets and personal data: not in logs, not in the repository, not with third parties, not in weak hashes."""

import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import global_settings
from django.conf import settings as django_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.test import Client

from accounts.models import BankAccount, User
from mandates.models import Mandate
from notifications.models import Message
from payments import services
from signatures import proof
from tests import factories
from tests.accounts.test_completion import COMPLETION
from tests.journeys.test_sign_up_to_injonction import post_out
from tests.mandates.test_mandate import code_of, sign
from tests.walls.test_tenancy import browser_of

ROOT = Path(__file__).resolve().parents[2]
SECRET_SHAPES = {
    "a private key": r"-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----",
    "a cloud key": r"\bAKIA[0-9A-Z]{16}\b",
    "a token of a forge": r"\b(?:ghp|gho|glpat|xox[bp])[-_][A-Za-z0-9-]{20,}",
    "a payment key": r"\bsk_live_[A-Za-z0-9]{16,}",
    "a password in an address": r"\b(?:postgres(?:ql)?|redis|smtps?)://[^\s:/@'\"]+:(?!\$|…|secret|password|mot|user|change|%)[^\s@'\"]{8,}@(?!localhost|127|\{)",
    "a Django key": r"SECRET_KEY\s*=\s*['\"][^'\"$]{16,}",
}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.attack("G16")
def test_the_repository_holds_no_secret() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for name, shape in SECRET_SHAPES.items():
            if path != Path(__file__) and re.search(shape, text):
                found.append(f"{path.relative_to(ROOT)}: {name}")
    assert not found


@pytest.mark.attack("G16")
def test_what_is_made_on_this_machine_stays_out_of_repository_and_image() -> None:
    for name in (".gitignore", ".dockerignore"):
        assert re.search(r"^/?var(/|$)", (ROOT / name).read_text(), re.MULTILINE), name
    assert not [path for path in tracked() if path.suffix in (".pem", ".key", ".p12", ".sqlite3")]


@pytest.mark.attack("G17")
def test_in_production_every_answer_is_by_tls() -> None:
    names = ("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SESSION_COOKIE_SECURE",
             "CSRF_COOKIE_SECURE", "SESSION_COOKIE_NAME", "DEBUG")  # fmt: skip
    program = f"from django.conf import settings; print([getattr(settings, name) for name in {names!r}])"
    environment = {
        "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "credicys.settings", "DEBUG": "0", "SECRET_KEY": "x" * 40,
        "FIELD_KEYS": "a:b", "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "ALLOWED_HOSTS": "credicys.example",
    }  # fmt: skip
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[True, 31536000, True, True, True, '__Host-session', False]"


@pytest.mark.attack("G18")
def test_no_page_asks_a_third_party_for_anything() -> None:
    """Script, style, font and image come from our own host; the policy of each answer says so too."""
    outside = re.compile(
        r"""(?:src|srcset|action|hx-(?:get|post))\s*=\s*["']?(?:https?:)?//|<link[^>]+href\s*=\s*["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import\s+["'](?:https?:)?//"""
    )
    sources = [path for path in tracked() if path.suffix in (".html", ".css", ".js") and "docs" not in path.parts]
    assert len(sources) > 60
    found = [str(path.relative_to(ROOT)) for path in sources if outside.search(path.read_text(encoding="utf-8"))]
    assert not found
    policy = django_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    hosts = {str(source) for sources in policy.values() for source in sources if isinstance(source, str)}
    assert not [host for host in hosts if "." in host or "*" in host or host.startswith("http")]


@pytest.mark.django_db
@pytest.mark.attack("G20")
def test_passwords_are_hashed_with_todays_cost_and_old_ones_are_hashed_again_at_log_in(settings: Any) -> None:
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    user = factories.member(factories.creditor())
    weak = make_password("une phrase bien longue", hasher="pbkdf2_sha256")
    digest = PBKDF2PasswordHasher().encode("une phrase bien longue", "sel", iterations=1_000)
    User.objects.filter(pk=user.pk).update(password=digest)
    user.emailaddress_set.create(email=user.email, primary=True, verified=True)
    Client().post("/connexion", {"login": user.email, "password": "une phrase bien longue"})
    user.refresh_from_db()
    iterations = int(user.password.split("$")[1])
    assert iterations == PBKDF2PasswordHasher.iterations == int(weak.split("$")[1]) >= 600_000


@pytest.mark.django_db
@pytest.mark.attack("G06", "O12")
def test_a_log_at_its_loudest_names_no_account_no_code_and_nobody(
    brand: Any, caplog: Any, settings: Any, now: Any, tmp_path: Path
) -> None:
    """Registration, signature, proof and announcement with every logger open: none of it is told."""
    settings.COLLECTION_ACCOUNTS = ["credicys:FR7630004000031234567890143:BNPAFRPPXXX"]
    creditor = factories.creditor(brand, completed_at=None, phone="+33612345678", email="secret@martin.example")
    person = factories.member(creditor)
    with caplog.at_level(logging.DEBUG):
        browser = browser_of(person)
        browser.post("/espace/finalisation", COMPLETION)
        browser.post("/espace/mandat/code", {"channel": "sms"})
        post_out()
        [sms] = settings.SMS_DIR.glob("*.json")
        found = re.search(r"\b\d{6}\b", sms.read_text(encoding="utf-8"))
        assert found
        code = found[0]
        sign(browser, code)
        proof.complete(now=now)
        factories.fee(creditor)
        services.announce(creditor, now=now)
        post_out()
    assert Mandate.objects.signed().exists() and Message.objects.filter(kind="collection_announced").exists()
    # The SQL logger is shut in settings: it shows parameters, and only a developer opens it.
    assert django_settings.LOGGING["loggers"]["django.db.backends"]["level"] == "WARNING"
    told = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("django.db"))
    account = BankAccount.objects.get()
    for secret in (factories.IBAN, account.iban_sealed, code, "+33612345678", "secret@martin.example", person.email):
        assert secret not in told, secret


@pytest.mark.django_db
@pytest.mark.attack("W20")
def test_the_limit_of_codes_stands_in_the_database_and_survives_a_restart(brand: Any, settings: Any) -> None:
    creditor = factories.creditor(brand, completed_at=None)
    person = factories.member(creditor)
    browser_of(person).post("/espace/finalisation", COMPLETION)
    for _ in range(3):
        browser_of(person).post("/espace/mandat/code", {"channel": "email"})
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    refused = browser_of(person).post("/espace/mandat/code", {"channel": "email"})
    assert refused.status_code == 429 and 0 < int(refused["Retry-After"]) <= 900
    assert len(code_of(settings)) == 6
