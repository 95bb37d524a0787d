"""What a file is, whatever it says it is: magic bytes at the very start, then the real parser opens it."""

import io
import unicodedata
import zipfile
from collections.abc import Callable
from typing import Any

import pikepdf
from django.utils.translation import gettext as _
from PIL import Image

from core.xml import XmlRefused, is_xml, name_of, parse

Image.MAX_IMAGE_PIXELS = 40_000_000
MAX_ZIP_BYTES = 100 * 1024 * 1024
MAX_ZIP_ENTRIES = 2_000
ACTIVE = {
    "/JavaScript",
    "/JS",
    "/Launch",
    "/GoToR",
    "/GoToE",
    "/SubmitForm",
    "/ImportData",
    "/XFA",
    "/RichMedia",
    "/AA",
}
OFFICE_TYPES = {
    "word/": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xl/": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


XML_INVOICES = {"CrossIndustryInvoice", "Invoice", "CreditNote"}


class Refused(ValueError):
    """The file cannot be taken; the message tells the sender what to do."""


def sniff(content: bytes, name: str) -> tuple[str, str]:
    """The cleaned name, with the extension of what it really is, and its media type; Refused otherwise."""
    if not content:
        raise Refused(_("Ce fichier est vide. Vérifiez-le, puis joignez-le de nouveau."))
    for magic, opener in OPENERS:
        if content.startswith(magic):
            extension, media_type = opener(content)
            return f"{clean_stem(name)}.{extension}", media_type
    if is_xml(content) and _is_invoice(content):
        return f"{clean_stem(name)}.xml", "application/xml"
    raise Refused(
        _("Ce type de fichier n’est pas accepté. Joignez un PDF, une image (JPEG, PNG), un document Word ou Excel.")
    )


def _is_invoice(content: bytes) -> bool:
    """Of all XML only electronic invoices: a picture or a page is XML too, and may be armed."""
    try:
        return name_of(parse(content)) in XML_INVOICES
    except XmlRefused:
        return False


def clean_stem(name: str) -> str:
    """The name without folders, extension, control or direction marks."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    stem = last.rsplit(".", 1)[0] if "." in last else last
    kept = "".join(c for c in stem if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    return kept.strip(". ")[:120] or "document"


def _pdf(content: bytes) -> tuple[str, str]:
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            _refuse_active(pdf)
            if not 1 <= len(pdf.pages) <= 500:
                raise Refused(_("Ce PDF a plus de 500 pages. Divisez-le."))
    except pikepdf.PasswordError:
        raise Refused(_("Ce PDF est protégé par un mot de passe. Enregistrez-le sans protection."))
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(_("Ce PDF est abîmé : il ne s’ouvre pas. Exportez-le de nouveau."))
    return "pdf", "application/pdf"


def _refuse_active(pdf: pikepdf.Pdf) -> None:
    if any(_is_active(item) for item in (*pdf.objects, pdf.Root)):
        raise Refused(
            _("Ce PDF contient un script ou une action automatique. Imprimez-le en PDF, puis joignez la copie.")
        )


def _is_active(item: Any) -> bool:
    """Values written in place too; what stands behind a reference is an object of its own."""
    if isinstance(item, pikepdf.Array):
        inner = list(item)
    elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        if set(item.keys()) & ACTIVE or str(item.get("/S", "")) in ACTIVE:
            return True
        inner = [item[key] for key in item.keys()]  # noqa: SIM118  not a Python mapping
    else:
        return False
    return any(_is_active(one) for one in inner if isinstance(one, pikepdf.Object) and not one.is_indirect)


def _image(extension: str, media_type: str) -> Callable[[bytes], tuple[str, str]]:
    def opener(content: bytes) -> tuple[str, str]:
        try:
            with Image.open(io.BytesIO(content)) as image:
                if image.width * image.height > 40_000_000:
                    raise Refused(_("Cette image est trop grande (plus de 40 millions de points). Réduisez-la."))
                image.load()
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise Refused(_("Cette image est trop grande (plus de 40 millions de points). Réduisez-la."))
        except (OSError, SyntaxError):
            raise Refused(_("Cette image est abîmée : elle ne s’ouvre pas."))
        return extension, media_type

    return opener


def _office(content: bytes) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = _safe_names(archive)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(_("Ce document est abîmé : il ne s’ouvre pas."))
    if "[Content_Types].xml" in names:
        for folder, found in OFFICE_TYPES.items():
            if any(name.startswith(folder) for name in names):
                return found
    raise Refused(_("Les archives ne sont pas acceptées. Joignez les fichiers un par un."))


def _safe_names(archive: zipfile.ZipFile) -> set[str]:
    entries = archive.infolist()
    if len(entries) > MAX_ZIP_ENTRIES or sum(entry.file_size for entry in entries) > MAX_ZIP_BYTES:
        raise Refused(_("Ce document est trop volumineux une fois ouvert."))
    names = {entry.filename for entry in entries}
    if any("vbaProject" in name or "oleObject" in name or ".." in name or name.startswith("/") for name in names):
        raise Refused(_("Ce document contient des macros ou un objet incorporé. Enregistrez-le en PDF."))
    return names


OPENERS: list[tuple[bytes, Callable[[bytes], tuple[str, str]]]] = [
    (b"%PDF-", _pdf),
    (b"\x89PNG\r\n\x1a\n", _image("png", "image/png")),
    (b"\xff\xd8\xff", _image("jpg", "image/jpeg")),
    (b"PK\x03\x04", _office),
]
