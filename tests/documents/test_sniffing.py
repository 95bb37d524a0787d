"""What a file is, whatever its name says: the parser that opens it decides."""

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pikepdf
import pytest
from PIL import Image

from documents.sniffing import MAX_ZIP_ENTRIES, Refused, clean_stem, sniff
from tests import factories


def image(kind: str, size: tuple[int, int] = (4, 4)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size).save(out, kind)
    return out.getvalue()


def archive(*names: str, content: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, content)
    return out.getvalue()


def pdf(change: Callable[[pikepdf.Pdf], None], **how: object) -> bytes:
    with pikepdf.new() as made:
        made.add_blank_page()
        change(made)
        out = io.BytesIO()
        made.save(out, **how)  # type: ignore[arg-type]
    return out.getvalue()


def with_script(made: pikepdf.Pdf) -> None:
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def with_launch(made: pikepdf.Pdf) -> None:
    made.pages[0].obj.Annots = pikepdf.Array([pikepdf.Dictionary(A=pikepdf.Dictionary(S=pikepdf.Name.Launch))])


def with_automatic_action(made: pikepdf.Pdf) -> None:
    made.pages[0].obj.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.Named))


def with_form_that_sends(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = pikepdf.Dictionary(XFA=pikepdf.String("x"), Fields=pikepdf.Array([]))


def with_indirect_script(made: pikepdf.Pdf) -> None:
    action = made.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1")))
    made.Root.Names = pikepdf.Dictionary(
        JavaScript=pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("a"), action]))
    )


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (factories.pdf(), "facture.pdf", ("facture.pdf", "application/pdf")),
        (factories.pdf(), "facture.exe", ("facture.pdf", "application/pdf")),
        (image("PNG"), "photo.jpg", ("photo.png", "image/png")),
        (image("JPEG"), "photo.html", ("photo.jpg", "image/jpeg")),
        (archive("[Content_Types].xml", "word/document.xml"), "lettre.docx", ("lettre.docx", "docx")),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "compte.zip", ("compte.xlsx", "xlsx")),
    ],
    ids=["pdf", "pdf named exe", "png named jpg", "jpg named html", "word", "excel named zip"],
)
def test_a_file_is_named_after_what_it_is(content: bytes, name: str, expected: tuple[str, str]) -> None:
    found, media_type = sniff(content, name)
    assert found == expected[0]
    assert media_type == expected[1] or {"docx": "wordprocessingml", "xlsx": "spreadsheetml"}[expected[1]] in media_type


REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "vide"),
    "text": (b"bonjour", "pas accepté"),
    "html": (b"<!doctype html><script>alert(1)</script>", "pas accepté"),
    "html named pdf": (b"<html>%PDF-1.7", "pas accepté"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "pas accepté"),
    "program": (b"MZ\x90\x00", "pas accepté"),
    "pdf behind a line": (b"\n" + factories.pdf(), "pas accepté"),
    "gif and script": (b"GIF89a/*<script>*/", "pas accepté"),
    "broken pdf": (b"%PDF-1.7\nnothing", "abîmé"),
    "cut pdf": (factories.pdf()[:-60], "abîmé"),
    "locked pdf": (pdf(lambda made: None, encryption=pikepdf.Encryption(user="x", owner="y")), "mot de passe"),
    "script": (pdf(with_script), "script"),
    "launch": (pdf(with_launch), "script"),
    "automatic action": (pdf(with_automatic_action), "script"),
    "form that sends": (pdf(with_form_that_sends), "script"),
    "indirect script": (pdf(with_indirect_script), "script"),
    "script in object streams": (pdf(with_script, object_stream_mode=pikepdf.ObjectStreamMode.generate), "script"),
    "too many pages": (pdf(lambda made: [made.add_blank_page() for _ in range(500)] and None), "500 pages"),
    "cut png": (image("PNG")[:40], "abîmée"),
    "png that is none": (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "abîmée"),
    "huge png": (image("PNG", (8000, 8000)), "trop grande"),
    "zip": (archive("a.txt"), "archives"),
    "broken zip": (b"PK\x03\x04nothing", "abîmé"),
    "macros": (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "macros"),
    "embedded object": (archive("[Content_Types].xml", "word/oleObject1.bin"), "macros"),
    "path upwards": (archive("[Content_Types].xml", "word/../../x"), "macros"),
    "many entries": (archive(*(f"word/{n}" for n in range(MAX_ZIP_ENTRIES + 1))), "volumineux"),
    "bomb": (archive("[Content_Types].xml", "word/document.xml", content=b"0" * 60_000_000), "volumineux"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_taken_is_told_why(case: str) -> None:
    content, word = REFUSED[case]
    with pytest.raises(Refused, match=word) as refusal:
        sniff(content, "facture.pdf")
    assert str(refusal.value).endswith(".")


def test_a_pdf_that_is_also_a_page_is_never_served_as_one() -> None:
    """A polyglot opens as a PDF; its name and type say PDF, and it is served with nosniff."""
    polyglot = factories.pdf() + b"\n<script>alert(1)</script>"
    with suppress(Refused):
        assert sniff(polyglot, "x.html") == ("x.pdf", "application/pdf")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\facture.pdf", "facture"),
        ("facture\u202efdp.exe", "facturefdp"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "abSet-Cookie x"),
        ('<img src=x onerror="1">.png', "img src=x onerror=1"),
        ("....", "document"),
        ("", "document"),
        (".pdf", "document"),
        ("é" * 300 + ".pdf", "é" * 120),
        ("facture n° 12.v2.pdf", "facture n° 12.v2"),
    ],
)
def test_a_name_is_kept_without_what_could_harm(name: str, expected: str) -> None:
    assert clean_stem(name) == expected
