from django.db import migrations

from core.rowsecurity import open_table


class Migration(migrations.Migration):
    """A debtor's form counts once too."""

    dependencies = [("core", "0002_walls")]

    operations = [open_table("core_submission", debtor="SELECT, INSERT, UPDATE, DELETE")]
