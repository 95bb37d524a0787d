"""The office's cockpit: whose turn, decisions taken together, tonight's run, scripts, letters that wait too long."""

from datetime import date, timedelta
from typing import Any

import pytest

from core import clock
from dossiers import journal
from dossiers.enums import Phase
from dossiers.models import Dossier
from notifications.models import Channel, Message
from portal.cockpit import queued_since
from procedures import taking_in
from procedures.models import PhoneScript
from procedures.services import advance_overdue
from tests import factories
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient
from tests.walls.test_tenancy import references

pytestmark = pytest.mark.django_db
TODAY = clock.now().date()


@pytest.fixture
def desk(creditor: Any, office: Any, as_office: Any) -> AppClient:
    return as_office()


def filed(creditor: Any, **fields: Any) -> Dossier:
    made: Dossier = factories.dossier(creditor, phase=Phase.SUBMITTED, **fields)
    return made


def phase(dossier: Dossier) -> str:
    return Dossier.objects.values_list("phase", flat=True).get(pk=dossier.pk)


# --- whose turn -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("at", "fields", "whose", "act"),
    [
        (Phase.SUBMITTED, {}, "etude", "Prendre en charge"),
        (Phase.TO_CORRECT, {}, "creancier", "Corriger le dossier"),
        (Phase.AMIABLE, {"lapsing_on": TODAY + timedelta(days=4)}, "debiteur", "Payer ou répondre"),
        (Phase.AMIABLE, {}, "etude", "Décider de la suite"),
        (Phase.TITLE, {}, "debiteur", "Payer selon l'accord"),
        (Phase.INJONCTION_OFFERED, {}, "creancier", "Choisir l'injonction"),
        (Phase.IP_FILED, {}, "juge", "Rendre l'ordonnance"),
        (Phase.IP_SERVED, {"lapsing_on": TODAY + timedelta(days=9)}, "calendrier", "Fin du délai d'opposition"),
        (Phase.IP_SERVED, {}, "etude", "Constater l'absence d'opposition"),
    ],
)
def test_each_dossier_stands_under_the_side_whose_turn_it_is(
    at: str, fields: Any, whose: str, act: str, desk: AppClient, creditor: Any
) -> None:
    dossier = factories.dossier(creditor, phase=at, **fields)
    page = desk.get("/etude/actes", {"tour": whose})
    assert references(page) == {dossier.reference} and act in words(page)
    for other in {"etude", "creancier", "debiteur", "juge", "calendrier"} - {whose}:
        assert not references(desk.get("/etude/actes", {"tour": other}))


def test_a_held_dossier_is_the_offices_to_decide_whatever_its_phase(desk: AppClient, creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.PSRPC, lapsing_on=TODAY + timedelta(days=9))
    factories.hold(dossier, "dispute")
    assert references(desk.get("/etude/actes", {"acte": "suspension"})) == {dossier.reference}


def test_every_open_phase_has_its_next_act(desk: AppClient, creditor: Any) -> None:
    made = {
        factories.dossier(creditor, phase=at).reference
        for at in Phase
        if at not in (Phase.DRAFT, Phase.SETTLED, Phase.CLOSED)
    }
    assert references(desk.get("/etude/actes")) == made


def test_mine_are_those_that_were_entrusted_to_me(desk: AppClient, creditor: Any) -> None:
    me = desk.get("/etude/").context["request"].user
    own, other = filed(creditor), filed(creditor)
    Dossier.objects.filter(pk=own.pk).update(manager=me)
    for path in ("/etude/actes", "/etude/"):
        assert other.reference in desk.get(path).content.decode()
        page = desk.get(path, {"suivi": "moi"}).content.decode()
        assert own.reference in page and other.reference not in page


def test_the_agenda_costs_the_same_for_one_dossier_as_for_many_and_is_exported(desk: AppClient, creditor: Any) -> None:
    def cost() -> int:
        with factories.counted() as found:
            desk.get("/etude/actes")
        return len(found)

    filed(creditor)
    cost()
    few = cost()
    for at in (Phase.SUBMITTED, Phase.AMIABLE, Phase.TITLE) * 3:
        factories.dossier(creditor, phase=at)
    assert cost() == few
    assert len(desk.get("/etude/actes/export").content.decode().splitlines()) == 11


# --- decisions taken together ---------------------------------------------------------------------------------------
@pytest.mark.req("CRE-05")
def test_decisions_are_reviewed_then_carried_out_line_by_line(desk: AppClient, creditor: Any) -> None:
    good, wrong, refused, left = (filed(creditor) for _ in range(4))
    elsewhere = filed(creditor, debtor={"postcode": "75001", "town": "Paris"})
    chosen = [good, wrong, refused, left, elsewhere]
    page = desk.get("/etude/prise-en-charge", {"dossier": [one.reference for one in chosen]})
    assert "relève de la cour d'appel de Paris" in words(page) and phase(good) == Phase.SUBMITTED
    form = {"dossier": [one.reference for one in chosen], f"decision-{good.reference}": "accept",
            f"decision-{wrong.reference}": "ask_correction", f"reason-{wrong.reference}": "Joignez la facture.",
            f"decision-{refused.reference}": "refuse", f"reason-{refused.reference}": "",
            f"decision-{left.reference}": "", f"decision-{elsewhere.reference}": "accept"}  # fmt: skip
    told = words(desk.post("/etude/prise-en-charge", form, follow=True))
    assert [phase(one) for one in chosen] == [
        Phase.AMIABLE, Phase.TO_CORRECT, Phase.SUBMITTED, Phase.SUBMITTED, Phase.SUBMITTED,
    ]  # fmt: skip
    assert f"{good.reference} : accepté" in told and f"{refused.reference} : Indiquez le motif." in told
    assert f"{elsewhere.reference} : Aucune étude compétente" in told
    assert not Message.objects.about(elsewhere.pk).exists()


@pytest.mark.req("NUM-27")
def test_the_hours_stand_still_while_the_creditor_corrects(creditor: Any, office: Any, desk: AppClient) -> None:
    dossier, now = filed(creditor), clock.now()
    journal.note(dossier, "submit", by="Jeanne", at=now - timedelta(hours=50))
    journal.note(dossier, "ask_correction", by="Étude", at=now - timedelta(hours=40))
    journal.note(dossier, "submit", by="Jeanne", at=now)
    assert taking_in.promised(dossier) == now + timedelta(hours=14)
    assert "13 h restantes" in words(desk.get("/etude/")) or "14 h restantes" in words(desk.get("/etude/"))


def test_what_is_wrong_reaches_the_creditor_who_corrects_it(desk: AppClient, creditor: Any, as_creditor: Any) -> None:
    dossier = filed(creditor)
    desk.post(f"/etude/dossiers/{dossier.reference}/action/ask_correction", {"reason": "Le SIREN manque."})
    assert Message.objects.filter(dossier_id=dossier.pk, kind="correction_asked").exists()
    browser = as_creditor()
    assert "Le SIREN manque." in words(browser.get(f"/espace/dossiers/{dossier.reference}/"))
    browser.post(f"/espace/dossiers/{dossier.reference}/action/correct")
    assert phase(dossier) == Phase.DRAFT


def test_each_line_shows_conflict_duplicate_missing_piece_and_limitation(desk: AppClient, creditor: Any) -> None:
    client = factories.creditor(creditor.brand, siret="73282932000074", company="Garage Durand")
    theirs = filed(client)
    old = filed(creditor, debtor={"company": "Garage Durand", "siren": "732829320", "kind": "legal"})
    old.items.update(issued_on=date(2019, 1, 1), due_on=date(2019, 2, 1), number="F-77")
    twin = filed(creditor)
    twin.items.update(number="f-77")
    told = words(desk.get("/etude/prise-en-charge", {"dossier": old.reference}))
    assert f"L'étude agit ou a agi pour ce débiteur, créancier du dossier {theirs.reference}" in told
    assert f"figure aussi, pour le même montant, dans le dossier {twin.reference}" in told
    assert "1 facture sans pièce : F-77" in told and "Acquise depuis le" in told
    opposite = words(desk.get("/etude/prise-en-charge", {"dossier": theirs.reference}))
    assert f"L'étude poursuit ou a poursuivi ce créancier, débiteur du dossier {old.reference}" in opposite
    assert "Conflit d'intérêts" in words(desk.get(f"/etude/dossiers/{theirs.reference}/"))


def test_the_review_costs_the_same_for_one_line_as_for_many(desk: AppClient, creditor: Any) -> None:
    made = [filed(creditor).reference for _ in range(6)]

    def cost(chosen: list[str]) -> int:
        with factories.counted() as found:
            desk.get("/etude/prise-en-charge", {"dossier": chosen})
        return len(found)

    cost(made)
    assert cost(made) == cost(made[:1])


# --- tonight ----------------------------------------------------------------------------------------------------------
def test_tonight_says_what_will_be_done_and_then_that_is_what_is_done(desk: AppClient, creditor: Any) -> None:
    going = factories.dossier(creditor, phase=Phase.AMIABLE, lapsing_on=TODAY - timedelta(days=1))
    large = factories.dossier(creditor, phase=Phase.AMIABLE, lapsing_on=TODAY - timedelta(days=1), balance="9000.00")
    held = factories.dossier(creditor, phase=Phase.AMIABLE, lapsing_on=TODAY - timedelta(days=1))
    factories.hold(held, "dispute")
    later = factories.dossier(creditor, phase=Phase.AMIABLE, lapsing_on=TODAY + timedelta(days=9))
    context = desk.get("/etude/echeancier").context
    assert [one.reference for one in context["moving"]] == [going.reference]
    reasons = {one.reference: one.reasons[0] for one in context["stepped_over"]}
    assert set(reasons) == {large.reference, held.reference} and later.reference not in reasons
    assert "plafond" in reasons[large.reference] and "suspendu" in reasons[held.reference]
    advance_overdue(now=clock.now())
    [run] = desk.get("/etude/echeancier").context["runs"]
    assert [event.dossier.reference for event in run.moved] == [going.reference]
    assert [event.dossier.reference for event in run.stepped_over] == [large.reference]
    assert "plafond" in words(desk.get("/etude/echeancier"))


# --- letters and scripts ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("today", "last"),
    [(date(2026, 3, 5), date(2026, 3, 3)), (date(2026, 3, 2), date(2026, 2, 26)), (date(2026, 4, 7), date(2026, 4, 2))],
)
def test_two_working_days_are_counted_over_weekends_and_holidays(today: date, last: date) -> None:
    assert queued_since(today) == last


def test_a_letter_that_waits_for_more_than_two_working_days_is_an_alarm(desk: AppClient, creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE)
    at = clock.now() - timedelta(days=6)
    Message.objects.create(
        brand=dossier.brand, creditor_id=creditor.pk, office=dossier.office, dossier_id=dossier.pk, key="l",
        kind="amiable_letter", channel=Channel.LETTER, recipient={"name": "Paul Durand"}, created_at=at, try_at=at,
    )  # fmt: skip
    told = words(desk.get("/etude/"))
    assert "1 courrier attend depuis plus de deux jours ouvrés" in told and "pas encore imprimé" in told
    Message.objects.update(created_at=clock.now())
    assert "deux jours ouvrés" not in words(desk.get("/etude/"))


def test_the_script_in_force_is_shown_where_the_call_is_noted(desk: AppClient, creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE)
    page = f"/etude/dossiers/{dossier.reference}/"
    assert "Aucun script de l'étude pour cette phase" in words(desk.get(page))
    for text, day in (("Ancien script.", TODAY - timedelta(days=9)), ("Bonjour, ici l’étude.", TODAY),
                      ("Script à venir.", TODAY + timedelta(days=9))):  # fmt: skip
        sent = {"phase": "amiable", "valid_from": day.isoformat(), "text": text}
        assert desk.post("/etude/scripts", sent).status_code == 302
    told = words(desk.get(page))
    assert "Bonjour, ici l'étude." in told and "Ancien script." not in told and "Script à venir." not in told
    refused = desk.post("/etude/scripts", {"phase": "draft", "valid_from": TODAY.isoformat(), "text": "x"})
    assert refused.status_code == 422 and PhoneScript.objects.count() == 3
    assert "Ancien script." in words(desk.get("/etude/scripts"))
