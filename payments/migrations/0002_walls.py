from django.db import migrations

from core.rowsecurity import EVERY_ROW, MY_CREDITORS, open_table, same_owner, wall


class Migration(migrations.Migration):
    """A creditor reads what is taken from its account; the worker announces; support releases and resolves."""

    dependencies = [("payments", "0001_initial"), ("mandates", "0003_life"), ("accounts", "0002_walls")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE mandates_mandate ADD CONSTRAINT mandate_of_creditor UNIQUE (id, creditor_id);"
            "ALTER TABLE payments_collection ADD CONSTRAINT collection_of_creditor UNIQUE (id, creditor_id)",
            "ALTER TABLE payments_collection DROP CONSTRAINT collection_of_creditor;"
            "ALTER TABLE mandates_mandate DROP CONSTRAINT mandate_of_creditor",
        ),
        wall(
            "payments_fee",
            portal=("SELECT", MY_CREDITORS),
            support=("SELECT, INSERT", EVERY_ROW),
            worker=("SELECT, INSERT", EVERY_ROW),
        ),
        wall(
            "payments_collection",
            portal=("SELECT", MY_CREDITORS),
            support=("SELECT, UPDATE (state, batch_id)", EVERY_ROW),
            worker=("SELECT, INSERT, UPDATE (state, batch_id, announcement, announced_at)", EVERY_ROW),
        ),
        wall(
            "payments_bankreturn",
            portal=("SELECT", MY_CREDITORS),
            support=("SELECT, INSERT, UPDATE (resolved_at, resolved_by)", EVERY_ROW),
            worker=("SELECT, INSERT", EVERY_ROW),
        ),
        # Totals of the platform's own files, without a name.
        open_table(
            "payments_batch",
            support="SELECT, INSERT, UPDATE (state, sha256, released_at, released_by)",
            worker="SELECT, INSERT, UPDATE (state, sha256, released_at, released_by)",
        ),
        same_owner("payments_collection", "mandates_mandate", "mandate_id", "creditor_id"),
        same_owner("payments_bankreturn", "payments_collection", "collection_id", "creditor_id"),
    ]
