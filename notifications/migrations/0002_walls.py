from django.db import migrations

from core.rowsecurity import EVERY_ROW, MY_CREDITORS, MY_OFFICE, wall

NOBODYS = "creditor_id IS NULL AND office_id IS NULL AND dossier_id IS NULL"


class Migration(migrations.Migration):
    """The public audience writes mails of activation and recovery, and reads none."""

    dependencies = [("notifications", "0001_initial"), ("documents", "0002_walls")]

    operations = [
        wall(
            "notifications_message",
            public=("INSERT", NOBODYS),
            portal=("SELECT, INSERT", MY_CREDITORS),
            office=("SELECT, INSERT, UPDATE (posted_on, posting_number, posted_by)", MY_OFFICE),
            support=("SELECT, UPDATE", EVERY_ROW),
            worker=("SELECT, INSERT, UPDATE", EVERY_ROW),
        ),
    ]
