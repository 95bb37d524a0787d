from django.db import migrations

from core.rowsecurity import CONTEXT_FUNCTIONS, REFUSE_CHANGE, append_only, open_table

EVERYBODY = dict.fromkeys(("public", "portal", "office", "debtor", "support", "worker"), "INSERT")


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop),
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS unaccent", migrations.RunSQL.noop),
        migrations.RunSQL(
            CONTEXT_FUNCTIONS,
            "DROP FUNCTION app_brand, app_creditors, app_office, app_dossier",
        ),
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION refuse_change"),
        migrations.RunSQL(
            # Immutable, so that it can stand in an index: the dictionary is named.
            "CREATE FUNCTION f_norm(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE"
            " AS $$ SELECT lower(public.unaccent('public.unaccent', $1)) $$",
            "DROP FUNCTION f_norm",
        ),
        open_table("core_auditentry", **(EVERYBODY | {"support": "SELECT, INSERT"})),
        append_only("core_auditentry"),
        # Random tokens of forms, with the address that each led to: nobody's data.
        open_table(
            "core_submission",
            portal="SELECT, INSERT, UPDATE, DELETE", office="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, DELETE",
        ),
    ]
