from django.db import migrations

from core.rowsecurity import same_owner


class Migration(migrations.Migration):
    """A link shows a dossier of its own creditor, whatever a program writes into it."""

    dependencies = [("dossiers", "0005_legal_forms"), ("accounts", "0006_people")]

    operations = [same_owner("accounts_sharelink", "dossiers_dossier", "dossier_id", "creditor_id")]
