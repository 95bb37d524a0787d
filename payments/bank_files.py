"""Reading what the bank sends back: pain.002 (rejects) and camt.054 (returns, refunds), whatever their version."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from lxml import etree

MOST_BYTES = 20 * 1024 * 1024


class Unreadable(ValueError):
    """The file is not one that we can take; the message says why."""


@dataclass(frozen=True, slots=True)
class Returned:
    """One debit that came back, as the bank's file tells it."""

    message_id: str
    end_to_end_id: str
    code: str
    amount: Decimal | None
    booked_on: date | None


def read(content: bytes) -> list[Returned]:
    """The debits that came back; Unreadable for what is neither pain.002 nor camt.054."""
    root = _parsed(content)
    kind = etree.QName(root).namespace or ""
    if "pain.002" in kind:
        return list(_rejects(root))
    if "camt.054" in kind:
        return list(_returns(root))
    raise Unreadable(_("Ce fichier n’est ni un pain.002 ni un camt.054 : rien n’a été importé."))


def _parsed(content: bytes) -> etree._Element:
    if len(content) > MOST_BYTES:
        raise Unreadable(_("Ce fichier dépasse 20 Mo : rien n’a été importé."))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(_("Ce fichier n’est pas un XML lisible : rien n’a été importé.")) from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable(_("Ce fichier déclare un DOCTYPE, ce qu’aucune banque ne fait : rien n’a été importé."))
    return root


def _rejects(root: etree._Element) -> Iterator[Returned]:
    message_id = _first(root, "GrpHdr/MsgId")
    for transaction in _all(root, "TxInfAndSts"):
        if _first(transaction, "TxSts") not in ("", "RJCT"):
            continue
        code = _first(transaction, "StsRsnInf/Rsn/Cd") or _first(transaction, "StsRsnInf/Rsn/Prtry")
        amount = _amount(_first(transaction, "OrgnlTxRef/Amt/InstdAmt"))
        booked = _day(_first(transaction, "OrgnlTxRef/ReqdColltnDt"))
        yield Returned(message_id, _first(transaction, "OrgnlEndToEndId"), code[:4], amount, booked)


def _returns(root: etree._Element) -> Iterator[Returned]:
    message_id = _first(root, "GrpHdr/MsgId")
    for entry in _all(root, "Ntry"):
        booked = _day(_first(entry, "BookgDt/Dt") or _first(entry, "BookgDt/DtTm")[:10])
        for transaction in _all(entry, "TxDtls"):
            code = _first(transaction, "RtrInf/Rsn/Cd") or _first(transaction, "RtrInf/Rsn/Prtry")
            if not code:  # a credit that arrived, or a charge: nothing came back
                continue
            amount = _amount(_first(transaction, "AmtDtls/InstdAmt/Amt") or _first(transaction, "Amt"))
            yield Returned(message_id, _first(transaction, "Refs/EndToEndId"), code[:4], amount, booked)


def _all(element: etree._Element, tag: str) -> list[etree._Element]:
    return [found for found in element.iter() if isinstance(found.tag, str) and etree.QName(found).localname == tag]


def _first(element: etree._Element, path: str) -> str:
    """The text at the path, whatever the namespace; the first step is looked for at any depth."""
    steps = path.split("/")
    found = _all(element, steps[0])
    for step in steps[1:]:
        found = [
            child
            for parent in found
            for child in parent
            if isinstance(child.tag, str) and etree.QName(child).localname == step
        ]
    return (found[0].text or "").strip() if found else ""


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
