"""Until when an invoice may be claimed in court: two years against a consumer, else five."""

from datetime import date, timedelta

from dossiers.models import Debtor
from procedures.terms import KINDS, Term, compute

NEAR = timedelta(days=183)  # an injonction takes months: six of them are what is left to act calmly


def limitation(debtor: Debtor, due_on: date) -> Term:
    """The term of an invoice (C. conso. L218-2, C. civ. 2224), with its own explanation; never extended."""
    return compute("prescription_2y_consumer" if debtor.is_consumer else "prescription_5y", due_on)


def article_of(term: Term) -> str:
    """The text that the term rests on."""
    return KINDS[term.kind].article
