"""From the bytes of a file to what its invoice says."""

import io
import zlib
from typing import Any

import pikepdf
from django.utils.translation import gettext as _

from core.xml import MAX_BYTES, XmlRefused, is_xml, name_of, parse
from dossiers.invoices import cii, ubl
from dossiers.invoices.content import Invoice, Unreadable

# Every name in use, the standard's own first; the others are found in the wild.
NAMES = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml", "zugferd_invoice.xml", "cii.xml", "ubl.xml", "invoice.xml")  # fmt: skip
MOST_ATTACHMENTS = 50


def invoice_of(content: bytes) -> Invoice | None:
    """The invoice of an XML file or inside a PDF; nothing when a PDF or an image holds none.

    Raises Unreadable, with its sentence, for an XML that is there and can't be taken.
    """
    if is_xml(content):
        return from_xml(content)
    inside = _xml_inside(content) if content.startswith(b"%PDF-") else None
    return from_xml(inside) if inside is not None else None


def from_xml(content: bytes) -> Invoice:
    """What an XML invoice says; Unreadable for another document."""
    try:
        root = parse(content)
    except XmlRefused as refusal:
        raise Unreadable(str(refusal)) from refusal
    name = name_of(root)
    if name == cii.ROOT:
        return cii.read(root)
    if name in ubl.ROOTS:
        return ubl.read(root)
    if name == "CrossIndustryDocument":
        raise Unreadable(
            _("Cette facture est au format ZUGFeRD 1, abandonné : imprimez-la en PDF et saisissez ses champs.")
        )
    raise Unreadable(_("Ce fichier XML n’est pas une facture Factur-X, ZUGFeRD, XRechnung, CII ou UBL."))


def _xml_inside(content: bytes) -> bytes | None:
    """The XML that a PDF/A-3 carries, by the names in use, else the only XML there."""
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            return _chosen(pdf)
    except Unreadable:
        raise
    except (pikepdf.PdfError, ValueError, RuntimeError):
        return None  # the file's own check tells what is wrong with the PDF


def _chosen(pdf: pikepdf.Pdf) -> bytes | None:
    files: dict[str, Any] = {}
    for key, spec in list(pdf.attachments.items())[:MOST_ATTACHMENTS]:
        files[_base(spec.filename or key)] = spec
    known = [files[name] for name in NAMES if name in files]
    others = [found for name, found in files.items() if name.endswith(".xml")]
    chosen = known or (others if len(others) == 1 else [])
    return _unpacked(chosen[0].get_file().obj) if chosen else None


def _base(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1].strip().casefold()


def _unpacked(stream: Any) -> bytes:
    """The bytes up to the limit only: what a stream says of its own size proves nothing."""
    packing = stream.get("/Filter")
    names = [str(packing)] if isinstance(packing, pikepdf.Name) else [str(name) for name in packing or []]
    raw = bytes(stream.read_raw_bytes())
    if names == ["/FlateDecode"] and "/DecodeParms" not in stream:
        try:
            raw = zlib.decompressobj().decompress(raw, MAX_BYTES + 1)
        except zlib.error as error:
            raise Unreadable(_("La facture XML que ce PDF contient est abîmée. Exportez-le de nouveau.")) from error
    elif names:
        raise Unreadable(_("La facture XML que ce PDF contient est comprimée d’une façon qui n’est pas acceptée."))
    if len(raw) > MAX_BYTES:
        raise Unreadable(_("Ce fichier XML est trop volumineux pour une facture."))
    return raw
