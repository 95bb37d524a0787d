"""Reading a sealed PDF as a stranger does: is it intact, who sealed it, when, and what files it carries."""

import asyncio
import io
import logging
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto import core as asn1
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import UnacceptableSignerError
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel

from documents.authority import trust

ONLY_PROOF = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)
UNREADABLE = (PdfError, SignatureValidationError, UnacceptableSignerError, ValueError, LookupError, TypeError, AttributeError,
              ArithmeticError, AssertionError, RuntimeError, OSError, zlib.error)  # fmt: skip


@dataclass(slots=True)
class Inspection:
    """What the seal says. `faults` are sentences; without any, the file is as it was sealed, by one we trust."""

    faults: list[str] = field(default_factory=list)
    sealed_by: str = ""
    sealed_at: datetime | None = None
    stamped_by: str = ""
    stamped_at: datetime | None = None
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return not self.faults


def inspect(pdf: bytes) -> Inspection:
    """Look at every seal of the file; a file that cannot even be read is a fault like another."""
    found = Inspection()
    logger = logging.getLogger("pyhanko")
    level, logger.level = logger.level, logging.CRITICAL  # its warnings are faults below, in words
    try:
        asyncio.run(_inspect(PdfFileReader(io.BytesIO(pdf)), found))
    except UNREADABLE:
        found.faults.append("Ce fichier est abîmé : son sceau ne se lit pas.")
    finally:
        logger.level = level
    return found


async def _inspect(reader: PdfFileReader, found: Inspection) -> None:
    seals, stamps = reader.embedded_regular_signatures, reader.embedded_timestamp_signatures
    if len(seals) != 1:
        found.faults.append("Ce PDF ne porte pas de sceau." if not seals else "Ce PDF porte plusieurs sceaux.")
        return
    await _look_at_seal(seals[0], found)
    if len(reader.embedded_signatures) != len(seals) + len(stamps) or not _is_covered([*seals, *stamps]):
        found.faults.append("La fin du fichier n’est couverte par aucun sceau ni horodatage.")
    if not all(map(_is_filled_with_zeros, (*seals, *stamps))):
        found.faults.append("Des octets étrangers ont été logés à côté d’une signature.")
    for stamp in stamps:
        await _look_at_stamp(stamp, found)
    found.files = dict(_files(reader))


def _is_covered(signatures: list[Any]) -> bool:
    """Whether the last seal or time stamp covers the file to its end."""
    last = signatures[-1]
    last.compute_integrity_info()
    return bool(last.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE)


def _is_filled_with_zeros(signature: Any) -> bool:
    """The place kept for a signature is larger than it: nothing covers the rest, so nothing may stand there."""
    raw = bytes(signature.pkcs7_content)
    return not raw[len(asn1.load(raw, strict=False).dump()) :].strip(b"\0")


async def _look_at_seal(seal: Any, found: Inspection) -> None:
    status = await async_validate_pdf_signature(seal, trust())
    found.sealed_by, found.sealed_at = _name(status.signing_cert), seal.self_reported_timestamp
    if not (status.intact and status.valid):
        found.faults.append("Le sceau est rompu : le fichier a été changé depuis qu’il a été scellé.")
    elif not status.trusted:
        found.faults.append("Le sceau est entier, mais son auteur n’est pas de ceux que cette installation connaît.")
    if status.modification_level not in ONLY_PROOF or not status.docmdp_ok:
        found.faults.append("Le fichier a reçu des ajouts après le sceau, qui les interdit.")


async def _look_at_stamp(stamp: Any, found: Inspection) -> None:
    status = await async_validate_pdf_timestamp(stamp, trust())
    found.stamped_by, found.stamped_at = _name(status.signing_cert), status.timestamp
    if not (status.intact and status.valid):
        found.faults.append("L’horodatage ne correspond pas au fichier.")
    elif not status.trusted:
        found.faults.append("L’horodatage vient d’une autorité que cette installation ne connaît pas.")


def _name(certificate: Any) -> str:
    return str(certificate.subject.native.get("common_name", certificate.subject.human_friendly))


def _files(reader: PdfFileReader) -> Any:
    names: Any = reader.root
    for key in ("/Names", "/EmbeddedFiles", "/Names"):
        if key not in names:
            return
        names = names[key]
    for rank in range(0, len(names), 2):
        yield str(names[rank]), names[rank + 1]["/EF"]["/F"].data
