"""Letters as the relay writes them, beside WeasyPrint alone on the same HTML with shared configuration."""

from argparse import Namespace

from django.utils import timezone

from bench.measure import memory_mib, rounds, table
from documents import pdf
from dossiers.models import Dossier
from notifications.models import Message
from procedures import letters

COUNT = 60


def measure(options: Namespace) -> None:
    messages = [_message(dossier) for dossier in Dossier.objects.filter(phase="amiable").order_by("pk")[:COUNT]]
    htmls = [_html(message) for message in messages]
    weasyprint, fonts, css, fetcher = pdf._tools()

    def bare() -> int:
        for html in htmls:
            base = pdf.LETTER_FOLDER.as_uri() + "/"
            weasyprint.HTML(string=html, base_url=base, url_fetcher=fetcher).write_pdf(
                stylesheets=[css], font_config=fonts
            )
        return len(htmls)

    def product() -> int:
        for message in messages:
            letters.debtor_letter(message)
        return len(messages)

    bare()
    found = rounds({"WeasyPrint, shared configuration": bare, "product": product}, options.rounds)
    table("Letters", found, "WeasyPrint, shared configuration", "letters")
    first = memory_mib()
    for _ in range(600 // COUNT):
        product()
    print(f"memory over 600 letters: {first:.0f} → {memory_mib():.0f} MiB\n")


def _message(dossier: Dossier) -> Message:
    return Message(
        brand_id=1, dossier_id=dossier.pk, kind="amiable_letter", channel="letter", created_at=timezone.now(),
        recipient={"name": "x", "lines": ["M. Paul Durand", "3 place Bellecour", "69002 Lyon"]},
    )  # fmt: skip


def _html(message: Message) -> str:
    kept: list[str] = []
    original = pdf.to_pdf
    pdf.to_pdf = lambda html: kept.append(html) or b""  # type: ignore[assignment,func-returns-value]
    letters.debtor_letter(message)
    pdf.to_pdf = original
    return kept[0]
