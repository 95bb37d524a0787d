"""The insolvency watch: published today, frozen and told today; then confirmed, declared in time, or dismissed."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest
from django.db import connection

from core.actors import Actor, Side
from dossiers.enums import Phase
from dossiers.models import Client, Dossier
from notifications.models import Message, Outcome
from notifications.relay import dispatch_next
from procedures import bodacc, insolvency, tasks
from procedures.bodacc import LocalBodacc, Notice, PublicBodacc, Unavailable
from procedures.enums import HoldKind, HoldState, NoticeKind
from procedures.insolvency import InsolvencyRefused
from procedures.models import Hold, Insolvency, InsolvencyNotice
from procedures.services import TransitionRefused, advance
from tests import factories

OFFICE = Actor(Side.OFFICE, "Claire Morel")
CREDITOR = Actor(Side.CREDITOR, "Jeanne Martin")
SIREN, OTHER, HEALTHY = "552100554", "542065479", "732829320"
DAY = timedelta(days=1)
RECORDS = json.loads(bodacc.TWIN_DATA.read_text(encoding="utf-8"))["results"]


# --- both adapters keep the same promise ---------------------------------------------------------------------------
def answering(monkeypatch: pytest.MonkeyPatch, answers: Sequence[Any]) -> list[dict[str, Any]]:
    """The public service, played by answers in turn; what was asked of it."""
    asked: list[dict[str, Any]] = []
    left = list(answers)

    def get(url: str, *, params: dict[str, Any], **_: Any) -> httpx.Response:
        asked.append(params)
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return httpx.Response(status, json=body, request=httpx.Request("GET", url))

    monkeypatch.setattr(bodacc.httpx, "get", get)
    return asked


@pytest.fixture(params=["public", "local"])
def bulletin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    if request.param == "local":
        return LocalBodacc()
    answering(monkeypatch, [(200, {"total_count": len(RECORDS), "results": RECORDS})])
    return PublicBodacc("https://bodacc.example", wait=lambda _: None)


def test_openings_and_closings_are_told_apart_with_court_day_and_raw_notice(bulletin: Any) -> None:
    first, second = bulletin.notices([SIREN], since=date(2026, 1, 1))
    assert (first.kind, second.kind) == (NoticeKind.OPENING, NoticeKind.CLOSING)
    assert (first.judgment_on, first.published_on) == (date(2026, 2, 18), date(2026, 3, 1))
    assert first.court == "Tribunal de commerce de Lyon" and first.raw == RECORDS[0]


def test_nothing_is_told_of_companies_that_were_not_asked_for_nor_of_other_notices(bulletin: Any) -> None:
    assert bulletin.notices([HEALTHY], since=date(2026, 1, 1)) == []
    assert {notice.siren for notice in bulletin.notices([OTHER], since=date(2026, 1, 1))} == {OTHER}


def test_the_service_is_asked_again_then_its_absence_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, [httpx.ReadTimeout("slow"), (503, {}), (200, {"total_count": 0, "results": []})])
    assert PublicBodacc("https://b.example", wait=lambda _: None).notices([SIREN], since=date(2026, 1, 1)) == []
    assert len(asked) == 3
    answering(monkeypatch, [(500, {})])
    with pytest.raises(Unavailable):
        PublicBodacc("https://b.example", wait=lambda _: None).notices([SIREN], since=date(2026, 1, 1))


@pytest.mark.parametrize("body", [{}, {"results": "x"}, [], {"total_count": 1, "results": [{"id": "1"}]}])
def test_an_answer_of_another_form_is_an_absence_not_a_silence(body: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, [(200, body)])
    with pytest.raises(Unavailable):
        PublicBodacc("https://b.example", wait=lambda _: None).notices([SIREN], since=date(2026, 1, 1))


def test_many_companies_and_many_pages_are_asked_for_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, [(200, {"total_count": 150, "results": RECORDS[:1]})])
    sirens = [f"{number:09}" for number in range(60)]
    PublicBodacc("https://b.example", wait=lambda _: None).notices(sirens, since=date(2026, 1, 1))
    assert [query["offset"] for query in asked] == [0, 100, 0, 100]
    assert asked[0]["where"].count('"0000') == 50 and "2026-01-01" in asked[0]["where"]


@pytest.mark.parametrize(
    ("nature", "kind"),
    [
        ("Jugement d'ouverture d'une procédure de sauvegarde", NoticeKind.OPENING),
        ("Jugement de conversion en liquidation judiciaire", NoticeKind.CONVERSION),
        ("Jugement de clôture pour insuffisance d'actif", NoticeKind.CLOSING),
        ("Dépôt de l'état des créances", NoticeKind.OTHER),
    ],
)
def test_the_nature_of_the_judgment_says_what_it_is(nature: str, kind: str) -> None:
    assert bodacc.kind_of(nature) == kind


# --- frozen the same day -----------------------------------------------------------------------------------------------
@pytest.fixture
def dossier(db: None, now: datetime) -> Dossier:
    debtor = {"kind": "legal", "company": "Boulangerie du Parc", "siren": SIREN}
    made: Dossier = factories.dossier(phase=Phase.AMIABLE, debtor=debtor, lapsing_on=(now + 5 * DAY).date())
    return made


@pytest.fixture
def found(dossier: Dossier, now: datetime) -> Insolvency:
    insolvency.watch_dossiers(LocalBodacc(), now=now)
    return Insolvency.objects.get(dossier=dossier)


def everything_leaves(now: datetime) -> None:
    while dispatch_next(now=now):
        pass


@pytest.mark.req("REL-23", "REL-24")
def test_published_today_frozen_today_and_the_creditor_warned_today(dossier: Dossier, now: datetime) -> None:
    assert insolvency.watch_dossiers(LocalBodacc(), now=now) == 1
    hold = Hold.objects.get(dossier=dossier)
    assert (hold.kind, hold.state, hold.effective_on) == (HoldKind.INSOLVENCY, HoldState.TO_VERIFY, date(2026, 2, 18))
    everything_leaves(now)
    told = Message.objects.about(dossier.pk).filter(kind__in=["insolvency_found", "insolvency_to_confirm"])
    assert {message.outcome for message in told} == {Outcome.SENT} and told.count() == 2
    assert {message.settled_at for message in told} == {now}
    with pytest.raises(TransitionRefused, match="Dossier suspendu"):
        advance(dossier, "offer_injonction", by=OFFICE, now=now, reason="motif")


def test_running_the_watch_again_changes_nothing(dossier: Dossier, found: Insolvency, now: datetime) -> None:
    before = (
        Hold.objects.count(),
        Insolvency.objects.count(),
        InsolvencyNotice.objects.count(),
        Message.objects.count(),
    )
    assert insolvency.watch_dossiers(LocalBodacc(), now=now + 10 * DAY) == 0
    after = (
        Hold.objects.count(),
        Insolvency.objects.count(),
        InsolvencyNotice.objects.count(),
        Message.objects.count(),
    )
    assert before == after
    assert InsolvencyNotice.objects.get(source_id="A202600410001").raw == RECORDS[0]


@pytest.mark.parametrize("phase", [Phase.DRAFT, Phase.REFUSED, Phase.CLOSED, Phase.SETTLED])
def test_only_living_dossiers_are_watched(db: None, phase: str, now: datetime) -> None:
    factories.dossier(phase=phase, debtor={"siren": SIREN, "kind": "legal", "company": "X"})
    assert insolvency.watch_dossiers(LocalBodacc(), now=now) == 0


def test_a_bulletin_that_does_not_answer_is_told_and_nothing_is_concluded(
    dossier: Dossier, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answering(monkeypatch, [httpx.ConnectError("no")])
    monkeypatch.setattr(tasks, "bulletin", lambda: PublicBodacc("https://b.example", wait=lambda _: None))
    assert tasks.watch_insolvency() == 0
    assert "insolvency watch" in caplog.text and not Hold.objects.exists()


def test_the_bulletin_is_asked_outside_any_transaction_of_ours(dossier: Dossier, now: datetime) -> None:
    depth = len(connection.savepoint_ids)

    class Watching(LocalBodacc):
        def notices(self, sirens: Sequence[str], *, since: date) -> list[Notice]:
            assert len(connection.savepoint_ids) == depth
            return super().notices(sirens, since=since)

    assert insolvency.watch_dossiers(Watching(), now=now) == 1


# --- a person decides ----------------------------------------------------------------------------------------------------
def test_a_namesake_is_dismissed_the_dossier_goes_on_and_is_not_frozen_again(
    dossier: Dossier, found: Insolvency, now: datetime
) -> None:
    insolvency.dismiss(found, reason="homonyme", by=OFFICE, now=now)
    assert not Hold.objects.standing().filter(dossier=dossier).exists()
    assert dossier.deadlines.pending().exists()
    assert insolvency.watch_dossiers(LocalBodacc(), now=now + DAY) == 0
    with pytest.raises(InsolvencyRefused, match="déjà"):
        insolvency.confirm(found, by=OFFICE, now=now)


def test_a_confirmed_notice_keeps_the_hold_with_the_notice_as_its_proof(found: Insolvency, now: datetime) -> None:
    insolvency.confirm(found, by=OFFICE, now=now)
    hold = Hold.objects.get(dossier=found.dossier)
    assert (hold.state, hold.proof) == (HoldState.CONFIRMED, "BODACC A202600410001")


# --- the declaration ---------------------------------------------------------------------------------------------------------
def test_the_time_to_declare_is_two_months_from_the_publication_and_four_from_abroad(
    dossier: Dossier, now: datetime
) -> None:
    insolvency.watch_dossiers(LocalBodacc(), now=now)
    near = Insolvency.objects.get()
    assert near.due_on == date(2026, 5, 4) and near.act_by_on == date(2026, 5, 4)  # 1 May and the week-end
    assert near.relief_due_on == date(2026, 9, 1)
    abroad = factories.creditor(country="BE")
    far_dossier = factories.dossier(
        abroad, phase=Phase.AMIABLE, debtor={"siren": SIREN, "kind": "legal", "company": "X"}
    )
    insolvency.watch_dossiers(LocalBodacc(), now=now)
    assert Insolvency.objects.get(dossier=far_dossier).due_on == date(2026, 7, 1)


@pytest.mark.req("REL-28", "REL-29")
def test_nothing_is_declared_without_confirmation_and_the_creditors_special_power(
    found: Insolvency, now: datetime
) -> None:
    with pytest.raises(InsolvencyRefused, match=r"Confirmez d’abord.*pouvoir spécial"):
        insolvency.ask_for_declaration(found, by=OFFICE, now=now)
    insolvency.confirm(found, by=OFFICE, now=now)
    with pytest.raises(InsolvencyRefused, match="pouvoir spécial"):
        insolvency.ask_for_declaration(found, by=OFFICE, now=now)
    factories.give_power(found, by=CREDITOR, now=now)
    insolvency.ask_for_declaration(found, by=OFFICE, now=now)
    everything_leaves(now)
    paper = Message.objects.get(kind="claim_declaration")
    assert paper.outcome == Outcome.SENT and paper.document is not None and not paper.document.for_debtor


def test_a_declaration_is_recorded_by_its_dispatch_and_its_number(found: Insolvency, now: datetime) -> None:
    later = now + 30 * DAY
    insolvency.confirm(found, by=OFFICE, now=now)
    factories.give_power(found, by=CREDITOR, now=now)
    for on, number in ((date(2026, 2, 27), "1A 111 222"), (later.date() + DAY, "1A 111 222"), (later.date(), "1A")):
        with pytest.raises(InsolvencyRefused):
            insolvency.record_declaration(found, declared_on=on, number=number, by=OFFICE, now=later)
    insolvency.record_declaration(found, declared_on=later.date(), number="1A 111 222 3333 4", by=OFFICE, now=later)
    assert Insolvency.objects.get().declared_on == later.date()
    assert insolvency.alarm(now=later + 90 * DAY) == 0


@pytest.mark.attack("D21")
def test_each_alarm_is_given_once_even_if_the_day_moves_twice(found: Insolvency, now: datetime) -> None:
    near = datetime.combine(found.act_by_on - 7 * DAY, now.timetz())
    assert insolvency.alarm(now=near) == 1
    for moved in (3, 5):
        Insolvency.objects.update(act_by_on=found.act_by_on + moved * DAY)
        assert insolvency.alarm(now=near + moved * DAY) == 0
    assert Message.objects.filter(kind="declaration_alarm").count() == 1
    assert insolvency.alarm(now=near + 10 * DAY) == 1, "two days before, once more"


def test_after_the_last_day_relief_alone_remains(found: Insolvency) -> None:
    assert not found.is_foreclosed(found.due_on)
    assert found.is_foreclosed(found.due_on + DAY)


def test_two_watches_at_once_freeze_a_dossier_once(dossier: Dossier, now: datetime) -> None:
    insolvency.watch_dossiers(LocalBodacc(), now=now)
    found = Insolvency.objects.select_related("dossier", "notice").get()
    assert not insolvency._freeze(found.dossier, found.notice, now), (
        "the second one saw the dossier before the first wrote"
    )
    assert Insolvency.objects.count() == Hold.objects.count() == 1


# --- whole client bases ---------------------------------------------------------------------------------------------------------
@pytest.mark.req("REL-25")
def test_a_whole_client_base_is_watched_and_each_creditor_hears_once(db: None, now: datetime) -> None:
    one, two = factories.creditor(), factories.creditor()
    clients = {one.pk: [SIREN, HEALTHY], two.pk: [SIREN, OTHER]}
    assert insolvency.watch_clients(LocalBodacc(), clients, now=now) == 3
    assert insolvency.watch_clients(LocalBodacc(), clients, now=now + DAY) == 0
    everything_leaves(now)
    news = Message.objects.filter(kind="client_insolvency", outcome=Outcome.SENT)
    assert sorted(news.values_list("creditor_id", flat=True)) == sorted([one.pk, two.pk, two.pk])
    assert all("552100554" in m.subject or "542065479" in m.subject for m in news)
    assert not Hold.objects.exists()  # nothing is frozen: these are no dossiers


@pytest.mark.req("REL-25")
def test_the_watch_asks_about_the_clients_of_those_creditors_who_want_it(
    creditor: Any, now: datetime, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BODACC_URL = "local"
    monkeypatch.setattr(tasks.clock, "now", lambda: now)
    wanted = {"creditor": creditor, "changed_at": now, "watched": True}
    Client.objects.create(reference="A", name="Martin SARL", siren=SIREN, **wanted)
    Client.objects.create(reference="B", name="Sans numéro", siren="", **wanted)
    Client.objects.create(reference="C", name="Autre", siren=OTHER, **wanted | {"watched": False})
    tasks.watch_insolvency()
    everything_leaves(now)
    told = Message.objects.get(kind="client_insolvency")
    assert SIREN in told.subject and told.creditor_id == creditor.pk
