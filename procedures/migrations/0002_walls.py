from django.db import migrations

from core.rowsecurity import EVERY_ROW, MY_CREDITORS, MY_DOSSIER, open_table, same_owner, wall

OF_OUR_DOSSIER = "EXISTS (SELECT 1 FROM dossiers_dossier d WHERE d.id = dossier_id)"
READ = dict.fromkeys(("portal", "office", "debtor", "worker"), "SELECT")


class Migration(migrations.Migration):
    dependencies = [("procedures", "0001_initial"), ("dossiers", "0002_walls")]

    operations = [
        wall(
            "procedures_deadline",
            portal=("SELECT, UPDATE (settled_at, outcome)", MY_CREDITORS),
            office=("SELECT, INSERT, UPDATE (settled_at, outcome)", OF_OUR_DOSSIER),
            debtor=("SELECT", MY_DOSSIER),
            support=("SELECT", EVERY_ROW),
            worker=("SELECT, INSERT, UPDATE", EVERY_ROW),
        ),
        same_owner("procedures_deadline", "dossiers_dossier", "dossier_id", "creditor_id"),
        open_table("procedures_legaltext", **(READ | {"support": "SELECT, INSERT, UPDATE"})),
    ]
