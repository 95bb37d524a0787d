from django.db import migrations

from core.rowsecurity import EVERY_ROW, MY_CREDITORS, MY_DOSSIER, append_only, open_table, same_owner, wall

MY_UNSENT = f"{MY_DOSSIER} AND kind = 'signature_code'"


class Migration(migrations.Migration):
    """A creditor's people sign at the portal, a debtor in his room; the worker adds time stamps and proofs."""

    dependencies = [
        ("signatures", "0001_initial"),
        ("mandates", "0002_walls"),  # made the pair (id, creditor_id) of a document something to refer to
        ("notifications", "0002_walls"),
        ("dossiers", "0002_walls"),  # gave the debtor his first look at papers and messages
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE signatures_challenge ADD CONSTRAINT challenge_of_creditor UNIQUE (id, creditor_id);"
            "ALTER TABLE signatures_signature ADD CONSTRAINT signature_of_creditor UNIQUE (id, creditor_id)",
            "ALTER TABLE signatures_signature DROP CONSTRAINT signature_of_creditor;"
            "ALTER TABLE signatures_challenge DROP CONSTRAINT challenge_of_creditor",
        ),
        wall(
            "signatures_challenge",
            portal=("SELECT, INSERT, UPDATE (tries, used_at, expires_at)", MY_CREDITORS),
            debtor=("SELECT, INSERT, UPDATE (tries, used_at, expires_at)", MY_DOSSIER),
            worker=("SELECT", EVERY_ROW),
        ),
        wall(
            "signatures_signingevent",
            portal=("SELECT, INSERT", MY_CREDITORS),
            debtor=("SELECT, INSERT", MY_DOSSIER),
            worker=("SELECT", EVERY_ROW),
        ),
        wall(
            "signatures_signature",
            portal=("SELECT, INSERT", MY_CREDITORS),
            debtor=("SELECT, INSERT", MY_DOSSIER),
            support=("SELECT", EVERY_ROW),
            worker=("SELECT", EVERY_ROW),
        ),
        wall(
            "signatures_proof",
            portal=("SELECT", MY_CREDITORS),
            debtor=("SELECT", MY_DOSSIER),
            support=("SELECT", EVERY_ROW),
            worker=("SELECT, INSERT", EVERY_ROW),
        ),
        append_only("signatures_signingevent"),
        append_only("signatures_signature"),
        append_only("signatures_proof"),
        # Keyed hashes and instants: what was counted belongs to nobody.
        open_table("signatures_sending", portal="SELECT, INSERT", debtor="SELECT, INSERT", worker="SELECT, DELETE"),
        same_owner("signatures_challenge", "documents_document", "document_id", "creditor_id"),
        same_owner("signatures_signingevent", "signatures_challenge", "challenge_id", "creditor_id"),
        same_owner("signatures_signature", "signatures_challenge", "challenge_id", "creditor_id"),
        same_owner("signatures_signature", "documents_document", "shown_id", "creditor_id"),
        same_owner("signatures_signature", "documents_document", "sealed_id", "creditor_id"),
        same_owner("signatures_proof", "signatures_signature", "signature_id", "creditor_id"),
        same_owner("signatures_proof", "documents_document", "stamped_id", "creditor_id"),
        same_owner("signatures_proof", "documents_document", "file_id", "creditor_id"),
        same_owner("signatures_proof", "documents_document", "bundle_id", "creditor_id"),
        # A debtor keeps what he signed, and is written his own codes.
        migrations.RunSQL(
            f"CREATE POLICY debtor_signs ON documents_document FOR INSERT TO r_debtor WITH CHECK ({MY_DOSSIER} AND for_debtor);"
            "GRANT INSERT ON documents_document TO r_debtor;"
            f"CREATE POLICY debtor_codes ON notifications_message FOR INSERT TO r_debtor WITH CHECK ({MY_UNSENT});"
            "GRANT INSERT ON notifications_message TO r_debtor",
            "REVOKE INSERT ON notifications_message FROM r_debtor; DROP POLICY debtor_codes ON notifications_message;"
            "REVOKE INSERT ON documents_document FROM r_debtor; DROP POLICY debtor_signs ON documents_document",
        ),
    ]
