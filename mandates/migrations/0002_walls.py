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
            portal=("SELECT, INSERT, UPDATE", MY_CREDITORS),
            support=("SELECT", EVERY_ROW),
            worker=("SELECT", EVERY_ROW),
        ),
        wall("mandates_challenge", portal=("SELECT, INSERT, UPDATE", MY_CREDITORS)),
        same_owner("mandates_mandate", "accounts_bankaccount", "account_id", "creditor_id"),
        same_owner("mandates_mandate", "documents_document", "unsigned_id", "creditor_id"),
        same_owner("mandates_mandate", "documents_document", "signed_id", "creditor_id"),
        same_owner("mandates_challenge", "documents_document", "document_id", "creditor_id"),
    ]
