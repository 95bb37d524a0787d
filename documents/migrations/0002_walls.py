from django.db import migrations

from core.rowsecurity import EVERY_ROW, MY_CREDITORS, append_only, wall


class Migration(migrations.Migration):
    """A document is written once; what an office or a debtor may read is added where dossiers are known."""

    dependencies = [("documents", "0001_initial"), ("tenants", "0002_walls")]

    operations = [
        wall(
            "documents_document",
            portal=("SELECT, INSERT", MY_CREDITORS),
            support=("SELECT", EVERY_ROW),
            worker=("SELECT, INSERT", EVERY_ROW),
        ),
        append_only("documents_document"),
    ]
