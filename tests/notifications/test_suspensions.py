"""A channel stopped for maintenance queues and loses nothing; the screens say so; what waited leaves at its return."""

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.models import AuditEntry
from dossiers.enums import Phase
from notifications import suspensions
from notifications.models import Message, Suspension
from notifications.relay import dispatch_next
from tests import factories
from tests.accounts.test_profile import as_support
from tests.accounts.test_sign_up import words
from tests.notifications.test_relay import Provider, provider, waiting  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db
ADMIN = "/admin/notifications/suspension/"


def stop(channel: str = "email", **fields: Any) -> Suspension:
    values = {"reason": "Maintenance de l’opérateur.", "suspended_by": "Adrien", "suspended_at": clock.now()}
    return Suspension.objects.create(channel=channel, **(values | fields))


@pytest.mark.req("REL-66")
def test_what_was_to_leave_by_a_stopped_channel_waits_and_leaves_when_it_resumes(
    provider: Provider,  # noqa: F811
    waiting: Any,  # noqa: F811
    now: Any,
) -> None:
    waiting("essai:courriel")
    waiting("essai:sms", channel="sms")
    stopped = stop()
    while dispatch_next(now=now):
        pass
    assert provider.taken == ["essai:sms"], "the other channels go on"
    assert not dispatch_next(now=now + timedelta(days=3)), "the expected end resumes nothing by itself"
    kept = Message.objects.get(key="essai:courriel")
    assert kept.is_pending and kept.attempts == 0, "waiting costs no attempt"
    assert suspensions.resume([stopped], by="Adrien", now=now) == 1
    assert dispatch_next(now=now) and provider.taken == ["essai:sms", "essai:courriel"]
    assert suspensions.resume([stopped], by="Adrien", now=now) == 0


@pytest.mark.req("REL-66")
def test_support_stops_and_resumes_with_a_reason_and_it_is_noted(brand: Any) -> None:
    browser = as_support()
    form = {"channel": "sms", "reason": "Maintenance.", "expected_end_at_0": "2026-12-01", "expected_end_at_1": "08:00"}
    assert browser.post(f"{ADMIN}add/", form).status_code == 302
    stopped = Suspension.objects.get()
    assert "déjà suspendue" in browser.post(f"{ADMIN}add/", form).content.decode()
    assert browser.post(f"{ADMIN}add/", form | {"channel": "email", "reason": ""}).status_code == 200
    browser.post(ADMIN, {"action": "resume", "_selected_action": [stopped.pk]})
    stopped.refresh_from_db()
    assert stopped.resumed_by == "Adrien Support"
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"voie suspendue", "voie reprise"}
    assert browser.post(f"{ADMIN}{stopped.pk}/change/", form).status_code == 403


@pytest.mark.req("REL-66")
def test_the_screens_say_it_while_it_lasts(creditor: Any, office: Any, as_creditor: Any, as_office: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE, office=office)
    stopped = stop("sms", expected_end_at=clock.now() + timedelta(hours=5))
    desk, room = as_creditor(), as_office()
    looks = [
        (desk, "/espace/"), (desk, f"/espace/dossiers/{dossier.reference}/"), (room, "/etude/"),
        (room, f"/etude/dossiers/{dossier.reference}/"),
    ]  # fmt: skip
    for browser, path in looks:
        told = words(browser.get(path))
        assert "SMS : envoi suspendu Maintenance de l'opérateur. Reprise prévue le" in told, path
    suspensions.resume([stopped], by="Adrien", now=clock.now())
    assert "envoi suspendu" not in words(desk.get("/espace/"))
