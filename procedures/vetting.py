"""What an office checks before it takes a dossier in charge: competence, conflict, duplicates, pieces, limitation.

Nothing here decides: a person reads the findings of each line and answers for it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.actors import Actor
from dossiers.models import Dossier
from procedures import guards
from procedures.cases import Case, cases, oldest_due
from procedures.competence import possible_courts
from procedures.limitation import NEAR, article_of, limitation
from procedures.transitions import TRANSITIONS

OK, WARNING, DANGER = "success", "warning", "danger"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: what was looked at, how it stands, and why."""

    label: str
    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class Vetted:
    """A filed dossier with its findings, and what is against accepting it now."""

    dossier: Dossier
    balance: str
    checks: tuple[Check, ...]
    refusals: tuple[str, ...]


def vet(dossiers: Sequence[Dossier], *, by: Actor, now: datetime) -> list[Vetted]:
    """Each with its findings, by a fixed number of queries for all."""
    keys = [dossier.pk for dossier in dossiers]
    conflicts, twins, bare = _told(CONFLICTS, keys), _told(TWINS, keys), _told(BARE, keys)
    oldest = oldest_due(keys)
    found = []
    for case in cases(dossiers, now=now):
        key = case.dossier.pk
        checks = (
            _competence(case), _conflict(conflicts[key]), _duplicates(twins[key]), _pieces(bare[key]), _limitation(case, oldest.get(key)),
        )  # fmt: skip
        refusals = tuple(TRANSITIONS["accept"].refusals(case, by))
        found.append(Vetted(case.dossier, case.balance.format_fr(), checks, refusals))
    return found


def conflict_of(dossier: Dossier) -> Check | None:
    """The conflict of interest of one dossier, if any."""
    rows = _told(CONFLICTS, [dossier.pk])[dossier.pk]
    return _conflict(rows) if rows else None


def _competence(case: Case) -> Check:
    if reason := guards.office_is_competent(case):
        return Check(_("Compétence"), DANGER, reason)
    office = case.dossier.office
    court = office.court_of_appeal if office else ""
    if doubts := possible_courts(case.debtor.postcode, case.debtor.whole_address)[1]:
        return Check(_("Compétence"), WARNING, " ".join(doubts))
    told = _("Le débiteur relève de la cour d’appel de %(court)s, comme l’étude (CPCE R125-1).") % {"court": court}
    return Check(_("Compétence"), OK, told)


def _conflict(rows: list[tuple[str, ...]]) -> Check:
    if not rows:
        return Check(_("Conflit d’intérêts"), OK, _("Aucun lien connu entre les parties et l’étude."))
    sentences = {
        "client": _("L’étude agit ou a agi pour ce débiteur, créancier du dossier %(reference)s."),
        "opponent": _("L’étude poursuit ou a poursuivi ce créancier, débiteur du dossier %(reference)s."),
    }
    told = [sentences[kind] % {"reference": reference} for kind, reference in rows[:3]]
    return Check(_("Conflit d’intérêts"), DANGER, " ".join([*told, _("À vous de décider si vous pouvez agir.")]))


def _duplicates(rows: list[tuple[str, ...]]) -> Check:
    if not rows:
        return Check(_("Doublons"), OK, _("Aucun autre dossier de ce créancier avec ces factures ou ce débiteur."))
    sentences = {
        "paper": _("La facture %(what)s figure aussi, pour le même montant, dans le dossier %(reference)s."),
        "debtor": _("Le dossier %(reference)s vise déjà ce débiteur."),
    }
    told = [sentences[kind] % {"reference": reference, "what": what} for kind, reference, what in rows[:3]]
    return Check(_("Doublons"), WARNING, " ".join(told))


def _pieces(rows: list[tuple[str, ...]]) -> Check:
    if not rows:
        return Check(_("Pièces"), OK, _("Chaque facture a sa pièce."))
    count = len(rows)
    told = ngettext("%(n)d facture sans pièce : %(names)s.", "%(n)d factures sans pièce : %(names)s.", count)
    names = ", ".join(number or "–" for (number,) in rows[:5])
    return Check(_("Pièces"), WARNING, told % {"n": count, "names": names})


def _limitation(case: Case, due_on: date | None) -> Check:
    if due_on is None or case.dossier.debtor is None:
        return Check(_("Prescription"), OK, _("Aucune facture due."))
    term = limitation(case.debtor, due_on)
    day, article = f"{term.due_on:%d/%m/%Y}", article_of(term)
    if case.today > term.due_on:
        return Check(
            _("Prescription"), DANGER, _("Acquise depuis le %(day)s (%(article)s).") % {"day": day, "article": article}
        )
    tone = WARNING if term.due_on - case.today < NEAR else OK
    return Check(_("Prescription"), tone, _("Le %(day)s (%(article)s).") % {"day": day, "article": article})


# Who is who: by the register's number; a natural person by name, first name and postcode.
SAME = """((debtor.siren <> '' AND debtor.siren = left(party.siret, 9)) OR (debtor.kind = 'natural' AND party.kind = 'natural'
  AND lower(debtor.last_name) = lower(party.last_name) AND lower(debtor.first_name) = lower(party.first_name)
  AND debtor.last_name <> '' AND debtor.postcode = party.postcode))"""
CONFLICTS = f"""
SELECT DISTINCT mine.id, 'client', other.reference FROM dossiers_dossier mine
JOIN dossiers_debtor debtor ON debtor.id = mine.debtor_id JOIN accounts_creditor party ON {SAME}
JOIN dossiers_dossier other ON other.creditor_id = party.id AND other.office_id = mine.office_id AND other.id <> mine.id
WHERE mine.id = ANY(%s) AND other.phase <> 'draft'
UNION SELECT DISTINCT mine.id, 'opponent', other.reference FROM dossiers_dossier mine
JOIN accounts_creditor party ON party.id = mine.creditor_id JOIN dossiers_debtor debtor ON {SAME}
JOIN dossiers_dossier other ON other.debtor_id = debtor.id AND other.office_id = mine.office_id AND other.id <> mine.id
WHERE mine.id = ANY(%s) AND other.phase <> 'draft' ORDER BY 1, 2, 3
"""  # noqa: S608  a constant of our own
TWINS = """
SELECT mine.id, 'paper', other.reference, item.number FROM dossiers_dossier mine
JOIN dossiers_item item ON item.dossier_id = mine.id AND item.number <> '' AND item.kind <> 'payment'
JOIN dossiers_item twin ON twin.creditor_id = mine.creditor_id AND lower(twin.number) = lower(item.number)
  AND twin.gross = item.gross AND twin.kind = item.kind AND twin.dossier_id <> mine.id
JOIN dossiers_dossier other ON other.id = twin.dossier_id AND other.office_id = mine.office_id
WHERE mine.id = ANY(%s)
UNION SELECT mine.id, 'debtor', other.reference, '' FROM dossiers_dossier mine
JOIN dossiers_debtor debtor ON debtor.id = mine.debtor_id
JOIN dossiers_debtor same ON same.creditor_id = mine.creditor_id AND same.siren = debtor.siren AND (debtor.siren <> '' OR
  (lower(same.company) = lower(debtor.company) AND lower(same.last_name) = lower(debtor.last_name)
   AND lower(same.first_name) = lower(debtor.first_name) AND same.postcode = debtor.postcode))
JOIN dossiers_dossier other ON other.debtor_id = same.id AND other.office_id = mine.office_id AND other.id <> mine.id
WHERE mine.id = ANY(%s) AND other.phase NOT IN ('draft', 'settled', 'closed') ORDER BY 1, 2 DESC, 3
"""
BARE = """
SELECT item.dossier_id, item.number FROM dossiers_item item
WHERE item.dossier_id = ANY(%s) AND item.kind = 'invoice' AND item.document_id IS NULL AND NOT EXISTS
  (SELECT 1 FROM dossiers_attachment piece WHERE piece.dossier_id = item.dossier_id AND piece.kind = 'invoice')
ORDER BY item.dossier_id, item.id
"""


def _told(sql: str, keys: Sequence[int]) -> dict[int, list[tuple[str, ...]]]:
    found: dict[int, list[tuple[str, ...]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(keys)] * sql.count("%s"))
        for key, *row in cursor.fetchall():
            found[key].append(tuple(row))
    return found
