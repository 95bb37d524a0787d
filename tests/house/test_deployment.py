"""Production's own settings: what Django's deployment checklist asks, and what a browser then receives."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

PRODUCTION = {
    "DATABASE_URL": "postgresql://app:x@127.0.0.1:9/none", "SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnopqrstuvwxyz", "FIELD_KEYS": "a:b",
    "ALLOWED_HOSTS": "portail.example.fr", "TRUSTED_PROXIES": "1",
}  # fmt: skip


def in_production(*command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=environment | PRODUCTION,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_deployment_checklist_has_nothing_to_say() -> None:
    told = in_production("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert told.returncode == 0, told.stderr
    assert "no issues" in told.stdout


@pytest.fixture(scope="module")
def held() -> dict[str, Any]:
    """The settings of production, as the program has them."""
    names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
             "CSRF_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE", "SESSION_COOKIE_PATH", "SESSION_COOKIE_DOMAIN",
             "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "DEBUG", "DEMO", "CAPTCHA", "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN",
             "ALLAUTH_TRUSTED_PROXY_COUNT")  # fmt: skip
    program = (
        "import os, json, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'credicys.settings'; django.setup();"
        "from django.conf import settings; from accounts.log_in import device_cookie; from allauth.mfa import app_settings;"
        f"print(json.dumps({{name: getattr(settings, name) for name in {names}}}"
        " | {'device': device_cookie(), 'bypass': app_settings.TOTP_INSECURE_BYPASS_CODE}))"
    )
    told = in_production("-c", program)
    assert told.returncode == 0, told.stderr
    return dict(json.loads(told.stdout))


@pytest.mark.attack("A10")
def test_every_cookie_is_bound_to_the_host_and_to_https(held: dict[str, Any]) -> None:
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "device"):
        assert held[name].startswith("__Host-")
    for cookie in ("SESSION", "CSRF"):
        assert (
            held[f"{cookie}_COOKIE_SECURE"]
            and held[f"{cookie}_COOKIE_HTTPONLY"]
            and held[f"{cookie}_COOKIE_SAMESITE"] == "Lax"
        )
    assert held["SESSION_COOKIE_PATH"] == "/" and held["SESSION_COOKIE_DOMAIN"] is None


@pytest.mark.attack("A11")
def test_nothing_that_helps_a_demo_reaches_production(held: dict[str, Any]) -> None:
    assert (
        not held["DEBUG"]
        and not held["DEMO"]
        and not held["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"]
        and held["bypass"] is None
    )
    assert held["CAPTCHA"] and held["SECURE_SSL_REDIRECT"] and held["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert held["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1


@pytest.mark.django_db
@pytest.mark.attack("W05")
def test_every_page_of_accounts_forbids_what_it_does_not_carry(brand: Any, client: Any) -> None:
    for path in ("/connexion", "/inscription", "/mot_de_passe_oublie"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "'nonce-" in policy
        assert (
            "unsafe-inline" not in policy and "unsafe-eval" not in policy and "http" not in policy.replace("https:", "")
        )
