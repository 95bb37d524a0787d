from django.db import migrations

from core.rowsecurity import policy

# What the court asks of a natural person who claims is read by the office that writes the petition, and not before.
WE_PETITION = (
    "EXISTS (SELECT 1 FROM dossiers_dossier d WHERE d.creditor_id = accounts_civilstatus.creditor_id"
    " AND d.phase IN ('injonction_requested', 'ip_filed', 'ip_ordered', 'ip_served', 'ip_opposed', 'enforceable'))"
)


class Migration(migrations.Migration):
    dependencies = [("procedures", "0003_answers"), ("accounts", "0003_identity"), ("dossiers", "0004_injonction")]

    operations = [
        policy("accounts_civilstatus", "office", "SELECT", WE_PETITION),
    ]
