"""An office collects under its own identifier: its check digits are right, and two people gave it."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts import office_ics
from accounts.models import IcsState, OfficeIcs, User
from accounts.profile import ChangeRefused
from core import clock
from mandates.models import Mandate
from notifications.contents import CONTENTS
from notifications.models import Message
from tests import factories
from tests.accounts.test_sign_up import words
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db
ICS = "FR28ZZZ507689"
PAGE = "/etude/compte/"


@pytest.fixture
def first(office: Any) -> User:
    return factories.clerk(office)


@pytest.fixture
def second(office: Any) -> User:
    return factories.clerk(office)


def in_force(office: Any, first: User, second: User, ics: str = ICS) -> OfficeIcs:
    found = office_ics.propose(office, ics, by=first, now=clock.now())
    office_ics.decide(found, approve=True, by=second, now=clock.now())
    found.refresh_from_db()
    return found


def test_one_proposes_another_confirms_and_the_office_is_told(office: Any, first: User, second: User) -> None:
    mine, hers = browser_of(first), browser_of(second)
    assert "Identifiant proposé" in words(mine.post(f"{PAGE}ics", {"ics": "fr28 zzz 507689"}, follow=True))
    found = OfficeIcs.objects.get()
    answer = f"{PAGE}ics/{found.pk}/reponse"
    assert 'value="approve"' not in mine.get(PAGE).content.decode()
    assert "Une autre personne" in words(mine.post(answer, {"answer": "approve"}, follow=True))
    assert office_ics.ics_of(office) == "", "what waits serves no purpose"
    assert "Identifiant confirmé" in words(hers.post(answer, {"answer": "approve"}, follow=True))
    assert office_ics.ics_of(office) == ICS
    told = Message.objects.select_related("brand").filter(kind="office_ics").order_by("created_at")
    assert [message.recipient["email"] for message in told] == [office.email] * 2
    assert "a confirmé FR28ZZZ507689" in CONTENTS["office_ics"](told[1]).text


@pytest.mark.parametrize("wrong", ["", "FR29ZZZ507689", "FR28ZZZ50768", "DE98ZZZ0999999999X", "x" * 60])
def test_wrong_check_digits_are_refused_with_a_sentence(office: Any, first: User, wrong: str) -> None:
    with pytest.raises(ChangeRefused, match="inexact"):
        office_ics.propose(office, wrong, by=first, now=clock.now())


def test_never_one_for_all(office: Any, first: User, second: User, brand: Any) -> None:
    with pytest.raises(ChangeRefused, match="celui de la plateforme"):
        office_ics.propose(office, brand.creditor_id_sepa, by=first, now=clock.now())
    in_force(office, first, second)
    elsewhere = factories.office(brand, name="Étude Lagarde", court_of_appeal="Paris")
    with pytest.raises(ChangeRefused, match="autre étude"):
        in_force(elsewhere, factories.clerk(elsewhere), factories.clerk(elsewhere))
    assert office_ics.ics_of(elsewhere) == ""


def test_the_database_wants_four_eyes(office: Any) -> None:
    with pytest.raises(IntegrityError, match="ics_four_eyes"), transaction.atomic():
        factories.office_ics(
            office, state=IcsState.IN_FORCE, decided_by="Claire", decider_key=-1, decided_at=clock.now()
        )


def test_one_waits_at_a_time_and_who_proposed_may_take_it_back(office: Any, first: User) -> None:
    found = office_ics.propose(office, ICS, by=first, now=clock.now())
    with pytest.raises(ChangeRefused, match="attend déjà"):
        office_ics.propose(office, _another(), by=first, now=clock.now())
    office_ics.decide(found, approve=False, by=first, now=clock.now())
    with pytest.raises(ChangeRefused, match="déjà reçu"):
        office_ics.decide(found, approve=True, by=factories.clerk(office), now=clock.now())


def test_a_mandate_carries_the_identifier_of_whoever_collects_and_keeps_it(
    office: Any, first: User, second: User, creditor: Any
) -> None:
    """The platform collects its own fees: what an office does to its identifier changes no mandate."""
    before = list(Mandate.objects.values("pk", "ics", "unsigned_id"))
    in_force(office, first, second)
    assert list(Mandate.objects.values("pk", "ics", "unsigned_id")) == before
    assert {row["ics"] for row in before} == {creditor.brand.creditor_id_sepa}
    replaced = in_force(office, first, second, _another())
    assert office_ics.ics_of(office) == replaced.ics
    assert OfficeIcs.objects.filter(state=IcsState.REPLACED).count() == 1


def _another() -> str:
    """A French identifier with right digits (ISO 7064, mod 97-10)."""
    digits = 98 - int("123457" + "1527" + "00") % 97
    return f"FR{digits:02d}ZZZ123457"


def test_support_is_the_second_person_of_an_office_of_one(office: Any, first: User, client: Any) -> None:
    found = office_ics.propose(office, ICS, by=first, now=clock.now())
    support = factories.user(is_staff=True, is_superuser=True)
    factories.second_factor(support)
    answer = browser_of(support).post(
        f"/admin/accounts/officeics/{found.pk}/decision/", {"answer": "approve", "reason": "rappelée au numéro connu"}
    )
    assert answer.status_code == 302 and office_ics.ics_of(office) == ICS
