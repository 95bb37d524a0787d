"""The official bulletin of civil and commercial notices (BODACC): collective proceedings by SIREN.

A port with two adapters of the same promise: the open-data service, asked within a time limit and again a few times,
and a local twin that reads recorded answers. Unavailable is told, never taken for « nothing published ».
"""

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import httpx
from django.conf import settings

from procedures.enums import NoticeKind

logger = logging.getLogger(__name__)
TWIN = "local"
TWIN_DATA = Path(__file__).parent / "data" / "bodacc.json"
DATASET = "/api/explore/v2.1/catalog/datasets/annonces-commerciales/records"
TIME_LIMIT = httpx.Timeout(10.0, connect=3.0)
TRIES, PAUSE = 3, 2.0
PAGE, MOST_PAGES, AT_ONCE = 100, 20, 50


class Unavailable(Exception):
    """The bulletin does not answer, or in another form: ask again later, nothing may be concluded."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice about one of the companies that were asked for, with what was received, untouched."""

    source_id: str
    siren: str
    kind: str
    nature: str
    published_on: date
    judgment_on: date | None
    court: str
    raw: dict[str, Any]


class Bulletin(Protocol):
    def notices(self, sirens: Sequence[str], *, since: date) -> list[Notice]:
        """Collective-proceedings notices about these companies published from that day on; raises Unavailable."""


class PublicBodacc:
    """The open-data service of the DILA."""

    def __init__(self, url: str, *, wait: Callable[[float], None] = time.sleep) -> None:
        self.url = url.rstrip("/") + DATASET
        self.wait = wait

    def notices(self, sirens: Sequence[str], *, since: date) -> list[Notice]:
        found: list[Notice] = []
        for start in range(0, len(sirens), AT_ONCE):
            asked = sirens[start : start + AT_ONCE]
            for record in self._records(_where(asked, since)):
                found += read(record, asked)
        return found

    def _records(self, where: str) -> Iterator[dict[str, Any]]:
        for page in range(MOST_PAGES):
            answer = self._ask({"where": where, "limit": PAGE, "offset": page * PAGE, "order_by": "dateparution, id"})
            try:
                records, total = list(answer["results"]), int(answer["total_count"])
            except (KeyError, TypeError, ValueError) as error:
                raise Unavailable("le BODACC répond sous une autre forme") from error
            yield from records
            if (page + 1) * PAGE >= total:
                return
        raise Unavailable("trop d’annonces pour une seule question")

    def _ask(self, query: dict[str, str | int]) -> Any:
        for attempt in range(1, TRIES + 1):
            try:
                answer = httpx.get(self.url, params=query, timeout=TIME_LIMIT, follow_redirects=False)
                answer.raise_for_status()
                return answer.json()
            except (httpx.HTTPError, ValueError) as error:
                logger.warning("bodacc attempt=%s %s", attempt, type(error).__name__)
                if attempt == TRIES:
                    raise Unavailable(f"le BODACC ne répond pas ({type(error).__name__})") from error
                self.wait(PAUSE * attempt)
        raise AssertionError("unreachable")


class LocalBodacc:
    """Recorded answers of the same service."""

    def __init__(self, path: Path = TWIN_DATA) -> None:
        self.path = path

    def notices(self, sirens: Sequence[str], *, since: date) -> list[Notice]:
        records = json.loads(self.path.read_text(encoding="utf-8"))["results"]
        found = [notice for record in records for notice in read(record, sirens)]
        return sorted(
            (notice for notice in found if notice.published_on >= since), key=lambda n: (n.published_on, n.source_id)
        )


def bulletin() -> Bulletin | None:
    """The adapter that is set (BODACC_URL); none where the watch is switched off."""
    url = settings.BODACC_URL
    if not url:
        return None
    return LocalBodacc() if url == TWIN else PublicBodacc(url)


def read(record: dict[str, Any], asked: Sequence[str]) -> list[Notice]:
    """One notice for each of the asked companies that the record names; other families of notices give none.

    Raises Unavailable on a record of another form: a notice that cannot be read is not skipped in silence.
    """
    try:
        if record["familleavis"] != "collective":
            return []
        named = {"".join(number.split()) for number in record["registre"] or []}
        judgment = record.get("jugement") or {}
        judgment = json.loads(judgment) if isinstance(judgment, str) else judgment
        nature = str(judgment.get("nature") or record.get("typeavis_lib") or "")
        return [
            Notice(
                str(record["id"]), siren, kind_of(nature), nature, date.fromisoformat(record["dateparution"]),
                _day(judgment.get("date")), str(record.get("tribunal") or ""), record,
            )
            for siren in asked
            if siren in named
        ]  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unavailable("le BODACC répond sous une autre forme") from error


def kind_of(nature: str) -> str:
    """What the notice says, from the nature of its judgment; what is not known is for a person to read."""
    text = nature.casefold()
    if "ouverture" in text or "liquidation judiciaire simplifiée" in text and "conversion" not in text:
        return NoticeKind.OPENING
    if "conversion" in text:
        return NoticeKind.CONVERSION
    if "clôture" in text or "cloture" in text:
        return NoticeKind.CLOSING
    return NoticeKind.OTHER


def _where(sirens: Sequence[str], since: date) -> str:
    numbers = ", ".join(f'"{siren}"' for siren in sirens if siren.isdigit())
    return f"familleavis = \"collective\" AND dateparution >= date'{since.isoformat()}' AND registre IN ({numbers})"


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
