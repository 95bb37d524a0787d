"""The copy itself: one ZIP to hand over."""

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from documents.models import Document, Tampered
from documents.pdf import letter, without_last_pages
from reports.subject_access import Access

PAGE = "letters/access/copy.2026-11-21.html"


def archive(access: Access, *, brand: Any, now: datetime) -> bytes:
    """A PDF to read, the same as JSON, and the papers; the sheet that opens the room is taken out of them."""
    papers = [
        (f"pieces/{rank:02d} {_plain(paper.name)}", _content(paper)) for rank, paper in enumerate(access.papers, 1)
    ]
    told = {
        "personne": access.name, "établi le": now, "responsable": brand.name, "sections": access.sections,
        "pièces": [name for name, _bytes in papers], "non communiqué": access.left_out,
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(
            "vos-donnees.pdf", letter(PAGE, {"access": access, "brand": brand, "now": now, "zone": brand.zone})
        )
        made.writestr("vos-donnees.json", json.dumps(told, ensure_ascii=False, indent=2, default=str))
        for name, content in papers:
            made.writestr(name, content)
    return out.getvalue()


def _content(paper: Document) -> bytes:
    try:
        content = paper.read()
    except (FileNotFoundError, Tampered):
        return "Cette pièce ne peut pas être lue : demandez-la au support.".encode()
    return without_last_pages(content, paper.secret_pages) if paper.secret_pages else content


def _plain(name: str) -> str:
    """A name of file that stays in its folder."""
    return "".join(sign if sign.isalnum() or sign in " .-_()" else "_" for sign in name)[:120].lstrip(".")
