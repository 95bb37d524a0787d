"""Whatever is done in whatever order, a paper is signed once, by its own code, as it was shown."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signatures import services
from signatures.codes import LIFE, TRIES, CodeRefused, Way, check_code, send_code
from signatures.deeds import Deed
from signatures.models import Challenge, Signature, SigningEvent
from signatures.throttle import TooMany
from tests import factories
from tests.signatures.test_signature import code_of

pytestmark = pytest.mark.django_db

MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(0, 1), st.integers(0, 1)),  # which paper, which session
        st.tuples(st.just("guess"), st.integers(0, 1), st.integers(0, 1)),
        st.tuples(st.just("sign"), st.integers(0, 1), st.integers(0, 1)),
        st.tuples(st.just("sign with the other paper's code"), st.integers(0, 1), st.integers(0, 1)),
        st.tuples(st.just("sign what was not shown"), st.integers(0, 1), st.integers(0, 1)),
        st.tuples(st.just("wait"), st.sampled_from([30, 300, 601, 901]), st.just(0)),
    ),
    max_size=25,
)


class Ceremony:
    """The model beside the service: what a lawyer would expect after each move."""

    def __init__(self, creditor: Any, now: datetime) -> None:
        self.now, self.user = now, factories.user()
        self.papers = [factories.paper(creditor), factories.paper(creditor)]
        self.alive: dict[str, Any] | None = None  # only the last code sent may sign
        self.signed: set[int] = set()

    def signer(self, session: int) -> Any:
        return factories.signer(self.user, session=f"s{session}")

    def ask(self, paper: int, session: int) -> None:
        try:
            way = Way("email", self.user.email)
            challenge = send_code(self.papers[paper], self.signer(session), way, now=self.now)
        except TooMany:
            return
        self.alive = {"paper": paper, "session": session, "code": code_of(challenge), "sent": self.now, "tries": 0}

    def answers(self, paper: int, session: int) -> bool:
        """Whether a code is awaited for that paper in that session."""
        alive = self.alive
        return bool(
            alive
            and (alive["paper"], alive["session"]) == (paper, session)
            and self.now < alive["sent"] + LIFE
            and alive["tries"] < TRIES
        )

    def try_to_sign(self, paper: int, session: int, code: str, shown: str) -> None:
        shown_right = shown == self.papers[paper].sha256
        awaited = self.answers(paper, session) and shown_right
        right = awaited and self.alive is not None and code == self.alive["code"]
        if awaited and self.alive:
            self.alive["tries"] += 1
        deed = Deed(self.papers[paper], "Accord", f"A-{paper}", "J’accepte.", "1")
        try:
            services.sign(deed, self.signer(session), code=code, shown=shown, now=self.now)
        except CodeRefused:
            assert not right or paper in self.signed
            if right:
                self.alive = None
            return
        assert right and paper not in self.signed
        self.signed.add(paper)
        self.alive = None

    def play(self, move: str, first: int, second: int) -> None:
        self.now += timedelta(seconds=1)
        if move == "wait":
            self.now += timedelta(seconds=first)
        elif move == "ask":
            self.ask(first, second)
        else:
            code = self.alive["code"] if self.alive else "000000"
            shown = self.papers[first].sha256
            if move == "guess":
                code = f"{(int(code) + 1) % 10**6:06d}"
            elif move == "sign with the other paper's code":
                first = 1 - first
                shown = self.papers[first].sha256
            elif move == "sign what was not shown":
                shown = self.papers[1 - first].sha256
            self.try_to_sign(first, second, code, shown)


@pytest.mark.attack("O05", "O06", "O07", "O02", "O03")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_no_order_of_moves_signs_twice_nor_a_stale_paper(
    moves: list[Any], creditor: Any, now: datetime, monkeypatch: Any
) -> None:
    monkeypatch.setattr(services, "_sealed", lambda deed, challenge, facts: b"%PDF-")
    monkeypatch.setattr(services.clock, "agrees_with_database", lambda tolerance: True)
    ceremony = Ceremony(creditor, now)
    for move in moves:
        ceremony.play(*move)
        mine = Signature.objects.filter(person=f"user:{ceremony.user.pk}")
        assert mine.count() == len(ceremony.signed)
        challenges = Challenge.objects.filter(person=f"user:{ceremony.user.pk}")
        assert not challenges.filter(tries__gt=TRIES).exists()
        assert challenges.open(ceremony.now).count() <= 1
        wrong = SigningEvent.objects.filter(challenge__in=challenges, kind="wrong").count()
        accepted = SigningEvent.objects.filter(challenge__in=challenges, kind="accepted").count()
        assert wrong + accepted == sum(challenges.values_list("tries", flat=True))
    for signature in Signature.objects.filter(person=f"user:{ceremony.user.pk}").select_related("challenge"):
        assert signature.challenge.document_id == signature.shown_id
        assert (
            signature.evidence["document"]["sha256"]
            == ceremony.papers[int(signature.evidence["deed"]["reference"][-1])].sha256
        )


def test_the_check_alone_answers_nothing_to_a_stranger(creditor: Any, now: datetime) -> None:
    with pytest.raises(CodeRefused):
        check_code(factories.paper(creditor), factories.signer(factories.user()), code="000000", now=now)
