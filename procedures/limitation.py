"""Until when an invoice may be claimed in court: two years against a consumer, else five."""

from datetime import date, timedelta
from functools import lru_cache

from dossiers.models import Debtor
from procedures.terms import KINDS, Term, compute

NEAR = timedelta(days=183)  # an injonction takes months: six of them are what is left to act calmly


def limitation(debtor: Debtor, due_on: date) -> Term:
    """The term of an invoice (C. conso. L218-2, C. civ. 2224), with its own explanation; never extended."""
    return term_of(debtor.is_consumer, due_on)


@lru_cache(maxsize=4_096)
def term_of(is_consumer: bool, due_on: date) -> Term:
    """The same, of a debtor who is no row yet."""
    return compute("prescription_2y_consumer" if is_consumer else "prescription_5y", due_on)


def is_prescribed(is_consumer: bool, due_on: date, today: date) -> bool:
    """Whether the last day to claim it in court is over."""
    return today > term_of(is_consumer, due_on).due_on


def article_of(term: Term) -> str:
    """The text that the term rests on."""
    return KINDS[term.kind].article
