"""The folder in which a creditor's software leaves its file: FEED_DIR/<number of the creditor>/."""

import hashlib
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from accounts.models import Creditor
from documents.sniffing import Refused
from dossiers.clients import Sending, receive
from dossiers.models import FeedWay
from tenants.context import WORKER, Audience, Context, acting_as

logger = logging.getLogger(__name__)
SETTLED_SECONDS = 10  # a file that still grows is left for the next round
MOST_BYTES = 40 * 1024 * 1024
DONE, REFUSED = "traites", "refuses"
ENDINGS = {".csv", ".txt", ".json", ".xlsx"}


def poll(*, now: datetime, settled: float | None = None) -> int:
    """Take in each file that waits, in the name of its folder's creditor only; how many.

    A file is moved aside after its transaction: one that is met again by a crash between the two changes nothing.
    """
    if not settings.FEED_DIR:
        return 0
    taken = 0
    for creditor, file in _waiting(Path(settings.FEED_DIR), SETTLED_SECONDS if settled is None else settled, now):
        complaint = _take(creditor, file, now)
        _aside(file, REFUSED if complaint else DONE, complaint, now)
        taken += 1
    return taken


def _waiting(root: Path, settled: float, now: datetime) -> Iterator[tuple[Creditor, Path]]:
    folders = [folder for folder in sorted(root.glob("[0-9]*")) if folder.is_dir() and folder.name.isdecimal()]
    with acting_as(WORKER):
        known = Creditor.objects.select_related("brand").in_bulk([int(folder.name) for folder in folders])
    for folder in folders:
        creditor = known.get(int(folder.name))
        for file in sorted(folder.iterdir()) if creditor else ():
            is_ours = file.suffix.lower() in ENDINGS and file.is_file() and not file.is_symlink()
            if creditor and is_ours and now.timestamp() - file.stat().st_mtime >= settled:
                yield creditor, file


def _take(creditor: Creditor, file: Path, now: datetime) -> str:
    """What is wrong with the file, nothing when it was taken in."""
    if file.stat().st_size > MOST_BYTES:
        return "Ce fichier dépasse 40 Mo. Divisez-le."
    content = file.read_bytes()
    sending = Sending(content, FeedWay.DROP, f"drop:{hashlib.sha256(content).hexdigest()}")
    try:
        with acting_as(Context(Audience.PORTAL, brand=creditor.brand_id, creditors=(creditor.pk,))):
            receive(creditor, sending, now=now)
    except Refused as refusal:
        return str(refusal)
    return ""


def _aside(file: Path, folder: str, complaint: str, now: datetime) -> None:
    place = file.parent / folder
    place.mkdir(exist_ok=True)
    target = place / f"{now:%Y%m%d-%H%M%S}-{file.name}"
    file.rename(target)
    if complaint:
        target.with_suffix(target.suffix + ".motif.txt").write_text(complaint + "\n", encoding="utf-8")
        logger.warning("feed of %s refused: %s", file.parent.name, complaint)
