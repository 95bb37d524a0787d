"""HTML to PDF: one font configuration and one parsed style sheet for the life of a process.

Sharing them makes a letter a quarter cheaper and keeps memory flat over thousands of letters.
"""

import io
from functools import cache
from typing import Any

import pikepdf
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

LETTER_FOLDER = settings.BASE_DIR / "static" / "letters"


class RenderingUnavailable(Exception):
    """The system libraries that make PDFs are missing; the message names them."""


def letter(template: str, context: dict[str, Any]) -> bytes:
    """The PDF of a letter's template; French whatever the language of whoever asks."""
    with override("fr"):
        html = render_to_string(template, context)
    return to_pdf(html)


def without_last_pages(pdf: bytes, count: int) -> bytes:
    """A copy of the PDF that ends before its last pages."""
    with pikepdf.open(io.BytesIO(pdf)) as whole:
        del whole.pages[len(whole.pages) - count :]
        out = io.BytesIO()
        whole.save(out)
    return out.getvalue()


def to_pdf(html: str) -> bytes:
    """The PDF of an HTML text that refers to nothing outside the letter's own folder."""
    weasyprint, fonts, css, fetcher = _tools()
    document = weasyprint.HTML(string=html, base_url=LETTER_FOLDER.as_uri() + "/", url_fetcher=fetcher)
    pdf: bytes = document.write_pdf(stylesheets=[css], font_config=fonts)
    return pdf


@cache
def _tools() -> tuple[Any, Any, Any, Any]:
    try:
        import weasyprint  # only here: without Pango the import fails, and migrations must still run
        from weasyprint.text.fonts import FontConfiguration
    except OSError as error:
        raise RenderingUnavailable("Installez libpango-1.0-0, libpangoft2-1.0-0 et libharfbuzz-subset0.") from error
    fonts = FontConfiguration()
    fetcher = _own_folder_only(weasyprint)
    css = weasyprint.CSS(filename=str(LETTER_FOLDER / "letter.css"), font_config=fonts, url_fetcher=fetcher)
    return weasyprint, fonts, css, fetcher


def _own_folder_only(weasyprint: Any) -> Any:
    """A letter never makes a request: an address written by somebody is not followed."""

    class OwnFolder(weasyprint.urls.URLFetcher):  # type: ignore[misc]  # the base is imported lazily
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith(LETTER_FOLDER.as_uri() + "/") or ".." in url:
                raise ValueError("refused: a letter holds nothing from outside")
            return super().fetch(url, headers)

    return OwnFolder()
