"""An hour is told as its reader lives it: in Nouméa, Monday nine o'clock is not Sunday evening in Paris."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from accounts.models import User
from mandates.services import revoke
from notifications.models import Message
from tests import factories
from tests.accounts.test_sign_up import words
from tests.journeys.test_sign_up_to_injonction import mails, post_out, text_of
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db
SUNDAY_EVENING = datetime(2026, 3, 1, 22, 5, tzinfo=UTC)  # Monday 2 March, 9:05 in Nouméa


@pytest.fixture
def far() -> Any:
    return factories.brand("pacifique", time_zone="Pacific/Noumea")


def test_pages_tell_the_hour_of_the_brand(far: Any) -> None:
    creditor = factories.creditor(far)
    person = factories.member(creditor)
    with time_machine.travel(SUNDAY_EVENING, tick=False):
        browser = browser_of(person)
        browser.defaults["HTTP_HOST"] = f"{far.slug}.localhost"
        page = words(browser.get("/compte/securite"))
    assert "02/03/2026 09:05" in page and "23:05" not in page


def test_mails_tell_the_hour_of_the_brand(far: Any, settings: Any) -> None:
    creditor = factories.creditor(far)
    revoke(creditor.mandates.get(), user=User.objects.get(pk=factories.member(creditor).pk), now=SUNDAY_EVENING)
    Message.objects.update(try_at=SUNDAY_EVENING)
    post_out()
    [mail] = mails(settings)
    assert "02/03/2026 à 09:05" in text_of(mail)
