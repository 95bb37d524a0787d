"""Walls ask who reads a row, not how its paper was sealed: the three papers of each world are made without a seal."""

import pytest

from tests import factories


@pytest.fixture(autouse=True)
def papers_without_a_seal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signatures.services._sealed", lambda *_: factories.pdf())
