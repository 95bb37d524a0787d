from django.db import migrations

from core.rowsecurity import (
    EVERY_ROW,
    MY_BRAND,
    MY_CREDITORS,
    MY_DOSSIER,
    MY_OFFICE,
    append_only,
    policy,
    same_owner,
    wall,
)

# What hangs on a dossier is seen by whoever sees the dossier: the inner read runs under the reader's own wall.
OF_OUR_DOSSIER = "EXISTS (SELECT 1 FROM dossiers_dossier d WHERE d.id = dossier_id)"
MOVED = "phase, events_count, events_head"
DRAFTED = (
    "subsidiary_id, currency, creditor_reference, origin, comments, policy_number, claim_reference, is_attested"
)
FILED = "phase <> 'draft'"
OWN_DEBTOR = "EXISTS (SELECT 1 FROM dossiers_dossier d WHERE d.debtor_id = dossiers_debtor.id)"
OWN_CREDITOR = "EXISTS (SELECT 1 FROM dossiers_dossier d WHERE accounts_creditor.id IN (d.creditor_id, d.subsidiary_id))"

SEARCH_TABLE = """
CREATE TABLE dossiers_search (
  dossier_id bigint PRIMARY KEY REFERENCES dossiers_dossier (id) ON DELETE CASCADE,
  creditor_id bigint NOT NULL,
  office_id bigint,
  created_at timestamptz NOT NULL,
  txt text NOT NULL,
  FOREIGN KEY (dossier_id, creditor_id) REFERENCES dossiers_dossier (id, creditor_id)
);
CREATE INDEX dossiers_search_words ON dossiers_search USING gin (txt gin_trgm_ops);
CREATE INDEX dossiers_search_of_creditor ON dossiers_search (creditor_id, created_at DESC, dossier_id DESC);
CREATE INDEX dossiers_search_of_office ON dossiers_search (office_id, created_at DESC, dossier_id DESC);
"""
# Runs as its owner, who is above row security, and filters by the context itself: reviewed, and in the walls' list.
# EXECUTE lets the planner see the words: with a generic plan a rare word costs a hundred times more.
SEARCH_FUNCTION = r"""
CREATE FUNCTION search_dossiers(words text, in_phase text, at timestamptz, key bigint, newer boolean, most int)
RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  pattern text := '%' || replace(replace(f_norm(words), '\', '\\'), '_', '\_') || '%';
  owner text;
  phase text := '';
  beyond text := '';
BEGIN
  IF app_creditors() IS NOT NULL THEN
    -- One creditor is written as an equality: only then does the index give the rows in the list's order.
    owner := CASE WHEN cardinality(app_creditors()) = 1 THEN format('s.creditor_id = %L::bigint', (app_creditors())[1])
      ELSE format('s.creditor_id = ANY (%L::bigint[])', app_creditors()) END;
  ELSIF app_office() IS NOT NULL THEN
    owner := format('s.office_id = %L::bigint', app_office());
  ELSE
    RETURN;
  END IF;
  IF in_phase <> '' THEN
    phase := format('JOIN dossiers_dossier d ON d.id = s.dossier_id AND d.phase = %L', in_phase);
  END IF;
  IF at IS NOT NULL THEN
    beyond := format('AND (s.created_at, s.dossier_id) %s (%L::timestamptz, %L::bigint)',
      CASE WHEN newer THEN '>' ELSE '<' END, at, key);
  END IF;
  RETURN QUERY EXECUTE format(
    'SELECT s.dossier_id FROM dossiers_search s %s WHERE %s AND s.txt LIKE %L %s'
    ' ORDER BY s.created_at %5$s, s.dossier_id %5$s LIMIT %6$s',
    phase, owner, pattern, beyond, CASE WHEN newer THEN 'ASC' ELSE 'DESC' END, least(most, 1000));
END $$;
REVOKE ALL ON FUNCTION search_dossiers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_dossiers TO r_portal, r_office;
"""


def drafts_only(table):
    """What was filed is corrected by a contrary row, never taken out."""
    return migrations.RunSQL(
        f"CREATE POLICY drafts_only ON {table} AS RESTRICTIVE FOR DELETE TO r_portal USING (EXISTS"
        " (SELECT 1 FROM dossiers_dossier d WHERE d.id = dossier_id AND d.phase = 'draft'))",
        f"DROP POLICY drafts_only ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0001_initial"),
        ("accounts", "0002_walls"),
        ("documents", "0002_walls"),
        ("notifications", "0002_walls"),
        ("mandates", "0002_walls"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE dossiers_dossier ADD CONSTRAINT dossier_and_creditor UNIQUE (id, creditor_id);"
            "ALTER TABLE dossiers_debtor ADD CONSTRAINT debtor_and_creditor UNIQUE (id, creditor_id);",
            "ALTER TABLE dossiers_dossier DROP CONSTRAINT dossier_and_creditor;"
            "ALTER TABLE dossiers_debtor DROP CONSTRAINT debtor_and_creditor;",
        ),
        wall(
            "dossiers_dossier",
            portal=(f"SELECT, INSERT, UPDATE ({DRAFTED}, debtor_id, office_id, {MOVED})", MY_CREDITORS),
            office=(f"SELECT, UPDATE ({MOVED})", f"{MY_OFFICE} AND {FILED}"),
            debtor=("SELECT", "id = (SELECT app_dossier())"),
            support=("SELECT", EVERY_ROW),
            worker=("SELECT, UPDATE", EVERY_ROW),
        ),
        wall(
            "dossiers_debtor",
            portal=("SELECT, INSERT, UPDATE", MY_CREDITORS),
            office=("SELECT", OWN_DEBTOR),
            debtor=("SELECT", OWN_DEBTOR),
            support=("SELECT", EVERY_ROW),
            worker=("SELECT", EVERY_ROW),
        ),
        wall(
            "dossiers_item",
            portal=("SELECT, INSERT, DELETE", MY_CREDITORS),
            office=("SELECT", OF_OUR_DOSSIER),
            debtor=("SELECT", MY_DOSSIER),
            support=("SELECT", EVERY_ROW),
            worker=("SELECT", EVERY_ROW),
        ),
        wall(
            "dossiers_attachment",
            portal=("SELECT, INSERT, DELETE", MY_CREDITORS),
            office=("SELECT", OF_OUR_DOSSIER),
            support=("SELECT", EVERY_ROW),
            worker=("SELECT", EVERY_ROW),
        ),
        wall(
            "dossiers_event",
            portal=("SELECT, INSERT", MY_CREDITORS),
            office=("SELECT, INSERT", OF_OUR_DOSSIER),
            support=("SELECT", EVERY_ROW),
            worker=("SELECT, INSERT", EVERY_ROW),
        ),
        append_only("dossiers_event"),
        drafts_only("dossiers_item"),
        drafts_only("dossiers_attachment"),
        same_owner("dossiers_dossier", "dossiers_debtor", "debtor_id", "creditor_id"),
        same_owner("dossiers_item", "dossiers_dossier", "dossier_id", "creditor_id"),
        same_owner("dossiers_attachment", "dossiers_dossier", "dossier_id", "creditor_id"),
        same_owner("dossiers_event", "dossiers_dossier", "dossier_id", "creditor_id"),
        same_owner("dossiers_item", "documents_document", "document_id", "creditor_id"),
        same_owner("dossiers_attachment", "documents_document", "document_id", "creditor_id"),
        same_owner("documents_document", "dossiers_dossier", "dossier_id", "creditor_id"),
        same_owner("notifications_message", "dossiers_dossier", "dossier_id", "creditor_id"),
        same_owner("notifications_message", "documents_document", "document_id", "creditor_id"),
        migrations.RunSQL(
            "ALTER TABLE dossiers_dossier ADD CONSTRAINT dossier_same_brand"
            " FOREIGN KEY (brand_id, creditor_id) REFERENCES accounts_creditor (brand_id, id);"
            "ALTER TABLE dossiers_dossier ADD CONSTRAINT dossier_office_same_brand"
            " FOREIGN KEY (brand_id, office_id) REFERENCES tenants_office (brand_id, id);"
            "ALTER TABLE accounts_creditor ADD CONSTRAINT creditor_and_parent UNIQUE (id, parent_id);"
            "ALTER TABLE dossiers_dossier ADD CONSTRAINT subsidiary_of_creditor"
            " FOREIGN KEY (subsidiary_id, creditor_id) REFERENCES accounts_creditor (id, parent_id);"
            # Room on each page for the row's next version: a move then touches no index.
            "ALTER TABLE dossiers_dossier SET (fillfactor = 80);",
            "ALTER TABLE dossiers_dossier DROP CONSTRAINT dossier_same_brand, DROP CONSTRAINT dossier_office_same_brand,"
            " DROP CONSTRAINT subsidiary_of_creditor;"
            "ALTER TABLE accounts_creditor DROP CONSTRAINT creditor_and_parent",
        ),
        # The papers and people of a dossier, for those who handle it.
        policy("documents_document", "office", "SELECT", OF_OUR_DOSSIER),
        policy("documents_document", "debtor", "SELECT", f"{MY_DOSSIER} AND for_debtor"),
        policy("accounts_creditor", "office", "SELECT", f"{OWN_CREDITOR} AND {MY_BRAND}"),
        policy("accounts_creditor", "debtor", "SELECT", OWN_CREDITOR),
        policy("notifications_message", "debtor", "SELECT", f"{MY_DOSSIER} AND posted_on IS NOT NULL"),
        migrations.RunSQL(SEARCH_TABLE, "DROP TABLE dossiers_search"),
        wall(
            "dossiers_search",
            portal=("SELECT, INSERT, UPDATE", MY_CREDITORS),
            office=("SELECT", MY_OFFICE),
            support=("SELECT", EVERY_ROW),
            worker=("SELECT, INSERT, UPDATE", EVERY_ROW),
        ),
        migrations.RunSQL(SEARCH_FUNCTION, "DROP FUNCTION search_dossiers"),
    ]
