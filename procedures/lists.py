"""The State's lists of communes and courts, read by the names of their columns: editions rename and reorder them."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from procedures.competence import DISTRICTS, UnknownPlace, court_of_appeal
from procedures.models import Commune
from procedures.places import name_key

# What a column is called, in words that must all be in its header; the first set that finds one column wins.
JUSTICE: dict[str, tuple[str, ...]] = {
    "insee": ("code insee", "insee code", "code commune", "insee"),
    "name": ("libelle commune", "nom commune", "libelle insee", "commune", "libelle"),
    "court_of_appeal": ("nom ca", "libelle ca", "cour appel"),
    "tribunal": ("nom tj", "libelle tj", "tribunal judiciaire"),
    "proximity": ("nom tprox", "libelle tprox", "nom tp", "proximite"),
}
INFOGREFFE: dict[str, tuple[str, ...]] = {"insee": ("code commune", "insee"), "commercial": ("greffe",)}
OPTIONAL = ("proximity",)
SHORT = re.compile(
    r"^(cour d.?appel|tribunal judiciaire|tribunal de proximite|greffe|tribunal de commerce)( de| d| du)? ", re.I
)
COURTS_BY_KEY = {name_key(court): court for court in DISTRICTS}


class ListRefused(ValueError):
    """The file is not such a list; the message says which column is missing and how to name it."""


@dataclass(slots=True)
class Loaded:
    """What was kept, and what was left out with its reason."""

    kept: int = 0
    refused: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)


def read(path: Path, wanted: Mapping[str, tuple[str, ...]], named: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows, by our own names; `named` says which header is which where the words do not find it."""
    with path.open(encoding="utf-8-sig", newline="") as source:
        first = source.readline()
        source.seek(0)
        reader = csv.DictReader(source, delimiter=";" if first.count(";") >= first.count(",") else ",")
        headers = list(reader.fieldnames or [])
        columns = {name: named.get(name) or _column(headers, words) for name, words in wanted.items()}
        if absent := [name for name, header in columns.items() if header not in headers and name not in OPTIONAL]:
            raise ListRefused(
                f"Colonnes introuvables : {', '.join(absent)}. Le fichier a : {', '.join(headers)}. "
                'Nommez-les par --column, par exemple --column tribunal="Nom TJ".'
            )
        return [{name: (row.get(header or "") or "").strip() for name, header in columns.items()} for row in reader]


def _column(headers: Iterable[str], alternatives: tuple[str, ...]) -> str:
    for words in alternatives:
        found = [header for header in headers if set(words.split()) <= set(_plain(header).split())]
        if len(found) == 1:
            return found[0]
    return ""


def _plain(text: str) -> str:
    flat = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", " ", flat).strip()


def _short(name: str) -> str:
    """« Tribunal judiciaire de Lyon » and « LYON » are the same town."""
    return SHORT.sub("", name.replace("’", "'").replace("'", " ")).strip() if SHORT.match(_plain(name) + " ") else name


def communes(rows: Iterable[Mapping[str, str]], *, edition: date, source: str) -> tuple[list[Commune], Loaded]:
    """The communes of the Ministry's list; a row whose court is unknown is left out and told, never guessed."""
    kept, told = {}, Loaded()
    for row in rows:
        court = COURTS_BY_KEY.get(name_key(_short(row["court_of_appeal"])))
        if not re.fullmatch(r"[0-9][0-9AB][0-9]{3}", row["insee"]) or court is None:
            told.refused.append(f"{row['insee']} {row['name']} : {row['court_of_appeal']}")
            continue
        kept[row["insee"]] = Commune(
            insee=row["insee"], name=row["name"][:80], key=name_key(row["name"])[:80], court_of_appeal=court,
            tribunal=_short(row["tribunal"])[:80], proximity=_short(row["proximity"])[:80], edition_on=edition, source=source,
        )  # fmt: skip
        if _by_department(row["insee"]) != court:
            told.differing.append(f"{row['insee']} {row['name']} : {court}")
    told.kept = len(kept)
    return list(kept.values()), told


def _by_department(insee: str) -> str:
    try:
        return court_of_appeal(insee)
    except UnknownPlace:
        return ""
