"""The file of direct debits that a bank takes: pain.008.001.08, built, then held against the schema of ISO 20022."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring  # noqa: S405  writes only, reads nothing

from lxml import etree

SCHEMA = Path(__file__).parent / "schemas" / "pain.008.001.08.xsd"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"
LATIN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
NUMBER_AND_STREET = re.compile(r"(\d+\s?(?:bis|ter|quater|[A-Za-z](?=[ ,]))?),?\s+(.+)")
LIGATURES = str.maketrans(
    {"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae", "ß": "ss", "’": "'", "–": "-", "—": "-", "&": "+"}
)


class FileRefused(ValueError):
    """The file would not be taken by the bank; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Party:
    """Whoever is named in the file, with a structured address: others are refused since 15 November 2026."""

    name: str
    street: str
    postcode: str
    town: str
    country: str = "FR"


@dataclass(frozen=True, slots=True)
class Collector:
    """Who collects: the holder of the creditor identifier, and the account to be credited."""

    party: Party
    ics: str
    iban: str
    bic: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """What changed since the last collection under the same reference: the account that was debited then."""

    iban: str


@dataclass(frozen=True, slots=True)
class Debit:
    """One direct debit."""

    end_to_end_id: str
    amount: Decimal
    rum: str
    signed_on: date
    debtor: Party
    iban: str
    bic: str
    remittance: str
    amendment: Amendment | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Debits of one day and one sequence."""

    key: str
    sequence: str
    due_on: date
    debits: tuple[Debit, ...]


def pain_008(message_id: str, collector: Collector, groups: Iterable[Group], *, created_at: datetime) -> bytes:
    """The file, the same bytes for the same facts; FileRefused when the schema would refuse it."""
    groups = tuple(groups)
    document = Element("Document", xmlns=NAMESPACE)
    initiation = SubElement(document, "CstmrDrctDbtInitn")
    every = [debit for group in groups for debit in group.debits]
    header = SubElement(initiation, "GrpHdr")
    _text(header, "MsgId", message_id)
    _text(header, "CreDtTm", created_at.isoformat(timespec="seconds"))
    _totals(header, every)
    _text(SubElement(header, "InitgPty"), "Nm", latin(collector.party.name, 70))
    for group in groups:
        _payment(initiation, message_id, collector, group)
    content: bytes = tostring(document, encoding="UTF-8", xml_declaration=True)
    check(content)
    return content


def check(content: bytes) -> None:
    """Hold a file against the schema; FileRefused with the first fault in its own words."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    schema = _schema()
    if not schema.validate(etree.fromstring(content, parser)):
        fault = schema.error_log[0]
        raise FileRefused(f"Le fichier ne suit pas le schéma pain.008.001.08, ligne {fault.line} : {fault.message}")


def latin(text: str, longest: int) -> str:
    """The text in the characters that every bank of the SEPA area takes, accents laid off."""
    bare = unicodedata.normalize("NFKD", text.translate(LIGATURES))
    plain = "".join(character for character in bare if not unicodedata.combining(character))
    return " ".join(LATIN.sub(" ", plain).split())[:longest].strip() or "-"


def _payment(initiation: Element, message_id: str, collector: Collector, group: Group) -> None:
    payment = SubElement(initiation, "PmtInf")
    _text(payment, "PmtInfId", f"{message_id}-{group.key}"[:35])
    _text(payment, "PmtMtd", "DD")
    _totals(payment, group.debits)
    kind = SubElement(payment, "PmtTpInf")
    _text(SubElement(kind, "SvcLvl"), "Cd", "SEPA")
    _text(SubElement(kind, "LclInstrm"), "Cd", "CORE")
    _text(kind, "SeqTp", group.sequence)
    _text(payment, "ReqdColltnDt", group.due_on.isoformat())
    _party(payment, "Cdtr", collector.party)
    _text(SubElement(SubElement(payment, "CdtrAcct"), "Id"), "IBAN", collector.iban)
    _agent(payment, "CdtrAgt", collector.bic)
    _text(payment, "ChrgBr", "SLEV")
    scheme = SubElement(SubElement(SubElement(SubElement(payment, "CdtrSchmeId"), "Id"), "PrvtId"), "Othr")
    _text(scheme, "Id", collector.ics)
    _text(SubElement(scheme, "SchmeNm"), "Prtry", "SEPA")
    for debit in group.debits:
        _debit(payment, debit)


def _debit(payment: Element, debit: Debit) -> None:
    transaction = SubElement(payment, "DrctDbtTxInf")
    _text(SubElement(transaction, "PmtId"), "EndToEndId", debit.end_to_end_id)
    _text(transaction, "InstdAmt", f"{debit.amount:.2f}").set("Ccy", "EUR")
    mandate = SubElement(SubElement(transaction, "DrctDbtTx"), "MndtRltdInf")
    _text(mandate, "MndtId", debit.rum)
    _text(mandate, "DtOfSgntr", debit.signed_on.isoformat())
    _text(mandate, "AmdmntInd", "true" if debit.amendment else "false")
    if debit.amendment:
        before = SubElement(SubElement(SubElement(mandate, "AmdmntInfDtls"), "OrgnlDbtrAcct"), "Id")
        _text(before, "IBAN", debit.amendment.iban)
    _agent(transaction, "DbtrAgt", debit.bic)
    _party(transaction, "Dbtr", debit.debtor)
    _text(SubElement(SubElement(transaction, "DbtrAcct"), "Id"), "IBAN", debit.iban)
    _text(SubElement(transaction, "RmtInf"), "Ustrd", latin(debit.remittance, 140))


def _party(parent: Element, tag: str, party: Party) -> None:
    element = SubElement(parent, tag)
    _text(element, "Nm", latin(party.name, 70))
    address = SubElement(element, "PstlAdr")
    found = NUMBER_AND_STREET.fullmatch(party.street.strip())
    if street := (found[2] if found else party.street):
        _text(address, "StrtNm", latin(street, 70))
    if found:
        _text(address, "BldgNb", latin(found[1], 16))
    _text(address, "PstCd", latin(party.postcode, 16))
    _text(address, "TwnNm", latin(party.town, 35))
    _text(address, "Ctry", party.country)


def _agent(parent: Element, tag: str, bic: str) -> None:
    institution = SubElement(SubElement(parent, tag), "FinInstnId")
    if bic:
        _text(institution, "BICFI", bic)
    else:  # legal inside the EEA
        _text(SubElement(institution, "Othr"), "Id", "NOTPROVIDED")


def _totals(parent: Element, debits: Iterable[Debit]) -> None:
    amounts = [debit.amount for debit in debits]
    _text(parent, "NbOfTxs", str(len(amounts)))
    _text(parent, "CtrlSum", f"{sum(amounts, Decimal(0)):.2f}")


def _text(parent: Element, tag: str, text: str) -> Element:
    element = SubElement(parent, tag)
    element.text = text
    return element


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMA)))
