"""Every periodic task on one line, by frequency. Intervals only: a missed tick is made up by the next."""

from typing import Any


def _every(seconds: int, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


TIMETABLE = {
    "relay": _every(2, "notifications.tasks.relay"),
    "imports": _every(2, "procedures.tasks.work_on_imports"),
    "deadlines": _every(10, "procedures.tasks.sweep_deadlines"),
    "insolvency": _every(3600 * 4, "procedures.tasks.watch_insolvency"),
    "proofs": _every(10, "signatures.tasks.prove_signatures"),
    "feeds": _every(60, "procedures.tasks.poll_feeds"),
    "news": _every(600, "portal.tasks.tell_news"),
    "sendings": _every(3600, "signatures.tasks.forget_sendings"),
    "mandates": _every(3600, "mandates.tasks.lapse_mandates"),
    "collections": _every(3600, "payments.tasks.announce_collections"),
    "sessions": _every(3600, "accounts.tasks.forget_sessions"),
    "conventions": _every(3600, "accounts.tasks.follow_conventions"),
    "import_lines": _every(3600, "procedures.tasks.forget_import_lines"),
    "readings": _every(3600, "tenants.tasks.forget_readings"),
    "submissions": _every(3600, "tenants.tasks.forget_submissions"),
}
