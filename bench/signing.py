"""Code, one-page paper and PAdES as the product does them, beside the bare libraries doing the same work."""

import hashlib
import hmac
import io
import secrets
from argparse import Namespace
from datetime import timedelta

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from accounts.models import Creditor
from bench.measure import rounds, table
from core.crypto import decrypt
from documents import authority, pdf
from documents.seal import seal
from documents.services import store
from notifications.models import Message
from signatures import services, throttle
from signatures.codes import Signer, Way, check_code, send_code
from signatures.deeds import Deed

COUNT = 20
KEY = secrets.token_bytes(32)
PAGE = "letters/signatures/page.2026-01-01.html"


def measure(options: Namespace) -> None:
    throttle.LIMITS.update(
        dict.fromkeys(throttle.LIMITS, ((10**9, timedelta(days=1)),))
    )  # what is measured is not the brake
    creditor = Creditor.objects.select_related("brand").order_by("pk").first()
    assert creditor
    shown = pdf.to_pdf("<h1>Accord</h1><p>Texte.</p>")
    context = _page(creditor, shown)
    html = render_to_string(PAGE, context)
    weasyprint, fonts, css, fetcher = pdf._tools()
    base_url = pdf.LETTER_FOLDER.as_uri() + "/"
    code = "123456"
    mac = hmac.new(KEY, b"1:" + code.encode(), hashlib.sha256).hexdigest()

    def bare() -> int:
        for _ in range(COUNT):
            assert hmac.compare_digest(mac, hmac.new(KEY, b"1:" + code.encode(), hashlib.sha256).hexdigest())
            page = weasyprint.HTML(string=html, base_url=base_url, url_fetcher=fetcher)
            _bare_seal(page.write_pdf(stylesheets=[css], font_config=fonts))
        return COUNT

    def product() -> int:
        """The same three things through the product's own functions: its code in the database, its page, its seal."""
        for paper, signer, typed in _asked(creditor, shown):
            with transaction.atomic():
                check_code(paper, signer, code=typed, now=timezone.now())
            seal(pdf.letter(PAGE, context), reason="mesure")
        return COUNT

    def whole() -> int:
        """All that a person waits for: page behind her paper, facts, chain, seal, stored."""
        for paper, signer, typed in _asked(creditor, shown):
            deed = Deed(paper, "Accord", "A-1", "J’accepte.", "1")
            services.sign(deed, signer, code=typed, shown=paper.sha256, now=timezone.now())
        return COUNT

    base = "code + WeasyPrint page + pyHanko"
    variants = {base: bare, "product, the same": product, "product, whole signature": whole}
    for variant in variants.values():
        variant()
    table("Signature", rounds(variants, max(options.rounds, 3)), base, "signatures")


def _asked(creditor: Creditor, shown: bytes, count: int = COUNT) -> list[tuple[object, Signer, str]]:
    """Papers with a code on its way; asking is not what is measured, but costs a millisecond or two of it."""
    found = []
    for _ in range(count):
        person = secrets.token_hex(6)
        signer = Signer(
            f"user:{person}", "Jeanne Martin", person, email=f"{person}@d.example", facts={"ip": "192.0.2.1"}
        )
        paper = store(
            shown, name="Accord.pdf", media_type="application/pdf", brand=creditor.brand, creditor_id=creditor.pk
        )
        with transaction.atomic():
            challenge = send_code(paper, signer, Way("email", signer.email), now=timezone.now())
        sealed = Message.objects.get(key=f"signature-code-{challenge.pk}").payload["code"]
        found.append((paper, signer, decrypt(sealed, place=f"challenge:{challenge.pk}")))
    return found


def _bare_seal(content: bytes) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name="Sig", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, reason="Mandat"
    )
    plain = signers.SimpleSigner(
        signing_cert=authority.signer().signing_cert,
        signing_key=authority.signer().signing_key,
        cert_registry=authority.signer().cert_registry,
    )
    out: bytes = (
        signers.PdfSigner(metadata, signer=plain).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content))).getvalue()
    )
    return out


def _page(creditor: Creditor, shown: bytes) -> dict[str, object]:
    """What the signature page of one real signature shows."""
    [(paper, signer, code)] = _asked(creditor, shown, 1)
    deed = Deed(paper, "Accord", "A-1", "J’accepte.", "1")
    made = services.sign(deed, signer, code=code, shown=paper.sha256, now=timezone.now())
    return {"facts": made.evidence, "challenge": made.challenge, "zone": creditor.brand.zone}
