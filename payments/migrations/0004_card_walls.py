from django.db import migrations

from core.rowsecurity import EVERY_ROW, MY_CREDITORS, same_owner, wall


class Migration(migrations.Migration):
    """A creditor asks to pay, and cannot say that it paid; the worker takes the provider's word; support decides refunds."""

    dependencies = [("payments", "0003_card_payments"), ("accounts", "0008_agreements")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE payments_fee ADD CONSTRAINT fee_of_creditor UNIQUE (id, creditor_id);"
            "ALTER TABLE payments_cardpayment ADD CONSTRAINT card_payment_of_creditor UNIQUE (id, creditor_id)",
            "ALTER TABLE payments_cardpayment DROP CONSTRAINT card_payment_of_creditor;"
            "ALTER TABLE payments_fee DROP CONSTRAINT fee_of_creditor",
        ),
        wall(
            "payments_cardpayment",
            portal=("SELECT, INSERT", MY_CREDITORS),
            support=("SELECT, UPDATE (refund_asked_at, refund_asked_by)", EVERY_ROW),
            worker=(
                "SELECT, UPDATE (state, started_at, session, page_url, charge, paid_at, events, problem, excess,"
                " refund_sent_at, refunded)",
                EVERY_ROW,
            ),
        ),
        migrations.RunSQL(
            "CREATE POLICY portal_only_asks ON payments_cardpayment AS RESTRICTIVE FOR INSERT TO r_portal WITH CHECK"
            " (state = 'opened' AND session = '' AND page_url = '' AND started_at IS NULL AND excess = 0)",
            "DROP POLICY portal_only_asks ON payments_cardpayment",
        ),
        wall(
            "payments_cardline",
            portal=("SELECT, INSERT", MY_CREDITORS),
            support=("SELECT", EVERY_ROW),
            worker=("SELECT", EVERY_ROW),
        ),
        same_owner("payments_cardline", "payments_cardpayment", "payment_id", "creditor_id"),
        same_owner("payments_cardline", "payments_fee", "fee_id", "creditor_id"),
        # A debit that a card pays is taken out of a file that is not yet handed over.
        migrations.RunSQL(
            "GRANT UPDATE (count, amount) ON payments_batch TO r_worker",
            "REVOKE UPDATE (count, amount) ON payments_batch FROM r_worker",
        ),
    ]
