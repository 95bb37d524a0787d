from django.db import migrations

from core.rowsecurity import EVERY_ROW, MY_CREDITORS, same_owner, wall


class Migration(migrations.Migration):
    dependencies = [("mandates", "0001_initial"), ("accounts", "0002_walls"), ("documents", "0002_walls")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE accounts_bankaccount ADD CONSTRAINT bank_account_of_creditor UNIQUE (id, creditor_id)",
            "ALTER TABLE accounts_bankaccount DROP CONSTRAINT bank_account_of_creditor",
        ),
        migrations.RunSQL(
            "ALTER TABLE documents_document ADD CONSTRAINT document_of_creditor UNIQUE (id, creditor_id)",
            "ALTER TABLE documents_document DROP CONSTRAINT document_of_creditor",
        ),
        wall(
            "mandates_mandate",
            portal=("SELECT, INSERT, UPDATE (state, signed_id, signed_at, evidence)", MY_CREDITORS),
            support=("SELECT", EVERY_ROW),
            worker=("SELECT", EVERY_ROW),
        ),
        wall("mandates_challenge", portal=("SELECT, INSERT, UPDATE (tries, used_at, expires_at)", MY_CREDITORS)),
        migrations.RunSQL(  # what is signed is read and never written again
            "CREATE POLICY unsigned_only ON mandates_mandate AS RESTRICTIVE FOR UPDATE TO r_portal"
            " USING (state IN ('draft', 'refused')) WITH CHECK (true)",
            "DROP POLICY unsigned_only ON mandates_mandate",
        ),
        same_owner("mandates_mandate", "accounts_bankaccount", "account_id", "creditor_id"),
        same_owner("mandates_mandate", "documents_document", "unsigned_id", "creditor_id"),
        same_owner("mandates_mandate", "documents_document", "signed_id", "creditor_id"),
        same_owner("mandates_challenge", "documents_document", "document_id", "creditor_id"),
    ]
