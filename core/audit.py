"""The operator's log: who looked at or changed what. Every audience may add to it, and only support reads it."""

from datetime import datetime

from core.bulk import insert_all
from core.models import AuditEntry


def note(action: str, subject: str, *, by: str, now: datetime, reason: str = "", ip: str | None = None) -> None:
    """Add one line, in the transaction of what it tells."""
    entry = AuditEntry(
        at=now, actor=by[:120], action=action[:60], subject=subject[:120], reason=reason[:500], ip=ip or None
    )
    insert_all([entry])
