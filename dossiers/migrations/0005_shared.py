from django.db import migrations

from core.rowsecurity import same_owner


class Migration(migrations.Migration):
    """A link shows a dossier of its own creditor, whatever a program writes into it."""

    dependencies = [("dossiers", "0004_injonction"), ("accounts", "0003_people")]

    operations = [same_owner("accounts_sharelink", "dossiers_dossier", "dossier_id", "creditor_id")]
