"""A link for an accountant or a lawyer: reads, for a while, and nothing else."""

import io
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from django.utils import timezone

from accounts import sharing
from accounts.models import ShareLink, User
from accounts.people import change_role
from accounts.roles import Role
from core.models import AuditEntry
from documents.services import store
from dossiers.enums import Phase
from tests import factories
from tests.accounts.test_people import browser_of
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient

pytestmark = pytest.mark.django_db
SHARES = "/espace/compte/partages"


def opened(token: str) -> AppClient:
    browser = AppClient()
    browser.post(f"/partage/ouvrir/{token}")
    return browser


def make(creditor: Any, **fields: Any) -> str:
    """The secret of a link made by the page."""
    browser = browser_of(factories.member(creditor))
    form = {"recipient": "Cabinet Lemoine", "reference": "", "days": "30", "acting_for": creditor.pk} | fields
    answer = browser.post(SHARES, form, follow=True)
    return answer.context["fresh"].rsplit("/", 1)[-1]


def test_a_link_opens_the_dossiers_to_read_and_is_audited(creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE, creditor_reference="CLI-7")
    draft = factories.dossier(creditor)
    token = make(creditor)
    assert AppClient().get(f"/partage/ouvrir/{token}").status_code == 200
    assert ShareLink.objects.get().opened_count == 0, "a mail scanner opens nothing"
    guest = opened(token)
    page = guest.get("/partage/").content.decode()
    assert dossier.reference in page and draft.reference not in page
    assert guest.get(f"/partage/dossiers/{dossier.reference}/").status_code == 200
    assert guest.get(f"/partage/dossiers/{draft.reference}/").status_code == 404
    assert ShareLink.objects.get().opened_count == 1
    traces = AuditEntry.objects.filter(action="lecture par lien")
    assert [trace.reason for trace in traces.order_by("pk")] == ["/partage/", f"/partage/dossiers/{dossier.reference}/"]
    assert "Cabinet Lemoine" in traces[0].actor


def test_the_secret_is_shown_once_and_kept_nowhere(creditor: Any) -> None:
    browser = browser_of(factories.member(creditor))
    form = {"recipient": "Cabinet", "reference": "", "days": "7", "acting_for": creditor.pk}
    token = browser.post(SHARES, form, follow=True).context["fresh"].rsplit("/", 1)[-1]
    assert token not in browser.get(SHARES).content.decode()
    assert token not in str(ShareLink.objects.values().get()) + str(list(AuditEntry.objects.values()))


def test_a_link_to_one_dossier_shows_no_other(creditor: Any) -> None:
    one, other = (factories.dossier(creditor, phase=Phase.AMIABLE) for _ in range(2))
    guest = opened(make(creditor, reference=one.reference.lower()))
    page = guest.get("/partage/").content.decode()
    assert one.reference in page and other.reference not in page
    assert guest.get(f"/partage/dossiers/{other.reference}/").status_code == 404


@pytest.mark.attack("T07")
def test_a_link_is_not_made_for_a_strangers_dossier_nor_a_draft(creditor: Any) -> None:
    strange = factories.dossier(factories.creditor(creditor.brand), phase=Phase.AMIABLE)
    browser = browser_of(factories.member(creditor))
    for reference in (strange.reference, factories.dossier(creditor).reference, "ZZZZ-ZZZZ"):
        form = {"recipient": "X", "reference": reference, "days": "7", "acting_for": creditor.pk}
        assert browser.post(SHARES, form).status_code == 422
    assert not ShareLink.objects.exists()


def test_revoking_ends_the_reading_at_the_next_click(creditor: Any) -> None:
    guest = opened(make(creditor))
    assert guest.get("/partage/").status_code == 200
    link = ShareLink.objects.get()
    browser_of(factories.member(creditor)).post(f"{SHARES}/{link.pk}/revoquer", {"acting_for": creditor.pk})
    assert guest.get("/partage/").status_code == 404
    link.refresh_from_db()
    assert link.revoked_at and link.revoked_by == "Jeanne Martin"


def test_the_links_of_a_colleague_who_was_removed_open_nothing_any_more(creditor: Any) -> None:
    colleague, owner = factories.member(creditor, Role.MANAGER), factories.member(creditor)
    form = {"recipient": "Cabinet Lemoine", "reference": "", "days": "30", "acting_for": creditor.pk}
    token = browser_of(colleague).post(SHARES, form, follow=True).context["fresh"].rsplit("/", 1)[-1]
    kept, guest = opened(make(creditor)), opened(token)
    assert guest.get("/partage/").status_code == 200
    member = colleague.memberships.get()
    answer = browser_of(owner).post(f"/espace/compte/personnes/{member.pk}/retirer", follow=True)
    assert "Le lien de partage qu'elle avait créé est révoqué" in words(answer)
    assert guest.get("/partage/").status_code == 404
    assert AppClient().post(f"/partage/ouvrir/{token}").status_code == 410
    assert kept.get("/partage/").status_code == 200, "a link of somebody who stays goes on"


@pytest.mark.parametrize("loss", ["role", "deleted by support", "inactive"])
def test_a_link_lasts_no_longer_than_its_authors_right_to_share(loss: str, creditor: Any) -> None:
    author = factories.member(creditor, Role.MANAGER)
    guest = AppClient()
    guest.post(f"/partage/ouvrir/{shared_by(author, creditor)}")
    assert guest.get("/partage/").status_code == 200
    if loss == "role":
        change_role(author.memberships.get(), Role.READER, by=factories.member(creditor), now=timezone.now())
        assert ShareLink.objects.get().revoked_at
    elif loss == "inactive":
        User.objects.filter(pk=author.pk).update(is_active=False)
    else:
        author.memberships.all().delete()
    assert guest.get("/partage/").status_code == 404


def shared_by(author: User, creditor: Any) -> str:
    return sharing.share(creditor, recipient="X", days=7, dossier_id=None, by=author, now=timezone.now())[1]


def test_a_link_ends_by_itself(creditor: Any) -> None:
    token = make(creditor)
    guest = opened(token)
    now = timezone.now()
    ShareLink.objects.update(created_at=now - timedelta(days=8), expires_at=now - timedelta(days=1))
    assert guest.get("/partage/").status_code == 404
    assert AppClient().post(f"/partage/ouvrir/{token}").status_code == 410


def test_a_guest_has_no_way_to_write_and_no_other_door(creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.INJONCTION_OFFERED)
    guest = opened(make(creditor))
    for path in ("/partage/", f"/partage/dossiers/{dossier.reference}/"):
        assert guest.post(path).status_code == 405
    page = guest.get(f"/partage/dossiers/{dossier.reference}/").content.decode()
    assert "/espace/" not in page and "/action/" not in page
    assert guest.get("/espace/").status_code == 302


@pytest.mark.parametrize("role", [Role.FILER, Role.ACCOUNTANT, Role.READER])
def test_who_may_not_share_makes_no_link(role: str, creditor: Any) -> None:
    browser = browser_of(factories.member(creditor, role))
    form = {"recipient": "X", "reference": "", "days": "7", "acting_for": creditor.pk}
    assert browser.post(SHARES, form).status_code == 403
    assert not ShareLink.objects.exists()


def test_a_guest_reads_a_letter_without_the_sheet_that_opens_the_debtors_room(creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE)
    with pikepdf.new() as made:
        made.add_blank_page()
        made.add_blank_page()
        out = io.BytesIO()
        made.save(out)
    paper = store(
        out.getvalue(), name="Lettre.pdf", media_type="application/pdf", brand=creditor.brand, creditor_id=creditor.pk,
        dossier_id=dossier.pk, secret_pages=1,
    )  # fmt: skip
    answer = opened(make(creditor)).get(f"/partage/documents/{paper.pk}")
    assert answer.status_code == 200
    with pikepdf.open(io.BytesIO(answer.content)) as read:
        assert len(read.pages) == 1
