"""The sweep of due dossiers, with guards, chained events and messages, beside bare set-based SQL."""

from argparse import Namespace
from datetime import UTC, datetime
from functools import partial

from django.db import connection

from bench.measure import rounds, table
from procedures.services import advance_overdue

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
RAW = """
WITH due AS (
  SELECT id FROM raw.dossier WHERE next_deadline <= %(now)s ORDER BY next_deadline, id LIMIT 1000 FOR UPDATE SKIP LOCKED
), moved AS (
  UPDATE raw.dossier d SET stage = d.stage + 1, next_deadline = %(now)s + interval '15 days', version = d.version + 1,
    updated_at = %(now)s FROM due WHERE d.id = due.id RETURNING d.id, d.tenant_id, d.stage
), told AS (
  INSERT INTO raw.event (tenant_id, dossier_id, kind, data, at)
  SELECT tenant_id, id, 'escalated', jsonb_build_object('to', stage), %(now)s FROM moved
)
INSERT INTO raw.outbox (tenant_id, dossier_id, kind, data, key, at)
SELECT tenant_id, id, 'letter', jsonb_build_object('stage', stage), 'letter:' || id || ':' || stage, %(now)s FROM moved
"""
RESET = """
TRUNCATE raw.event, raw.outbox;
UPDATE raw.dossier SET next_deadline = '2030-01-01' WHERE next_deadline < '2029-01-01';
UPDATE raw.dossier SET stage = 1, next_deadline = '2026-03-19' WHERE id IN (SELECT (g * 7919::bigint) %% 1000000 + 1
  FROM generate_series(1, %(due)s) g);
ALTER TABLE dossiers_event DISABLE TRIGGER USER;
TRUNCATE dossiers_event, notifications_message, procedures_deadline;
ALTER TABLE dossiers_event ENABLE TRIGGER USER;
UPDATE dossiers_dossier SET phase = 'amiable', events_count = 0, events_head = '' WHERE phase <> 'amiable';
INSERT INTO procedures_deadline (dossier_id, creditor_id, kind, transition, started_on, strict_on, due_on, lapses_at, derivation,
    outcome)
  SELECT id, creditor_id, 'amiable_wait_15d', 'open_psrpc', '2026-03-02', '2026-03-17', '2026-03-17',
    timestamptz '2026-03-18' + id * interval '1 millisecond', 'mesure', ''
  FROM dossiers_dossier WHERE id IN (SELECT (g * 7919::bigint) %% 1000000 + 1 FROM generate_series(1, %(due)s) g);
"""


def measure(options: Namespace) -> None:
    for due in map(int, options.due.split(",")):
        variants = {"raw SQL, batches of 1000": raw, "product": partial(product, due)}
        found = rounds(variants, options.rounds if due <= 10_000 else 2, before=partial(reset, due))
        table(f"Sweep, {due} due of {options.dossiers}", found, "raw SQL, batches of 1000", "dossiers")


def raw() -> int:
    moved = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(RAW, {"now": NOW})
            if not cursor.rowcount:
                return moved
            moved += cursor.rowcount


def product(due: int) -> int:
    moved = 0
    while batch := advance_overdue(now=NOW):
        moved += batch
    assert moved == due, (moved, due)
    return moved


def reset(due: int, name: str = "") -> None:
    with connection.cursor() as cursor:
        for statement in (RESET % {"due": due}).split(";\n"):
            if statement.strip():
                cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE raw.dossier")
        cursor.execute("VACUUM ANALYZE dossiers_dossier")
        cursor.execute("VACUUM ANALYZE procedures_deadline")
        cursor.execute("CHECKPOINT")
