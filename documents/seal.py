"""PAdES: a seal under which no later change is allowed, then a time stamp with all that is needed to check both.

The bytes that were read stay, untouched, at the head of the sealed file: what follows is added behind them.
"""

import asyncio
import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

from django.utils import timezone
from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import TimestampDSSContentSettings
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.sign.validation.dss import async_add_validation_info

from documents.authority import signer, timestamper, trust

FIELD = "Sceau"
TOLERANCE = timedelta(minutes=5)
LAST = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)  # the time stamp covers all that proves it


class TimeUnavailable(Exception):
    """The time-stamping authority does not answer; nothing is lost, ask again later."""


def seal(pdf: bytes, *, reason: str, pages: bytes = b"", files: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF with more pages and files behind its own bytes, under a certifying PAdES seal (B-B)."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    if pages:
        _append(writer, pages)
    for name, content in (files or {}).items():
        _attach(writer, name, content)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    out = signers.PdfSigner(metadata, signer=signer()).sign_pdf(writer, bytes_reserved=_room())
    sealed: bytes = out.getvalue()
    return sealed


def stamp(sealed: bytes) -> tuple[bytes, datetime]:
    """The sealed PDF with certificates, revocation lists and a time stamp behind it (B-T to B-LTA); and that time.

    Asks the authority at TSA_URL: never inside a transaction. TimeUnavailable when it does not answer.
    """
    try:
        stamped, at = asyncio.run(_stamp(sealed))
    except (OSError, TimeoutError, TimestampRequestError) as error:
        raise TimeUnavailable(str(error) or type(error).__name__) from error
    if abs(at - timezone.now()) > TOLERANCE:
        raise TimeUnavailable("l’horloge de ce serveur et celle de l’horodatage diffèrent de plus de cinq minutes")
    return stamped, at


@cache
def _room() -> int:
    """Hexadecimal digits kept for the signature: its certificates and some more. Counting them once is half the work."""
    one = signer()
    own = [one.signing_cert.dump()] if one.signing_cert else []
    chain = {*own, *(certificate.dump() for certificate in one.cert_registry)}
    return 2 * (sum(map(len, chain)) + 2048)


async def _stamp(sealed: bytes) -> tuple[bytes, datetime]:
    context, clock = trust(revocation_mode="hard-fail"), timestamper()
    async for _path in clock.validation_paths(context):  # its certificates go with the file too
        pass
    [signature] = PdfFileReader(io.BytesIO(sealed)).embedded_regular_signatures
    described = await async_add_validation_info(signature, context)
    writer = IncrementalPdfFileWriter(described)
    out = await signers.PdfTimeStamper(clock).async_timestamp_pdf(writer, "sha256", context, dss_settings=LAST)
    stamped: bytes = out.getvalue()
    [token] = PdfFileReader(io.BytesIO(stamped)).embedded_timestamp_signatures
    return stamped, token.self_reported_timestamp


def _append(writer: IncrementalPdfFileWriter, pages: bytes) -> None:
    """The pages of another PDF behind ours, fonts and images with them."""
    source = PdfFileReader(io.BytesIO(pages))
    for number in range(int(source.root["/Pages"]["/Count"])):
        reference, resources = source.find_page_for_modification(number)
        page = reference.get_object()
        kept = {key: page.raw_get(key) for key in ("/Type", "/MediaBox", "/Contents") if key in page}
        kept["/Resources"] = page.raw_get("/Resources") if "/Resources" in page else resources
        writer.insert_page(generic.DictionaryObject({key: writer.import_object(value) for key, value in kept.items()}))


def _attach(writer: IncrementalPdfFileWriter, name: str, content: bytes) -> None:
    media_type = "application/pdf" if name.endswith(".pdf") else "application/json"
    data = embed.EmbeddedFileObject.from_file_data(writer, content, mime_type=media_type)
    embed.embed_file(writer, embed.FileSpec(name, embedded_data=data))
